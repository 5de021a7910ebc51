"""What each table of a technician's device should hold, in plain SQL: from what the company wants, table by table.

$1 is the colleague, $2 the hour that windows are measured from, $3 the ids of his team. Nothing here comes from the
engine, from the scopes or from the mirrors: if those were wrong, this would say so.
"""

MY_VISITS = """
SELECT v.id FROM mobile.interventions v
WHERE (v.lead_id = $1 OR EXISTS (
        SELECT FROM mobile.intervention_assignments a WHERE a.intervention_id = v.id AND a.colleague_id = $1))
    AND v.scheduled_start < $2 + interval '30 days'
    AND (v.scheduled_start >= $2 - interval '30 days' OR v.status NOT IN ('done', 'cancelled'))
"""
VISITED = f"SELECT w.customer_id FROM mobile.interventions w WHERE w.id IN ({MY_VISITS}) AND w.customer_id IS NOT NULL"

MY_SECTORS = """
SELECT s.code FROM mobile.sectors s, mobile.colleagues me
WHERE me.id = $1 AND CASE
    WHEN (SELECT count(*) FROM mobile.sectors n WHERE me.code = ANY (n.colleague_codes)) > 0
    THEN me.code = ANY (s.colleague_codes)
    ELSE s.code = me.sector
END
"""
OF_SECTOR = f"""
SELECT p.customer_id FROM mobile.customer_sites p
JOIN mobile.sectors z ON z.code IN ({MY_SECTORS})
CROSS JOIN LATERAL unnest(z.zip_prefixes) AS prefix
WHERE starts_with(p.zip_code, prefix) AND prefix <> ''
"""
# Flat-earth distances to the middle of the sites of those who are visited, as a surveyor would do it.
MY_CUSTOMERS = f"""
WITH middle AS (
    SELECT round(avg(m.lat), 1)::float AS lat, round(avg(m.lon), 1)::float AS lon
    FROM mobile.customer_sites m WHERE m.customer_id IN ({VISITED})
), reach AS (
    SELECT c.id, c.id IN ({VISITED}) AS visited, (
        SELECT min(power(s.lat::float - middle.lat, 2) + power((s.lon::float - middle.lon) * cosd(middle.lat), 2))
        FROM mobile.customer_sites s, middle WHERE s.customer_id = c.id
    ) AS distance
    FROM mobile.customers c
    WHERE c.salesperson_id = $1 OR c.id IN ({VISITED}) OR c.id IN ({OF_SECTOR})
)
(SELECT id FROM reach WHERE visited)
UNION
(SELECT id FROM reach WHERE NOT visited ORDER BY distance NULLS LAST, id
 LIMIT greatest(0, 1000 - (SELECT count(*) FROM reach WHERE visited)))
"""
MY_PROJECTS = f"""
SELECT i.project_id FROM mobile.interventions i WHERE i.id IN ({MY_VISITS}) AND i.project_id IS NOT NULL
UNION SELECT pm.project_id FROM mobile.project_members pm WHERE pm.colleague_id = $1
"""
MY_TICKETS = f"""
SELECT k.id FROM mobile.tickets k
WHERE (k.closed_at IS NULL OR k.closed_at >= $2 - interval '30 days')
    AND (k.assignee_id = $1 OR k.customer_id IN ({MY_CUSTOMERS}) OR k.intervention_id IN ({MY_VISITS}))
"""
DAY = "($2 AT TIME ZONE 'UTC')::date"

EVERYTHING = "true"
OF_MY_CUSTOMERS = f"t.customer_id IN ({MY_CUSTOMERS})"
OF_MY_VISITS = f"t.intervention_id IN ({MY_VISITS})"
MINE = "t.colleague_id = $1"

WANTED = {
    "units": EVERYTHING,
    "intervention_types": EVERYTHING,
    "vat_rates": EVERYTHING,
    "travel_rates": EVERYTHING,
    "storehouses": EVERYTHING,
    "product_families": EVERYTHING,
    "colleagues": "t.state = 'active'",
    "checklist_templates": "t.active",
    "products": "t.state = 'active'",
    "stock_levels": """
        EXISTS (SELECT FROM mobile.storehouses h WHERE h.id = t.storehouse_id AND (h.owner_id = $1 OR h.is_main))
    """,
    "customers": f"t.id IN ({MY_CUSTOMERS})",
    "customer_sites": OF_MY_CUSTOMERS,
    "contacts": OF_MY_CUSTOMERS,
    "customer_equipment": OF_MY_CUSTOMERS,
    "maintenance_contracts": OF_MY_CUSTOMERS,
    "projects": f"t.id IN ({MY_PROJECTS})",
    "incidents": f"t.creator_id = $1 OR (t.status <> 'closed' AND {OF_MY_CUSTOMERS})",
    "interventions": f"t.id IN ({MY_VISITS})",
    "intervention_assignments": OF_MY_VISITS,
    "intervention_equipment": OF_MY_VISITS,
    "intervention_notes": f"""
        {OF_MY_VISITS}
        OR (t.author_id = $1 AND (t.occurred_at IS NULL OR t.occurred_at >= $2 - interval '30 days'))
        OR (t.customer_id IN ({VISITED}) AND 20 > (
            SELECT count(*) FROM mobile.intervention_notes later WHERE later.customer_id = t.customer_id
            AND (coalesce(later.occurred_at, '-infinity'), later.id) > (coalesce(t.occurred_at, '-infinity'), t.id)))
    """,
    "intervention_parts": OF_MY_VISITS,
    "intervention_photos": OF_MY_VISITS,
    "intervention_signatures": OF_MY_VISITS,
    "checklist_answers": OF_MY_VISITS,
    "timesheets": f"(t.colleague_id = $1 OR t.colleague_id = ANY ($3::uuid[])) AND t.day >= {DAY} - 30",
    "travel_logs": f"{MINE} AND (t.departed_at IS NULL OR t.departed_at >= $2 - interval '30 days')",
    "expenses": f"{MINE} AND (t.expense_on >= {DAY} - 30 OR t.state <> 'reimbursed')",
    "stock_movements": f"{MINE} AND (t.occurred_at IS NULL OR t.occurred_at >= $2 - interval '30 days')",
    "documents": f"""
        (t.document_date IS NULL OR t.document_date >= {DAY} - 365) AND CASE t.owner_kind
            WHEN 'interventions' THEN t.owner_id IN ({MY_VISITS})
            WHEN 'projects' THEN t.owner_id IN ({MY_PROJECTS})
            WHEN 'customer_equipment' THEN EXISTS (
                SELECT FROM mobile.customer_equipment e
                WHERE e.id = t.owner_id AND e.customer_id IN ({MY_CUSTOMERS}))
        END
    """,
    "tickets": f"t.id IN ({MY_TICKETS})",
    "ticket_comments": f"t.ticket_id IN ({MY_TICKETS})",
}
"""Table → condition over its rows `t`."""


def query(table: str) -> str:
    """The ids that a device should have; each query takes all three parameters, needed or not."""
    typed = WANTED[table].replace("$1", "$1::uuid").replace("$2", "$2::timestamptz")
    return (
        f"SELECT t.id FROM mobile.{table} t WHERE ({typed})"
        " AND $1::uuid IS NOT NULL AND $2::timestamptz IS NOT NULL AND ($3::uuid[] IS NULL OR true)"
    )
