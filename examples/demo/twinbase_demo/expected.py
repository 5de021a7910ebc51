"""What each table of a phone should hold, in plain SQL: written by hand from what the company wants, table by table.

$1 is the colleague, $2 the hour that windows are measured from. Nothing here comes from the engine or from the mirrors:
if those were wrong, this would say so.
"""

MY_VISITS = """
SELECT v.id FROM mobile.interventions v
WHERE v.lead_id = $1::uuid AND v.scheduled_start < $2::timestamptz + interval '30 days'
    AND (v.scheduled_start >= $2::timestamptz - interval '30 days' OR v.status NOT IN ('done', 'cancelled'))
"""
MY_CUSTOMERS = f"""
SELECT c.id FROM mobile.customers c
WHERE c.salesperson_id = $1::uuid
    OR EXISTS (SELECT FROM mobile.interventions w WHERE w.customer_id = c.id AND w.id IN ({MY_VISITS}))
"""
MY_STOREHOUSES = "SELECT s.id FROM mobile.storehouses s WHERE s.owner_id = $1::uuid OR s.is_main"

EVERYTHING = "true"
OF_MY_CUSTOMERS = f"t.customer_id IN ({MY_CUSTOMERS})"
OF_MY_VISITS = f"t.intervention_id IN ({MY_VISITS})"

EXPECTED = {
    "units": EVERYTHING,
    "intervention_types": EVERYTHING,
    "storehouses": EVERYTHING,
    "colleagues": EVERYTHING,
    "checklist_templates": EVERYTHING,
    "product_families": EVERYTHING,
    "products": "t.state = 'active'",
    "stock_levels": f"t.storehouse_id IN ({MY_STOREHOUSES})",
    "customers": f"t.id IN ({MY_CUSTOMERS})",
    "customer_sites": OF_MY_CUSTOMERS,
    "contacts": OF_MY_CUSTOMERS,
    "customer_equipment": OF_MY_CUSTOMERS,
    "maintenance_contracts": OF_MY_CUSTOMERS,
    "projects": f"""
        t.id IN (SELECT p.project_id FROM mobile.interventions p WHERE p.id IN ({MY_VISITS}))
    """,
    "interventions": f"t.id IN ({MY_VISITS})",
    "intervention_equipment": OF_MY_VISITS,
    "intervention_notes": OF_MY_VISITS,
    "intervention_parts": OF_MY_VISITS,
    "intervention_photos": OF_MY_VISITS,
    "intervention_signatures": OF_MY_VISITS,
    "checklist_answers": OF_MY_VISITS,
    "timesheets": """
        t.colleague_id = $1::uuid AND (t.day >= $2::timestamptz - interval '30 days' OR t.day IS NULL)
    """,
    "expenses": """
        t.colleague_id = $1::uuid AND (t.expense_on >= $2::timestamptz - interval '30 days' OR t.state <> 'reimbursed')
    """,
    "stock_movements": """
        t.colleague_id = $1::uuid AND (t.occurred_at >= $2::timestamptz - interval '30 days' OR t.occurred_at IS NULL)
    """,
}
"""Table → condition over its rows `t`."""


def query(table: str, columns: list[str]) -> str:
    """The rows that one colleague's phone should hold; each query has both parameters, needed or not."""
    listed = ", ".join(f't."{column}"' for column in columns)
    return (
        f"SELECT {listed} FROM mobile.{table} t WHERE ({EXPECTED[table]}) "
        "AND $1::uuid IS NOT NULL AND $2::timestamptz IS NOT NULL"
    )
