"""What each table of a phone should hold, in plain SQL: written by hand from what the company wants, table by table.

$1 is the colleague, $2 the hour that windows are measured from. Nothing here comes from the engine or from the mirrors:
if those were wrong, this would say so.
"""

MY_VISITS = """
SELECT v.id FROM mobile.interventions v
WHERE (v.lead_id = $1::uuid OR EXISTS (
        SELECT FROM mobile.intervention_assignments a WHERE a.intervention_id = v.id AND a.colleague_id = $1::uuid))
    AND v.scheduled_start < $2::timestamptz + interval '30 days'
    AND (v.scheduled_start >= $2::timestamptz - interval '30 days' OR v.status NOT IN ('done', 'cancelled'))
"""
VISITED = f"SELECT w.customer_id FROM mobile.interventions w WHERE w.id IN ({MY_VISITS}) AND w.customer_id IS NOT NULL"
# The demo's company has no sectors, and nobody in it more than a thousand customers.
MY_CUSTOMERS = f"SELECT c.id FROM mobile.customers c WHERE c.salesperson_id = $1::uuid OR c.id IN ({VISITED})"
MY_STOREHOUSES = "SELECT s.id FROM mobile.storehouses s WHERE s.owner_id = $1::uuid OR s.is_main"
MY_PROJECTS = f"""
SELECT p.project_id FROM mobile.interventions p WHERE p.id IN ({MY_VISITS}) AND p.project_id IS NOT NULL
UNION SELECT m.project_id FROM mobile.project_members m WHERE m.colleague_id = $1::uuid
"""
MY_TICKETS = f"""
SELECT k.id FROM mobile.tickets k
WHERE (k.closed_at IS NULL OR k.closed_at >= $2::timestamptz - interval '30 days')
    AND (k.assignee_id = $1::uuid OR k.customer_id IN ({MY_CUSTOMERS}) OR k.intervention_id IN ({MY_VISITS}))
"""
TODAY = "($2::timestamptz AT TIME ZONE 'UTC')::date"

EVERYTHING = "true"
OF_MY_CUSTOMERS = f"t.customer_id IN ({MY_CUSTOMERS})"
OF_MY_VISITS = f"t.intervention_id IN ({MY_VISITS})"
MINE = "t.colleague_id = $1::uuid"

EXPECTED = {
    "units": EVERYTHING,
    "vat_rates": EVERYTHING,
    "travel_rates": EVERYTHING,
    "intervention_types": EVERYTHING,
    "storehouses": EVERYTHING,
    "colleagues": "t.state = 'active'",
    "checklist_templates": "t.active",
    "product_families": EVERYTHING,
    "products": "t.state = 'active'",
    "stock_levels": f"t.storehouse_id IN ({MY_STOREHOUSES})",
    "customers": f"t.id IN ({MY_CUSTOMERS})",
    "customer_sites": OF_MY_CUSTOMERS,
    "contacts": OF_MY_CUSTOMERS,
    "customer_equipment": OF_MY_CUSTOMERS,
    "maintenance_contracts": OF_MY_CUSTOMERS,
    "projects": f"t.id IN ({MY_PROJECTS})",
    "incidents": f"t.creator_id = $1::uuid OR (t.status <> 'closed' AND {OF_MY_CUSTOMERS})",
    "interventions": f"t.id IN ({MY_VISITS})",
    "intervention_assignments": OF_MY_VISITS,
    "intervention_equipment": OF_MY_VISITS,
    "intervention_notes": f"""
        {OF_MY_VISITS}
        OR (t.author_id = $1::uuid AND (
            t.occurred_at IS NULL OR t.occurred_at >= $2::timestamptz - interval '30 days'))
        OR t.id IN (
            SELECT last.id FROM (SELECT DISTINCT customer_id FROM ({VISITED}) AS one) AS visited
            CROSS JOIN LATERAL (
                SELECT n.id FROM mobile.intervention_notes n WHERE n.customer_id = visited.customer_id
                ORDER BY n.occurred_at DESC NULLS LAST, n.id DESC LIMIT 20) AS last)
    """,
    "intervention_parts": OF_MY_VISITS,
    "intervention_photos": OF_MY_VISITS,
    "intervention_signatures": OF_MY_VISITS,
    "checklist_answers": OF_MY_VISITS,
    "timesheets": f"{MINE} AND t.day >= {TODAY} - 30",
    "travel_logs": f"""
        {MINE} AND (t.departed_at >= $2::timestamptz - interval '30 days' OR t.departed_at IS NULL)
    """,
    "expenses": f"{MINE} AND (t.expense_on >= {TODAY} - 30 OR t.state <> 'reimbursed')",
    "stock_movements": f"""
        {MINE} AND (t.occurred_at >= $2::timestamptz - interval '30 days' OR t.occurred_at IS NULL)
    """,
    "documents": f"""
        (t.document_date IS NULL OR t.document_date >= {TODAY} - 365) AND CASE t.owner_kind
            WHEN 'interventions' THEN t.owner_id IN ({MY_VISITS})
            WHEN 'projects' THEN t.owner_id IN ({MY_PROJECTS})
            WHEN 'customer_equipment' THEN t.owner_id IN (
                SELECT e.id FROM mobile.customer_equipment e WHERE e.customer_id IN ({MY_CUSTOMERS}))
        END
    """,
    "tickets": f"t.id IN ({MY_TICKETS})",
    "ticket_comments": f"t.ticket_id IN ({MY_TICKETS})",
    "deliveries": """
        t.created_at >= $2::timestamptz - interval '30 days'
        AND t.author = (SELECT a.email FROM twinbase.account a WHERE a.claims ->> 'colleague_id' = ($1::uuid)::text)
    """,
}
"""Table → condition over its rows `t`."""
ELSEWHERE = {"deliveries": "twinbase"}
"""Tables that are not in schema `mobile`."""


def expected_query(table: str, columns: list[str]) -> str:
    """The rows that one colleague's phone should hold; each query has both parameters, needed or not."""
    listed = ", ".join(f't."{column}"' for column in columns)
    return (
        f"SELECT {listed} FROM {ELSEWHERE.get(table, 'mobile')}.{table} t WHERE ({EXPECTED[table]}) "
        "AND $1::uuid IS NOT NULL AND $2::timestamptz IS NOT NULL"
    )
