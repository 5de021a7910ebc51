"""A device as large as one gets: what the demo's company has, copied until there is enough of it."""

from uuid import UUID

import asyncpg


async def add_visits(connection: "asyncpg.Connection[asyncpg.Record]", technician: UUID, visits: int) -> None:
    """Let the technician have so many more, five a day from today on."""
    await connection.execute(_VISITS, technician, visits)


async def add_products(connection: "asyncpg.Connection[asyncpg.Record]", products: int) -> None:
    """So many more in the catalogue, which every device has."""
    await connection.execute(_PRODUCTS, products)


async def change_visits(connection: "asyncpg.Connection[asyncpg.Record]", technician: UUID, rows: int) -> int:
    """The office writes something into that many; answers how many it found."""
    done = await connection.execute(_CHANGE, technician, rows)
    return int(done.split()[-1])


# A copy of a row with other values in some of its columns: the tables may have gained columns meanwhile.
_VISITS = """
INSERT INTO mobile.interventions
SELECT (jsonb_populate_record(i, jsonb_build_object(
    'id', gen_random_uuid(), 'number', 'B' || n, 'lead_id', $1::uuid, 'status', 'planned',
    'title', left(i.title, 70) || ' ' || n,
    'scheduled_start', date_trunc('day', now()) + (n / 5) * interval '1 day' + (7 + n % 5 * 2) * interval '1 hour',
    'scheduled_end', date_trunc('day', now()) + (n / 5) * interval '1 day' + (8 + n % 5 * 2) * interval '1 hour'
))).*
FROM generate_series(1, $2::int) n
JOIN (
    SELECT interventions.*, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS places
    FROM mobile.interventions WHERE title IS NOT NULL AND customer_id IS NOT NULL AND lead_id = $1
) numbered ON numbered.place = n % numbered.places
JOIN mobile.interventions i ON i.id = numbered.id
"""
_PRODUCTS = """
INSERT INTO mobile.products
SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'code', 'B' || n))).*
FROM generate_series(1, $1::int) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS places FROM mobile.products)
    numbered ON numbered.place = n % numbered.places
JOIN mobile.products p ON p.id = numbered.id
"""
_CHANGE = """
UPDATE mobile.interventions SET instructions = 'Nouveau : ' || clock_timestamp()
WHERE id IN (SELECT id FROM mobile.interventions WHERE lead_id = $1 AND number LIKE 'B%' ORDER BY number LIMIT $2)
"""
