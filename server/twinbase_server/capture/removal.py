"""Taking Twinbase out of a database: every trigger, then schema `twinbase`, so that nothing of it stays."""

from collections.abc import Sequence
from dataclasses import dataclass

import stamina

from twinbase.errors import TwinbaseError
from twinbase_server.capture.install import ATTEMPTS_MAX, BUSY, TABLE_LOCK_SECONDS_MAX, uninstall
from twinbase_server.capture.rights import find_missing_ownership
from twinbase_server.capture.tables import CapturedTable
from twinbase_server.database.connection import Connection, connect
from twinbase_server.sql.names import qualify_name


class CannotRemove(TwinbaseError):
    """Twinbase cannot be taken out of this database yet. Nothing was changed."""


@dataclass(frozen=True)
class Unsent:
    """What would be lost with schema `twinbase`. Devices tell what they have not sent when they sync, and only then."""

    devices: int
    edited: int
    deliveries: int
    salvaged: int = 0

    @property
    def sentence(self) -> str:
        """What is known to be lost; "" when nothing is."""
        found = [f"{self.edited} devices have spoken of edits that they have not sent"] if self.edited else []
        found += [f"{self.deliveries} deliveries are not at their destination"] if self.deliveries else []
        found += [f"{self.salvaged} salvaged edits are not decided"] if self.salvaged else []
        settle = "sync them, settle them with `twinbase delivery` and `twinbase salvage`"
        return f"{' and '.join(found)}: {settle}" if found else ""


async def read_unsent(url: str) -> Unsent:
    """What the server knows of; nothing in a database without Twinbase."""
    connection = await connect(url)
    try:
        if not await connection.fetchval(_IS_THERE):
            return Unsent(0, 0, 0)
        row = await connection.fetchrow(_UNSENT)
        assert row
        has_salvaged = await connection.fetchval(_HAS_SALVAGED)
        salvaged = await connection.fetchval(_SALVAGED) if has_salvaged else 0
        return Unsent(row[0], row[1], row[2], salvaged)
    finally:
        await connection.close()


async def remove_everything(url: str) -> list[str]:
    """Leave the database as it was before `db init`, whichever plugins were used; answers the tables let go.

    Each table is locked for milliseconds; stopped in the middle, call it again. Tables that plugins made in schemas of
    their own stay. Raises CannotRemove, before anything is done, when others' objects need ours, or a right is missing.
    """
    connection = await connect(url)
    try:
        if not await connection.fetchval(_IS_THERE):
            return []
        tables = [CapturedTable(schema, name, (), ()) for schema, name in await connection.fetch(_CAPTURED)]
        await _check_removable(connection, tables)
        for schema, name, triggers in await connection.fetch(_TRIGGERS):
            await _give_way(connection, _drop_triggers_sql(qualify_name(schema, name), triggers))
        await uninstall(connection, tables)
        await _give_way(connection, "DROP SCHEMA twinbase CASCADE")
        return [table.label for table in tables]
    finally:
        await connection.close()


async def _check_removable(connection: Connection, tables: Sequence[CapturedTable]) -> None:
    found = await find_missing_ownership(connection, tables)
    owner = await connection.fetchval(_OTHER_OWNER)
    found += [f"Schema twinbase belongs to {owner}: sign in as that role."] if owner else []
    found += [f"{row['identity']} needs it: drop that first." for row in await connection.fetch(_NEEDED_BY)]
    if found:
        raise CannotRemove(" ".join(found))


def _drop_triggers_sql(relation: str, triggers: Sequence[str]) -> str:
    return "; ".join(f"DROP TRIGGER IF EXISTS {name} ON {relation}" for name in triggers)


async def _give_way(connection: Connection, statements: str) -> None:
    """Writers come first: a lock that does not come soon is asked for again."""
    async for attempt in stamina.retry_context(on=BUSY, attempts=ATTEMPTS_MAX, timeout=None):
        with attempt:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = '{round(TABLE_LOCK_SECONDS_MAX * 1000)}ms'")
                await connection.execute(statements)


_IS_THERE = "SELECT to_regclass('twinbase.capture') IS NOT NULL"
_HAS_SALVAGED = "SELECT to_regclass('twinbase.salvaged') IS NOT NULL"
_SALVAGED = "SELECT count(*)::int FROM twinbase.salvaged WHERE decided_at IS NULL"
_CAPTURED = "SELECT schema_name, table_name FROM twinbase.capture ORDER BY 1, 2"
_UNSENT = """
SELECT count(*)::int, count(oldest_outbox)::int,
    (SELECT count(*)::int FROM twinbase.deliveries WHERE state <> 'acknowledged')
FROM twinbase.replica WHERE revoked_at IS NULL
"""
# By the function that they call: a table may have another name by now, or belong to a plugin that is gone.
_TRIGGERS = """
SELECT n.nspname, c.relname, array_agg(quote_ident(t.tgname)) FROM pg_trigger t
JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE f.pronamespace = 'twinbase'::regnamespace AND n.nspname <> 'twinbase' AND t.tgparentid = 0 AND NOT t.tgisinternal
GROUP BY 1, 2 ORDER BY 1, 2
"""
_OTHER_OWNER = """
SELECT pg_get_userbyid(nspowner) FROM pg_namespace
WHERE nspname = 'twinbase' AND NOT pg_has_role(nspowner, 'USAGE')
"""
# Of what is not ours: a view over the journal, a foreign key. CASCADE would take it away without a word.
_NEEDED_BY = """
WITH ours (class, id) AS (
    SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = 'twinbase'::regnamespace
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'twinbase'::regnamespace
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'twinbase'::regnamespace
)
SELECT DISTINCT o.identity FROM ours JOIN pg_depend d ON d.refclassid = ours.class AND d.refobjid = ours.id
CROSS JOIN pg_identify_object(d.classid, d.objid, d.objsubid) o
WHERE d.deptype = 'n' AND o.schema IS DISTINCT FROM 'twinbase' AND o.identity !~ ' ?(on|for) twinbase\\.'
    AND o.identity !~ '^twinbase_capture_[a-z_]+ on ' ORDER BY 1
"""
