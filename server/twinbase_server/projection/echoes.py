"""Echoes: what another system is about to say of a row because a device's own change was handed over to it.

Without them the first of two changes, when it comes back, would look like news and undo the second one.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Table, cast, column, exists, func, literal, select, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import String

from twinbase.delivery import Delivery
from twinbase.registry import Registry
from twinbase_server.database.connection import Connection

ECHO = table(
    "echo",
    column("delivery"),
    column("column_name", String()),
    column("schema_name", String()),
    column("table_name", String()),
    column("row_key", String()),
    column("value", JSONB()),
    schema="twinbase",
)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_COLUMNS = ("delivery", "column_name", "schema_name", "table_name", "row_key", "value")


async def keep_echoes(connection: Connection, registry: Registry, kept: Iterable[tuple[UUID, str, Delivery]]) -> None:
    """Note what these deliveries (with their ids and the keys of their rows) will come back as."""
    records = [
        (id, name, twin.schema or "public", twin.name, row_key, _ENCODER.encode(value).decode())
        for id, row_key, one in kept
        if one.echo
        for twin in (registry[one.applied.twin].table,)
        for name, value in one.echo.items()
    ]
    if records:
        await connection.copy_records_to_table("echo", schema_name="twinbase", records=records, columns=_COLUMNS)


def is_echo(target: Table, id: ColumnElement[UUID], name: str, said: ColumnElement[object]) -> ColumnElement[bool]:
    """Whether a source says of a column what a device has said before, and was handed over."""
    of_row = (ECHO.c.row_key == cast(id, String)) & (ECHO.c.column_name == name)
    of_table = (ECHO.c.schema_name == (target.schema or "public")) & (ECHO.c.table_name == target.name)
    alike = func.twinbase.said_alike(ECHO.c.value, said)
    return exists(select(literal(1)).select_from(ECHO).where(of_row, of_table, alike))


async def forget_heard_echoes(connection: AsyncConnection, projection: str, target: Table, rows: str) -> None:
    """Forget the echoes that the rows of this run bring, with the older ones of the same column: a later return to
    such a value is news. To be called before the image of what the source said is renewed."""
    await connection.execute(
        text(_HEARD.format(rows=rows)),
        {"projection": projection, "schema": target.schema or "public", "table": target.name},
    )


async def find_settled_deliveries(connection: AsyncConnection) -> Sequence[UUID]:
    """The deliveries whose echoes a run that starts now will have heard: they were seen to have come back before."""
    return list((await connection.execute(text(_SETTLED))).scalars())


async def forget_echoes(connection: AsyncConnection, deliveries: Sequence[UUID]) -> None:
    """Forget the echoes of these."""
    if deliveries:
        await connection.execute(text("DELETE FROM twinbase.echo WHERE delivery = ANY (:ids)"), {"ids": deliveries})


_HEARD = """
WITH heard AS (
    SELECT e.row_key, e.column_name, max(d.n) AS n
    FROM twinbase.echo e JOIN twinbase.deliveries d ON d.id = e.delivery
    JOIN {rows} r ON r.id\\:\\:text = e.row_key
    LEFT JOIN twinbase.projection_image i ON i.projection = :projection AND i.id = r.id
    CROSS JOIN LATERAL (SELECT coalesce(to_jsonb(r) -> e.column_name, 'null') AS said) s
    WHERE e.schema_name = :schema AND e.table_name = :table
    AND s.said IS DISTINCT FROM i.image -> e.column_name AND twinbase.said_alike(e.value, s.said)
    GROUP BY e.row_key, e.column_name
)
DELETE FROM twinbase.echo e USING heard h, twinbase.deliveries d
WHERE d.id = e.delivery AND d.n <= h.n AND e.row_key = h.row_key AND e.column_name = h.column_name
AND e.schema_name = :schema AND e.table_name = :table
"""
_SETTLED = """
SELECT DISTINCT d.id FROM twinbase.deliveries d JOIN twinbase.echo e ON e.delivery = d.id WHERE d.state = 'acknowledged'
"""
