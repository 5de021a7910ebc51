"""The generated EBP: its shape is the true one, its rows point at each other, and a seed repeats it to the byte."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from twinbase.quoting import quote_name
from twinbase.testing.databases import Databases, database_name
from twinbase_demo.erp import DatabaseNotEmpty, generate, mutate_office_day
from twinbase_demo.erp.agenda import clock_changes
from twinbase_demo.erp.chance import Chance
from twinbase_demo.erp.codes import EVENT_TYPES, event_type_id, kind_of
from twinbase_demo.erp.copy_text import columns_and_text
from twinbase_demo.erp.ebp_tables import ebp_tables
from twinbase_demo.erp.people import make_siren
from twinbase_demo.erp.rows import rows_of
from twinbase_demo.erp.sizes import row_counts
from twinbase_demo.erp.world import GeneratedWorld

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

TODAY = date(2026, 11, 23)
SCALE = 0.01

# Column, the table that it points at, that table's key.
REFERENCES = {
    "Address": [("AssociatedCustomerId", "Customer", "Id")],
    "Activity": [("CustomerId", "Customer", "Id"), ("ContactId", "Contact", "Id"), ("ColleagueId", "Colleague", "Id"),
                 ("ScheduleEventId", "ScheduleEvent", "Id"), ("DealId", "Deal", "Id")],
    "Colleague": [("GeographicSector", "GeographicSector", "Code"), ("StorehouseId", "Storehouse", "Id")],
    "ConstructionSite": [("CustomerId", "Customer", "Id"), ("DealId", "Deal", "Id")],
    "Contact": [("AssociatedCustomerId", "Customer", "Id"), ("AssociatedSupplierId", "Supplier", "Id")],
    "Customer": [("ColleagueId", "Colleague", "Id")],
    "CustomerProduct": [("CustomerId", "Customer", "Id"), ("DeliveryAddressId", "Address", "Id"),
                        ("ItemId", "Item", "Id")],
    "DealColleague": [("DealId", "Deal", "Id"), ("ColleagueId", "Colleague", "Id")],
    "DealCustomer": [("DealId", "Deal", "Id"), ("ThirdId", "Customer", "Id")],
    "DocumentLineAssociation": [("OriginLineId", "SaleDocumentLine", "Id"), ("OriginDocumentId", "SaleDocument", "Id")],
    "Item": [("FamilyId", "ItemFamily", "Id"), ("SubFamilyId", "ItemSubFamily", "Id"), ("UnitId", "Unit", "Id"),
             ("VatId", "Vat", "Id"), ("SupplierId", "Supplier", "Id")],
    "ItemAccount": [("ItemId", "Item", "Id")],
    "ItemSubFamily": [("ItemFamilyId", "ItemFamily", "Id")],
    "MaintenanceContract": [("CustomerId", "Customer", "Id"), ("ScheduleEventTypeId", "ScheduleEventType", "Id")],
    "MaintenanceContractCustomerProduct": [("ContractId", "MaintenanceContract", "Id"),
                                           ("CustomerProductId", "CustomerProduct", "Id")],
    "SaleCommitment": [("ThirdId", "Customer", "Id"), ("DocumentId", "SaleDocument", "Id")],
    "SaleDocument": [("CustomerId", "Customer", "Id"), ("DealId", "Deal", "Id"), ("VatId", "Vat", "Id")],
    "SaleDocumentEx": [("Id", "SaleDocument", "Id")],
    "SaleDocumentLine": [("DocumentId", "SaleDocument", "Id"), ("ItemId", "Item", "Id"), ("UnitId", "Unit", "Id")],
    "ScheduleEvent": [("CustomerId", "Customer", "Id"), ("AddressId", "Address", "Id"), ("ContactId", "Contact", "Id"),
                      ("ColleagueId", "Colleague", "Id"), ("CreatorColleagueId", "Colleague", "Id"),
                      ("EventType", "ScheduleEventType", "Id"), ("DealId", "Deal", "Id"), ("ItemId", "Item", "Id"),
                      ("Maintenance_ContractId", "MaintenanceContract", "Id"),
                      ("Maintenance_CustomerProductId", "CustomerProduct", "Id")],
    "ScheduleEventCustomerProduct": [("ScheduleEventId", "ScheduleEvent", "Id"),
                                     ("CustomerProductId", "CustomerProduct", "Id")],
    "StockDocument": [("StorehouseId", "Storehouse", "Id"), ("ScheduleEventId", "ScheduleEvent", "Id")],
    "StockDocumentLine": [("DocumentId", "StockDocument", "Id"), ("ItemId", "Item", "Id")],
    "StockItem": [("ItemId", "Item", "Id"), ("StorehouseId", "Storehouse", "Id")],
}  # fmt: skip


@pytest.fixture(scope="module")
def template(databases: Databases) -> Iterator[str]:
    """One generated database, of which a test gets a copy."""
    url = databases.create()
    asyncio.run(_generated(url))
    yield url
    databases.drop(url)


async def _generated(url: str) -> None:
    await generate(url, seed=1, scale=SCALE, today=TODAY)


@pytest.fixture
async def ebp(template: str) -> AsyncIterator[Connection]:
    """For tests that only read."""
    connection = await asyncpg.connect(template, server_settings={"default_transaction_read_only": "on"})
    yield connection
    await connection.close()


@pytest.fixture
def copies(databases: Databases, template: str) -> Iterator[list[str]]:
    """The URLs of three copies of the generated database."""
    urls = [databases.create(database_name(template)) for _ in range(3)]
    yield urls
    for url in urls:
        databases.drop(url)


async def test_the_shape_in_the_database_is_that_of_ebp(ebp: Connection) -> None:
    columns = await ebp.fetch(
        """
        SELECT table_name, count(*) AS width, bool_or(column_name = 'sysModifiedDate') AS has_watermark
        FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1
        """
    )
    widths = {row["table_name"]: row["width"] for row in columns}
    assert len(widths) == 319
    assert sum(widths.values()) == 9919
    assert (min(widths.values()), max(widths.values())) == (2, 538)
    assert widths["SaleDocument"] == 538
    assert widths["ScheduleEvent"] == 280
    assert sum(not row["has_watermark"] for row in columns) == 18


async def test_keys_are_of_the_true_types(ebp: Connection) -> None:
    rows = await ebp.fetch(
        """
        SELECT c.relname AS name, array_agg(format_type(a.atttypid, a.atttypmod)) FILTER (WHERE i.indisprimary) AS types
        FROM pg_class c
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1
        """
    )
    singles = Counter(row["types"][0] for row in rows if row["types"] and len(row["types"]) == 1)
    assert sum(row["types"] is None for row in rows) == 4
    assert sum(len(row["types"] or ()) > 1 for row in rows) == 14
    assert singles.total() == 301
    assert singles["uuid"] == 205
    assert singles["integer"] == 18
    assert singles["character varying(10)"] == 22
    assert singles["character varying(8)"] == 20
    assert await ebp.fetchval("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 0


async def test_names_keep_their_case_their_typos_and_their_cut_at_63_bytes(ebp: Connection) -> None:
    names = {
        (row["table_name"], row["column_name"])
        for row in await ebp.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
    }
    assert ("ScheduleEvent", "SaleDocumentLineid") in names
    assert ("ColleagueCompetence", "ComptetenceValidityDuration") in names
    assert ("SaleDocumentLine", "CurrencyRealNetAmountVatExcludedWithDiscountAndFinancialDiscoun") in names
    assert sum(len(column) == 63 for _, column in names) > 40
    assert sum(column.startswith("xx_") for _, column in names) > 90


def test_at_full_size_the_rows_are_670_000_and_144_tables_stand_empty() -> None:
    counts = row_counts(1.0)
    assert len(counts) == 319
    assert 670_000 <= sum(counts.values()) < 672_000
    assert sum(count == 0 for count in counts.values()) == 144
    assert (counts["SaleDocumentLine"], counts["ScheduleEvent"]) == (112_684, 11_935)
    assert counts["Colleague"] >= 100
    largest_six = sum(sorted(counts.values(), reverse=True)[:6])
    assert largest_six > sum(counts.values()) / 2


async def test_every_table_has_the_rows_that_the_report_says(database_url: str) -> None:
    heard: list[tuple[str, int, int]] = []
    report = await generate(
        database_url, scale=SCALE, today=TODAY, progress=lambda name, done, total: heard.append((name, done, total))
    )
    connection = await asyncpg.connect(database_url)
    counts = {name: await connection.fetchval(f"SELECT count(*) FROM {quote_name(name)}") for name in ebp_tables()}
    await connection.close()
    assert counts == {name: table.rows for name, table in report.tables.items()} == row_counts(SCALE)
    assert sum(count == 0 for count in counts.values()) == 144
    assert len(heard) == 319
    assert heard[-1][1] == heard[-1][2] == report.rows


async def test_a_database_that_has_such_tables_is_left_alone(ebp: Connection) -> None:
    before = await ebp.fetchval('SELECT count(*) FROM "Customer"')
    with pytest.raises(DatabaseNotEmpty, match="AccountingExchangeGroup"):
        await generate(ebp, scale=SCALE, today=TODAY)
    assert await ebp.fetchval('SELECT count(*) FROM "Customer"') == before


def test_the_same_seed_scale_and_day_give_the_same_bytes_and_another_seed_others() -> None:
    assert _digest(1, TODAY) == _digest(1, TODAY)
    assert _digest(1, TODAY) != _digest(2, TODAY)
    assert _digest(1, TODAY) != _digest(1, date(2026, 11, 24))


def _digest(seed: int, today: date) -> str:
    digest = hashlib.sha256()
    world = GeneratedWorld(seed, SCALE, today)
    # The order of the tables is not part of the promise: two connections load them as they come.
    for name in sorted(ebp_tables(), reverse=bool(seed % 2)):
        columns, chunks = columns_and_text(rows_of(world, name))
        digest.update(repr((name, columns)).encode())
        for chunk in chunks:
            digest.update(chunk)
    return digest.hexdigest()


def test_the_order_in_which_tables_are_made_changes_nothing() -> None:
    forward, backward = GeneratedWorld(5, SCALE, TODAY), GeneratedWorld(5, SCALE, TODAY)
    first = {name: list(rows_of(forward, name)) for name in sorted(ebp_tables())}
    second = {name: list(rows_of(backward, name)) for name in sorted(ebp_tables(), reverse=True)}
    assert first == second


async def test_two_connections_and_one_load_the_same_database(ebp: Connection, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await generate(connection, seed=1, scale=SCALE, today=TODAY)
    for name in ("ScheduleEvent", "SaleDocumentLine", "StockItem", "EbpSysGenericImportSettings", "EbpSysDataHash"):
        query = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {quote_name(name)} t"
        assert await connection.fetchval(query) == await ebp.fetchval(query)
    await connection.close()


async def test_references_resolve_though_none_is_declared(ebp: Connection) -> None:
    for table, references in REFERENCES.items():
        for column, parent, key in references:
            filled, orphans = await ebp.fetchrow(
                f"""
                SELECT count(*), count(*) FILTER (WHERE p.{quote_name(key)} IS NULL)
                FROM {quote_name(table)} c
                LEFT JOIN {quote_name(parent)} p ON p.{quote_name(key)} = c.{quote_name(column)}
                WHERE c.{quote_name(column)} IS NOT NULL
                """
            ) or (0, 0)
            assert filled > 0, f"{table}.{column} is never filled"
            assert orphans == 0, f"{table}.{column} points at {orphans} rows that {parent} does not have"


async def test_a_visit_is_at_an_address_and_about_an_appliance_of_the_same_customer(ebp: Connection) -> None:
    strangers = await ebp.fetchval(
        """
        SELECT count(*) FROM "ScheduleEvent" e
        LEFT JOIN "Address" a ON a."Id" = e."AddressId"
        LEFT JOIN "Contact" c ON c."Id" = e."ContactId"
        LEFT JOIN "CustomerProduct" p ON p."Id" = e."Maintenance_CustomerProductId"
        LEFT JOIN "DealCustomer" d ON d."DealId" = e."DealId" AND d."ThirdId" = e."CustomerId"
        WHERE a."AssociatedCustomerId" <> e."CustomerId" OR c."AssociatedCustomerId" <> e."CustomerId"
           OR p."CustomerId" <> e."CustomerId" OR (e."DealId" IS NOT NULL AND d."Id" IS NULL)
           OR a."AddressFields_City" <> e."Address_City"
        """
    )
    assert strangers == 0


async def test_each_technician_drives_a_van_of_his_own_with_parts_in_it(ebp: Connection) -> None:
    rows = await ebp.fetch(
        """
        SELECT c."Id", c."GeographicSector" AS sector, s."Caption" AS van,
               (SELECT count(*) FROM "StockItem" i WHERE i."StorehouseId" = s."Id") AS parts
        FROM "Colleague" c JOIN "Storehouse" s ON s."Id" = c."StorehouseId"
        WHERE c."Id" LIKE 'TEC%'
        """
    )
    assert len(rows) == 6
    assert len({row["van"] for row in rows}) == 6
    assert all(row["sector"] and row["parts"] >= 5 for row in rows)


async def test_agendas_are_full_round_today(ebp: Connection) -> None:
    field_work = [event_type_id(kind) for kind in EVENT_TYPES if kind.is_field_work]
    rows = await ebp.fetch(
        """
        SELECT "ColleagueId", count(*) AS events, count(*) FILTER (WHERE "EventType" = ANY ($2::uuid[])) AS visits,
               count(*) FILTER (WHERE "StartDateTime"::date = $1) AS today
        FROM "ScheduleEvent" WHERE "StartDateTime" BETWEEN $1::date - 30 AND $1::date + 31 GROUP BY 1
        """,
        TODAY,
        field_work,
    )
    assert len(rows) == 6
    assert all(25 <= row["visits"] <= row["events"] <= 75 for row in rows)
    assert sum(row["today"] for row in rows) >= 6
    assert await ebp.fetchval(
        'SELECT count(*) FROM "ScheduleEvent" WHERE NOT "EventType" = ANY ($1::uuid[])', field_work
    )


async def test_nobody_is_in_two_places_at_once(ebp: Connection) -> None:
    overlaps = await ebp.fetchval(
        """
        SELECT count(*) FROM "ScheduleEvent" a JOIN "ScheduleEvent" b
        ON a."ColleagueId" = b."ColleagueId" AND a."Id" < b."Id"
           AND a."StartDateTime" < b."EndDateTime" AND b."StartDateTime" < a."EndDateTime"
        """
    )
    assert overlaps == 0


async def test_states_follow_the_age_of_an_event(ebp: Connection) -> None:
    rows = await ebp.fetch(
        """
        SELECT "EventState" AS state, count(*) FILTER (WHERE "StartDateTime"::date < $1) AS past,
               count(*) FILTER (WHERE "StartDateTime"::date > $1) AS future
        FROM "ScheduleEvent" GROUP BY 1
        """,
        TODAY,
    )
    past, future = ({row["state"]: row[name] for row in rows} for name in ("past", "future"))
    assert past[2] > 0.8 * sum(past.values())
    assert future[0] > 0.9 * sum(future.values())
    assert future.get(2, 0) == 0


async def test_no_row_was_changed_after_this_morning_nor_before_it_was_made(ebp: Connection) -> None:
    for name in ("ScheduleEvent", "Customer", "Item", "SaleDocument", "Activity"):
        wrong = await ebp.fetchval(
            f"""
            SELECT count(*) FROM {quote_name(name)}
            WHERE "sysModifiedDate" >= $1 OR "sysModifiedDate" < "sysCreatedDate" OR "sysModifiedDate" IS NULL
            """,
            datetime(2026, 11, 23, 9),
        )
        assert wrong == 0, name


async def test_some_work_fell_into_the_hours_that_the_clock_change_repeats_or_leaves_out(ebp: Connection) -> None:
    nights = clock_changes(TODAY)
    assert nights == (datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30))
    for night in nights:
        assert await ebp.fetchval('SELECT count(*) FROM "ScheduleEvent" WHERE "StartDateTime" = $1', night) == 3


async def test_texts_read_french(ebp: Connection) -> None:
    accented = "[éèêëàâîïôûùçœÉÈÀÎ]"
    for table, column, share in (
        ("Item", "Caption", 0.3),
        ("Address", "AddressFields_Address1", 0.05),
        ("ScheduleEvent", "Maintenance_InterventionDescriptionClear", 0.7),
        ("ScheduleEvent", "Maintenance_InterventionReportClear", 0.7),
        ("Activity", "NotesClear", 0.5),
    ):
        found, total = await ebp.fetchrow(
            f"SELECT count(*) FILTER (WHERE {quote_name(column)} ~ $1), count({quote_name(column)})"
            f" FROM {quote_name(table)}",
            accented,
        ) or (0, 0)
        assert found >= share * total > 0, f"{table}.{column}: {found} of {total}"
    rich, clear = await ebp.fetchrow(
        """
        SELECT count("Maintenance_InterventionReport"), count("Maintenance_InterventionReportClear")
        FROM "ScheduleEvent"
        """
    ) or (0, 0)
    assert rich == clear > 0


async def test_zip_codes_and_cities_of_customers_are_in_the_list_of_zip_codes(ebp: Connection) -> None:
    unknown = await ebp.fetchval(
        """
        SELECT count(*) FROM "Customer" c WHERE NOT EXISTS (
            SELECT FROM "Zipcode" z
            WHERE z."ZipCode" = c."MainDeliveryAddress_ZipCode" AND z."City" = c."MainDeliveryAddress_City")
        """
    )
    assert unknown == 0


def test_company_numbers_pass_their_check() -> None:
    for _ in range(50):
        digits = make_siren(Chance(1, "siren", _))
        doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
        assert sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0


async def test_the_amount_of_a_document_is_the_sum_of_its_lines(ebp: Connection) -> None:
    wrong = await ebp.fetchval(
        """
        SELECT count(*) FROM "SaleDocument" d
        JOIN LATERAL (
            SELECT sum("NetAmountVatExcludedWithDiscount") AS total
            FROM "SaleDocumentLine" l WHERE l."DocumentId" = d."Id"
        ) lines ON true
        WHERE d."AmountVatExcluded" <> coalesce(lines.total, 0)
        """
    )
    assert wrong == 0


async def test_a_day_at_the_office_changes_about_as_many_rows_as_asked(copies: list[str]) -> None:
    ebp = await asyncpg.connect(copies[0])
    before: dict[str, Any] = {
        name: await ebp.fetchval(f"SELECT count(*) FROM {quote_name(name)}") for name in ebp_tables()
    }
    day = await mutate_office_day(ebp, seed=7, changes=300, today=TODAY)
    assert 240 <= day.total <= 330
    for name, operations in day.changes.items():
        grown = await ebp.fetchval(f"SELECT count(*) FROM {quote_name(name)}") - before[name]
        assert grown == operations.get("insert", 0) - operations.get("delete", 0), name
    deleted = await ebp.fetchval(
        'SELECT count(*) FROM "EbpSysDeletedRecord" WHERE "Kind" = $1::uuid AND "sysModifiedDate" > $2',
        kind_of("ScheduleEvent"),
        datetime(2026, 11, 23, 9),
    )
    assert deleted == day.changes["ScheduleEvent"]["delete"]
    await ebp.close()


async def test_a_day_at_the_office_repeats_from_its_seed(copies: list[str]) -> None:
    contents = []
    for seed, url in zip((7, 7, 8), copies, strict=True):
        connection = await asyncpg.connect(url)
        await mutate_office_day(connection, seed=seed, changes=200, today=TODAY)
        query = """SELECT md5(string_agg(t::text, '|' ORDER BY t."Id")) FROM "ScheduleEvent" t"""
        contents.append(await connection.fetchval(query))
        await connection.close()
    assert contents[0] == contents[1] != contents[2]
