"""How many rows each table gets: the true ones, scaled, with what a company of a hundred technicians needs."""

from twinbase_demo.erp.ebp_tables import ebp_tables

TECHNICIANS = 100
TECHNICIANS_MIN = 6
OFFICE = 18
DEPOTS = 3
# A small database still has its lists (units, families, countries…): no table shrinks below this if it was larger.
ROWS_MIN = 60

# The install that `ebp_tables.tsv` describes leaves these two empty; a company with sectors and serviced boilers fills
# them. Two one-row tables of window settings stand empty in their place, so that as many tables are empty as there.
LIVED_IN = {"GeographicSector": 8, "ScheduleEventCustomerProduct": 600}
LEFT_EMPTY = ("EbpSysDashboard", "EbpSysNavBar")


def count_technicians(scale: float) -> int:
    return max(TECHNICIANS_MIN, round(TECHNICIANS * scale))


def row_counts(scale: float = 1.0) -> dict[str, int]:
    """Rows of every table at this scale; at 1.0 they are EBP's own, about 670,000."""
    people = count_technicians(scale)
    counts = {table.name: _scaled(LIVED_IN.get(table.name, table.rows), scale) for table in ebp_tables().values()}
    counts |= dict.fromkeys(LEFT_EMPTY, 0)
    counts["Colleague"] = people + OFFICE
    counts["Storehouse"] = people + DEPOTS
    # An agenda is as full for six technicians as for a hundred.
    counts["ScheduleEvent"] = round(ebp_tables()["ScheduleEvent"].rows * people / TECHNICIANS)
    # Every customer has an address, and every customer and supplier somebody to call.
    counts["Address"] = max(counts["Address"], counts["Customer"])
    counts["Contact"] = max(counts["Contact"], counts["Customer"] + counts["Supplier"])
    # One extension row per document, under the same key.
    for document in ("SaleDocument", "PurchaseDocument"):
        counts[f"{document}Ex"] = counts[document]
    # The main depot and each van hold something of everything that is kept.
    counts["StockItem"] = max(counts["StockItem"], counts["Storehouse"] * 10)
    return counts


def _scaled(rows: int, scale: float) -> int:
    return max(min(rows, ROWS_MIN), round(rows * scale))
