"""Which history of PostgreSQL this is. A restore from a backup starts another one, and devices must notice.

A stored id alone cannot tell (a dump copies it), nor can where it is stored: the cluster's identifier and timeline, the
database and the table (a snapshot of the machine keeps all four). So a generation is all of these, and milestones:
random names written on a timer. A cursor carries the newest milestone that it saw. Where that one is unknown, or the
cursor has seen further than another one, history went another way after it (H9).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from twinbase_server.capture.tables import CapturedTable
from twinbase_server.database.connection import Connection
from twinbase_server.database.forgetting import forget_rows
from twinbase_server.sql.unseen import Snapshot

MILESTONE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Generation:
    """This history and its newest milestone."""

    id: str
    milestone: str


async def start(connection: Connection, now: datetime) -> Generation:
    """The generation to serve; a new one when the database is not the one that the last start saw.

    Call it once when a server starts. Several may start together: one decides, the others find it decided.
    """
    async with connection.transaction():
        await connection.execute(_ONE_AT_A_TIME)
        if await _is_other_history(connection):
            await _begin(connection, now)
        await _write_milestone(connection, now)
    return await read_generation(connection)


async def read_generation(connection: Connection) -> Generation:
    """The generation as the snapshot of this transaction has it."""
    row = await connection.fetchrow(_CURRENT)
    if row is None:
        raise LookupError("No server was ever started on this database.")
    return Generation(row["id"], row["salt"])


async def go_on(connection: Connection, now: datetime) -> None:
    """Leave a milestone; or begin a new generation, where the database has become another one under a server that runs:
    its standby was promoted. Call it on a timer, on every server."""
    if await _is_other_history(connection):
        await start(connection, now)
    else:
        await note_milestone(connection, now)


async def note_milestone(connection: Connection, now: datetime) -> None:
    """Leave a milestone, if the newest one is not fresh."""
    newest = await connection.fetchval("SELECT max(at) FROM twinbase.salt")
    if newest is None or not timedelta(0) <= now - newest < MILESTONE_EVERY:
        await _write_milestone(connection, now)


async def forget_milestones(connection: Connection, before: datetime) -> int:
    """Delete milestones from before, but the newest of them; answers how many. A cursor that bears one of them is
    recognised no more: its device offers its work again, and takes a first sync.

    Always the oldest first, and never one from the middle: a cursor is recognised by the milestones after its own, too.
    """
    return await forget_rows(connection, _FORGET, before)


async def is_recognised(connection: Connection, milestone: str, snapshot: Snapshot) -> bool:
    """Whether a cursor with this milestone and snapshot was given by this history."""
    recognised = recognised_sql("$1::text", "$2::xid8", "$3::xid8[]")
    return bool(await connection.fetchval(f"SELECT {recognised}", milestone, snapshot.xmax, snapshot.xip))


def recognised_sql(milestone: str, xmax: str, xip: str) -> str:
    """Whether this history gave that milestone and snapshot.

    An answer bears the newest milestone that its snapshot sees, or a newer one when it goes on from an earlier answer:
    a snapshot that sees a newer milestone than it bears is of a history in which that milestone was not written.
    """
    own = f"SELECT s.xid FROM twinbase.salt s WHERE s.salt = {milestone}"
    newest_seen = f"SELECT s.xid FROM twinbase.salt s WHERE s.xid < {xmax} AND s.xid <> ALL ({xip})"
    return (
        f"coalesce({xmax} <= {_NEXT}"
        f" AND CASE WHEN {milestone} = '' THEN '0'::xid8 ELSE ({own}) END"
        f" >= coalesce(({newest_seen} ORDER BY s.xid DESC LIMIT 1), '0'::xid8), false)"
    )


async def _is_other_history(connection: Connection) -> bool:
    here = await connection.fetchrow(_HERE)
    stored = await connection.fetchrow(_STORED)
    if stored is None or here is None or tuple(here.values()) != tuple(stored.values()):
        return True
    return bool(await connection.fetchval(_FROM_THE_FUTURE)) or bool(await _future_versions(connection))


async def _begin(connection: Connection, now: datetime) -> None:
    """A new generation. What bears transactions that are still to come here would look changed, or not, by chance."""
    await connection.execute(_BEGIN, secrets.token_hex(16), now)
    for table in await _future_versions(connection):
        await connection.execute(_REBASE.format(versions=table))
    for statement in _REBASE_REST:
        await connection.execute(statement)


async def _future_versions(connection: Connection) -> list[str]:
    """The version tables that hold transactions which this cluster has not reached."""
    captured = await connection.fetch(_VERSION_TABLES)
    tables = [CapturedTable(row["schema_name"], row["table_name"], (), ()).object_sql("v") for row in captured]
    return [t for t in tables if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {t} WHERE xid >= {_NEXT})")]


async def _write_milestone(connection: Connection, now: datetime) -> None:
    await connection.execute("INSERT INTO twinbase.salt (salt, at) VALUES ($1, $2)", secrets.token_hex(8), now)


_FORGET = """
WITH gone AS (
    DELETE FROM twinbase.salt WHERE salt IN (
        SELECT salt FROM twinbase.salt
        WHERE xid < (SELECT xid FROM twinbase.salt WHERE at < $1 ORDER BY at DESC LIMIT 1)
        ORDER BY xid LIMIT $2)
    RETURNING salt)
SELECT count(*) FROM gone
"""
_NEXT = "pg_snapshot_xmax(pg_current_snapshot())"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('twinbase generation', 0))"
# By transaction, not by time: which is the newest that a snapshot sees can be told from the snapshot alone.
NEWEST_MILESTONE = "SELECT salt FROM twinbase.salt ORDER BY xid DESC LIMIT 1"
_CURRENT = f"""
SELECT id, coalesce(({NEWEST_MILESTONE}), '') AS salt FROM twinbase.generation ORDER BY n DESC LIMIT 1
"""
# A dump that is restored into the same cluster makes the tables anew, a copied database is another one.
_HERE = """
SELECT system_identifier, ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int AS timeline,
    (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())::bigint AS database,
    'twinbase.generation'::regclass::oid::bigint AS relation
FROM pg_control_system()
"""
_STORED = "SELECT system_identifier, timeline, database, relation FROM twinbase.generation ORDER BY n DESC LIMIT 1"
_BEGIN = f"""
INSERT INTO twinbase.generation (id, started_at, system_identifier, timeline, database, relation)
SELECT $1, $2, system_identifier, timeline, database, relation FROM ({_HERE}) here
"""
_FROM_THE_FUTURE = f"""
SELECT EXISTS (SELECT FROM twinbase.salt WHERE xid >= {_NEXT})
    OR EXISTS (SELECT FROM twinbase.capture WHERE base >= {_NEXT})
    OR EXISTS (SELECT FROM twinbase.capture_gap WHERE xid >= {_NEXT})
"""
# Of a table without its version table (a dump of some schemas only), `install` takes care.
_VERSION_TABLES = """
SELECT schema_name, table_name FROM twinbase.capture
WHERE to_regclass(format('twinbase.%I', version_table)) IS NOT NULL
"""
_REBASE = "UPDATE {versions} SET xid = pg_current_xact_id(), before = NULL WHERE xid > pg_current_xact_id()"
_REBASE_REST = (
    "UPDATE twinbase.capture SET base = pg_current_xact_id() WHERE base > pg_current_xact_id()",
    "UPDATE twinbase.capture_gap SET xid = pg_current_xact_id() WHERE xid > pg_current_xact_id()",
    "DELETE FROM twinbase.salt WHERE xid > pg_current_xact_id()",
)
