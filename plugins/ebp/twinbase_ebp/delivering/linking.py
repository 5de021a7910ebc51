"""A row that was made on a device, and the row that EBP made of it, are one row from then on."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from twinbase.delivery import WaitingDelivery
from twinbase.postgres import PostgresConnection
from twinbase.source import Run
from twinbase_ebp.delivering.copies import Copies, CopyRow
from twinbase_ebp.delivering.customers import INCIDENT
from twinbase_ebp.delivering.deliveries import EBP
from twinbase_ebp.delivering.finding import RowFinder
from twinbase_ebp.delivering.known_rows import TABLES
from twinbase_ebp.delivering.make_ready import Ready, make_ready
from twinbase_ebp.delivering.visits import EVENT
from twinbase_ebp.links import LINKED
from twinbase_ebp.settings import EbpSettings
from twinbase_mobile.tables import SCHEMA


async def link_new_rows(run: Run, settings: EbpSettings) -> None:
    """Link what EBP has made of rows that were handed over: after a load, before anything is projected."""
    import asyncpg  # not on a device

    connection = await asyncpg.connect(run.database_url)
    try:
        rows = await connection.fetch(_SENT, EBP, [f"create {entity}" for entity in LINKED])
        ready, _ = await make_ready([_waiting(row) for row in rows], connection, settings)
        looking = RowFinder(Copies(connection))
        for one in ready:
            if found := await looking.find(one):
                await link(connection, one, found)
        await _link_planned(connection)
    finally:
        await connection.close()


async def link(connection: PostgresConnection, one: Ready, found: CopyRow) -> None:
    """Say of the row of `mobile` which row of EBP it is. Its id stays; a row that is linked already stays so."""
    entry = one.entry
    if entry.entity == INCIDENT and entry.table == "interventions":
        # The visit is not the incident: the office plans it, and that entry of the agenda will be the visit.
        await connection.execute(_NUMBER.format(schema=SCHEMA), UUID(entry.id), str(found["Id"]))
    elif entry.entity in LINKED and "source_id" in TABLES[entry.table].c:
        async with connection.transaction():
            key = str(found["Id"])
            statement = _LINK.format(schema=SCHEMA, table=entry.table)
            is_new = await connection.fetchval(statement, UUID(entry.id), entry.entity, key)
            if is_new and key != entry.id:
                await connection.execute(_KEEP, entry.entity, key, UUID(entry.id))


async def _link_planned(connection: PostgresConnection) -> None:
    """The one entry of the agenda that the office has made of an incident is the visit that this was made of."""
    copied = await Copies(connection).read_columns(EVENT)
    there = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{SCHEMA}.interventions")
    if "Maintenance_IncidentId" not in copied or not there:
        return  # A copy of EBP may stand alone, beside no table of ours.
    for row in await connection.fetch(_PLANNED.format(schema=SCHEMA)):
        async with connection.transaction():
            statement = _LINK.format(schema=SCHEMA, table="interventions")
            await connection.execute(statement, row["id"], EVENT, row["key"])
            await connection.execute(_KEEP, EVENT, row["key"], row["id"])


def _waiting(row: Any) -> WaitingDelivery:
    payload: Mapping[str, Any] = msgspec.json.decode(row["payload"])
    key: Sequence[Any] = msgspec.json.decode(row["key"])
    return WaitingDelivery(row["id"], row["twin"], tuple(key), row["action"], payload, row["author"], row["attempts"])


_SENT = """
SELECT id, twin, key::text, action, payload::text, author, attempts FROM twinbase.deliveries
WHERE destination = $1 AND state = 'sent' AND action = ANY ($2) ORDER BY n
"""
_LINK = """
UPDATE "{schema}"."{table}" SET source_table = $2, source_id = $3
WHERE id = $1 AND source_table IS NULL RETURNING true
"""
_NUMBER = """
UPDATE "{schema}"."interventions" SET number = $2 WHERE id = $1 AND source_table IS NULL AND number IS DISTINCT FROM $2
"""
_PLANNED = """
SELECT v.id, min(e."Id"::text) AS key FROM "{schema}"."interventions" v
JOIN public."ScheduleEvent" e ON upper(rtrim(e."Maintenance_IncidentId")) = upper(rtrim(v.number))
WHERE v.made_on_site AND v.source_table IS NULL AND NOT EXISTS (
    SELECT FROM "{schema}"."interventions" o WHERE o.source_table = 'ScheduleEvent' AND o.source_id = e."Id"::text)
GROUP BY v.id HAVING count(*) = 1
"""
# Keys as projections compare them: in capitals, without accents being looked at.
_KEEP = """
INSERT INTO ebp.link (source_table, source_id, id) VALUES ($1, upper(rtrim($2) COLLATE "C"), $3) ON CONFLICT DO NOTHING
"""
