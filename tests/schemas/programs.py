"""What the customer's own programs do, in three databases, and what became of it: compared with a twin database."""

# ruff: noqa: E501 (a statement is a line)

from collections.abc import Iterable
from typing import Any

import asyncpg

ERP = """
UPDATE erp.currency SET name = 'Euro €', rate = 1.0 WHERE code = 'EUR'
UPDATE erp.currency SET code = 'FRF' WHERE code = 'zzz'
DELETE FROM erp.currency WHERE code = 'EUR'
INSERT INTO erp.currency VALUES ('CHF', 'Franken', 2, 1.05) RETURNING *
INSERT INTO erp.town VALUES ('8001', 'FR', 'Zürich', 1) ON CONFLICT (country, postcode) DO UPDATE SET people = 2 RETURNING *
UPDATE erp.town SET postcode = '2' WHERE postcode = '1'
UPDATE erp.article SET number = 'A-2' WHERE number = 'A-1' RETURNING number, gross
DELETE FROM erp.article WHERE number = 'N00001'
DELETE FROM erp.article WHERE number = 'N00099' RETURNING *
SELECT * FROM erp.merge_article('NEW', 3.33)
SELECT * FROM erp.merge_article('NEW', 4.44)
UPDATE erp.order_line SET many = 0 WHERE number = 1 AND line = 1
UPDATE erp.order_line SET many = 7 WHERE number = 5 AND line = 1
UPDATE erp.order_line SET many = many + 1 WHERE number = 2 RETURNING total
INSERT INTO erp.order_line VALUES (7, 9, 'N00050', 1, 1), (7, 10, 'N00051', 2, 2)
INSERT INTO erp.order_line VALUES (99999, 1, 'N00050', 1, 1)
UPDATE erp.order_head SET first_line = 77 WHERE number = 3
UPDATE erp.order_head SET state = 'é', note = 'moved' WHERE number BETWEEN 8 AND 12 RETURNING number, changed, changes
INSERT INTO erp.order_head (partner) VALUES (3) RETURNING number
UPDATE erp.open_order SET note = 'through the view' WHERE number = 20
INSERT INTO erp.cheap (number, net) VALUES ('V-1', 1)
INSERT INTO erp.cheap (number, net) VALUES ('V-2', 100)
INSERT INTO erp.letter VALUES ('00000000-0000-4000-8000-0000000000aa', 'somebody')
CALL erp.book('2026-05-05', 'Balanced', 12.5)
INSERT INTO erp.entry (booked, account, debit, credit, what) VALUES ('2026-05-05', '1', 1, 0, 'Bad')
UPDATE erp.entry SET booked = '2030-01-01' WHERE booked = '2026-01-10' RETURNING tableoid::regclass::text
DELETE FROM erp.entry_2025 WHERE debit < 3 RETURNING *
SELECT * FROM erp.take('N00002', 1.25) ORDER BY site
UPDATE erp.stock SET site = 'BE' WHERE site = 'ZH' AND article = 'N00099'
TRUNCATE erp.stock_bern
INSERT INTO erp.partner ("Full Name", mail) VALUES ('New one', 'n@n') RETURNING id, kind
INSERT INTO erp.partner ("Full Name", mail) VALUES ('bad', 'no mail')
DELETE FROM erp.partner WHERE id = 60 RETURNING "Full Name"
UPDATE erp.document SET title = 'renamed' RETURNING id
INSERT INTO erp.invoice VALUES (13, 'late', NULL, 5)
INSERT INTO erp.booking VALUES ('00000000-0000-4000-8000-0000000000bb', '00000000-0000-4000-8000-000000000001', 1, '[2026-01-01,2026-02-02)')
UPDATE erp.cost_center SET id = id - 1 WHERE id > 0
UPDATE erp.state_text SET "Sort" = 10 - "Sort" WHERE "Sort" > 2
MERGE INTO erp.tariff t USING (VALUES (1.1, 2), (7.5, 3)) s (step, rate) ON t.step = s.step WHEN MATCHED THEN UPDATE SET rate = s.rate WHEN NOT MATCHED THEN INSERT (step, rate) VALUES (s.step, s.rate)
WITH gone AS (DELETE FROM erp.holiday WHERE day = '2026-01-01' RETURNING *) INSERT INTO erp.holiday SELECT day + 1, name, whole FROM gone RETURNING *
REFRESH MATERIALIZED VIEW CONCURRENTLY erp.turnover
SELECT sum(erp.order_total(number)) FROM erp.order_head
"""
SHOP = """
SELECT sell('00000000-0000-4000-8000-000000000005', 7, 3)
SELECT sell('00000000-0000-4000-8000-000000000005', 7, 300)
SELECT sell('00000000-0000-4000-8000-00000000ffff', 7, 1)
SELECT hit('/new')
SELECT hit('/new')
UPDATE category SET name = upper(name) WHERE category_id < 5 RETURNING *
UPDATE product SET description = 'searched for' WHERE product_id = 9 RETURNING fulltext
UPDATE product SET attributes = attributes || '{"more": [1, "é"]}', features = array_append(features, 'x') WHERE product_id < 20
UPDATE product SET price = -1 WHERE product_id = 9
UPDATE language SET name = 'Deutsch' WHERE language_id = 1 RETURNING name, length(name)
DELETE FROM language WHERE language_id = 1
DELETE FROM product WHERE product_id = 80 RETURNING title
DELETE FROM customer WHERE customer_id = '00000000-0000-4000-8000-000000000040'
DELETE FROM orders WHERE order_id = 5 RETURNING took
UPDATE orders SET shipped = ordered + interval '2 days' WHERE shipped IS NULL RETURNING took
INSERT INTO product (title, language_id) VALUES ('Another', 2) RETURNING product_id, price, class
INSERT INTO customer_tag SELECT customer_id, 'new', email FROM customer
UPDATE customer SET customer_id = '00000000-0000-4000-8000-0000000000ee' WHERE email = '39@example.org'
INSERT INTO schema_migrations VALUES ('20260202000000')
DELETE FROM review WHERE stars IS NULL
SELECT * FROM product_list ORDER BY 1 LIMIT 5
TRUNCATE visit
INSERT INTO visit VALUES ('2026-05-06', '/', 1, 0.5)
REFRESH MATERIALIZED VIEW best
"""
PLACES = """
SELECT places.move(2, 8.5, 47.4)
SELECT places.move(2, 999, 47.4)
SELECT places.distance(1, 2)
UPDATE places.place SET x = x + 0.1, y = NULL, "X" = 'moved' WHERE id > 90 RETURNING id, x
UPDATE places.place SET id = id + 1000 WHERE id IN (104, 105) RETURNING id
DELETE FROM places.place WHERE id = 7
DELETE FROM places.way WHERE id = 3 RETURNING length_m
UPDATE places.area SET path = 'top.asia', outline = NULL WHERE path = 'top.europe'
UPDATE places.area SET path = 'BAD' WHERE path = 'top.asia'
UPDATE places.grid SET value = value * 2, tile = tile || '\\x01' WHERE z = 3 RETURNING x
UPDATE places.grid SET x = x + 1 WHERE y = 1
UPDATE places.grid SET x = -x WHERE y = 1
INSERT INTO places.node SELECT id, 4, changeset, lat, lon, true FROM places.node WHERE version = 3 RETURNING id
DELETE FROM places.node WHERE version = 2
UPDATE places.survey SET report = report || 'more', corners = '{}' WHERE place < 10
INSERT INTO places.station VALUES ('(1,1),(0,0)', 'B', 'today', '[1,2)') ON CONFLICT DO NOTHING
SELECT count(*) FROM places.nearest
"""
PROGRAMS = {name: text.strip().splitlines() for name, text in (("erp", ERP), ("shop", SHOP), ("places", PLACES))}


async def run_programs(url: str, statements: Iterable[str]) -> list[Any]:
    """What each statement answers, or how it fails, in a transaction of its own."""
    connection = await asyncpg.connect(url)
    try:
        return [await _answer(connection, statement) for statement in statements]
    finally:
        await connection.close()


async def _answer(connection: Any, statement: str) -> Any:
    try:
        prepared = await connection.prepare(statement)
        rows = [repr(tuple(row)) for row in await prepared.fetch()]
        # PostgreSQL promises an order to whoever asks for one: else it is where rows happen to lie.
        return str(rows if "ORDER BY" in statement.upper() else sorted(rows)), prepared.get_statusmsg()
    except asyncpg.PostgresError as error:
        return error.sqlstate, error.message, error.detail, error.hint, error.table_name, error.constraint_name


async def read_contents(url: str, schemas: Iterable[str]) -> dict[str, list[str]]:
    """Everything that these schemas hold, in PostgreSQL's own words; where their sequences stand, too."""
    connection = await asyncpg.connect(url)
    try:
        holders = await connection.fetch(_HOLDERS, list(schemas))
        return {name: [row[0] for row in await connection.fetch(query)] for name, query in holders}
    finally:
        await connection.close()


_HOLDERS = """
SELECT c.oid::regclass::text, format(CASE c.relkind WHEN 'S' THEN 'SELECT last_value::text FROM %s'
    ELSE 'SELECT r::text FROM %s r ORDER BY 1' END, c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'm', 'v', 'S') ORDER BY 1
"""
