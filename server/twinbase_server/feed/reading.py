"""One answer, one transaction: everything that a pull says is read from a single snapshot (H22).

The first statement reads all that every answer needs, for all twins at once, so that an empty pull costs three round
trips: begin, this, commit.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import asyncpg
import msgspec

from twinbase.clock import cut_to_hour
from twinbase.registry import Registry, Twin
from twinbase_server.caller import Caller
from twinbase_server.capture.marks import parts_mark_sql, trigger_check_sql
from twinbase_server.capture.tables import version_table
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import DATABASE_ERRORS
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.generation import NEWEST_MILESTONE, recognised_sql
from twinbase_server.problems import ProblemError
from twinbase_server.revocation import check_device, turned_away_sql
from twinbase_server.settings import Settings
from twinbase_server.sql.names import TableName, quote_literal
from twinbase_server.sql.session import WIRE_SETTINGS_SQL
from twinbase_server.sql.unseen import SNAPSHOT_SQL, Snapshot, any_unseen_sql, parse_snapshot, unseen_sql

OUTCOMES_MAX = 20_000
OUTCOME_BYTES_MIN = 60
"""None is shorter: it holds its mutation's id and a status."""
SETTLED_MAX = 5_000
"""How much of what the office has settled one answer tells, the newest of it."""
BLIND_MAX = 20
"""So many tables are named in a cursor, which travels in an address."""


@dataclass(frozen=True)
class Head:
    """What the snapshot says before any row is read. Tables that the cursor cannot have seen the whole of, by why:

    `changed`: rows were written; `renewed`: capture was installed anew; `gap`: a change could not be recorded;
    `replaced`: none can be, as another table has taken the name; `collected`: tombstones were removed; `unarmed`: not
    every write fires our triggers as they were installed.
    """

    snapshot: Snapshot
    generation: str
    milestone: str
    epoch: int
    last_n: int
    outcomes: str
    settled: str
    bases: Mapping[TableName, str]
    changed: frozenset[TableName]
    renewed: frozenset[TableName]
    gap: frozenset[TableName]
    replaced: frozenset[TableName]
    collected: frozenset[TableName]
    unarmed: frozenset[TableName]

    @cached_property
    def blind(self) -> frozenset[TableName]:
        """Tables that can be written now without anybody hearing of it."""
        return self.unarmed | self.replaced

    @property
    def is_complete(self) -> bool:
        """Whether no outcome was left out for a later answer."""
        few = len(self.outcomes) < OUTCOMES_MAX * OUTCOME_BYTES_MIN
        return few or len(msgspec.json.decode(self.outcomes)) < OUTCOMES_MAX


@dataclass(frozen=True)
class Reading:
    """An open answer: the transaction, its head, who asks, and when.

    `locked`: twins that cannot be read at the moment, as somebody keeps one of their tables to himself.
    """

    connection: Connection
    caller: Caller
    head: Head
    now: datetime
    deadline: float
    locked: frozenset[str] = frozenset()
    hurry: asyncio.Event | None = None

    @cached_property
    def as_of(self) -> datetime:
        return cut_to_hour(self.now)

    @cached_property
    def rights(self) -> str:
        """By which rows are chosen: a cursor of other rights saw others."""
        return self.caller.identity.rights_fingerprint()

    @property
    def late(self) -> bool:
        """Whether the answer should stop at the next good place: for the time it took, or as others need its place."""
        hurried = self.hurry is not None and self.hurry.is_set()
        return hurried or asyncio.get_running_loop().time() >= self.deadline

    def make_cursor(self, *, day: str) -> Cursor:
        """What the device has seen once it has applied this answer."""
        return Cursor(
            generation=self.head.generation,
            milestone=self.head.milestone,
            snapshot=str(self.head.snapshot),
            schema=self.caller.schema,
            claims=self.rights,
            as_of=int(self.as_of.timestamp()),
            day=day,
            epoch=self.head.epoch if self.head.is_complete else 0,
            n=self.head.last_n if self.head.is_complete else 0,
            blind=name_blind(self.head.blind, []),
        )

    def make_proven_cursor(self) -> Cursor:
        """The cursor of an answer with a proof; of one that left twins out the day's proof is still due."""
        return self.make_cursor(day="" if self.locked else self.today)

    @property
    def today(self) -> str:
        return self.now.astimezone(UTC).date().isoformat()

    def make_begin_frame(self, kind: str, **more: Any) -> bytes:
        """The first line of every stream, with `more` that this kind says."""
        frame = {
            "frame": "begin",
            "protocol": 1,
            "kind": kind,
            "generation": self.head.generation,
            "time": self.now.isoformat(),
            "as_of": self.as_of.isoformat(),
            "claims": self.caller.identity.fingerprint(),
            "epoch": self.head.epoch,
            "last_n": self.head.last_n,
            "outcomes": msgspec.Raw(self.head.outcomes.encode()),
            **more,
        }
        if self.head.settled:
            frame["settled"] = msgspec.Raw(self.head.settled.encode())
        return msgspec.json.encode(frame) + b"\n"


class Reader:
    """Opens answers. Made once for the tables that are captured, of all that scopes read."""

    def __init__(self, registry: Registry, settings: Settings, captured: Collection[TableName]) -> None:
        read: set[TableName] = set().union(*(twin.reads.tables for twin in registry if twin.pulls))
        self.tables: tuple[TableName, ...] = tuple(sorted(read.intersection(captured)))
        self._settings = settings
        self._head = _head_sql(self.tables)

    @asynccontextmanager
    async def open(
        self,
        connection: Connection,
        caller: Caller,
        since: Cursor | None,
        acked: int,
        now: datetime,
        hurry: asyncio.Event | None = None,
    ) -> AsyncIterator[Reading]:
        """A repeatable-read transaction with its head read; raises the problem that forbids an answer."""
        await connection.execute(self._begin(caller))
        try:
            head = await self._read_head(connection, caller, since, acked, now)
            deadline = asyncio.get_running_loop().time() + self._settings.answer_seconds
            yield Reading(connection, caller, head, now, deadline, hurry=hurry)
        finally:
            await _end(connection)

    def _begin(self, caller: Caller) -> str:
        """All settings are local to the transaction, so a pooler may sit in between (H33)."""
        milliseconds = int(self._settings.statement_seconds * 1000)
        locks = max(1, int(self._settings.lock_seconds * 1000))
        idle = int(self._settings.send_seconds * 2000)
        return (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
            f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL lock_timeout = {locks};"
            f"SET LOCAL idle_in_transaction_session_timeout = {idle};"
            # Rows that a policy of the customer's hides would look as if they were gone: rather an error (H10).
            "SET LOCAL row_security = off; SET LOCAL jit = off;"
            f"{WIRE_SETTINGS_SQL}"
            # The head walks indexes whatever its parameters are: it is planned once for each connection.
            "SET LOCAL plan_cache_mode = force_generic_plan;"
            f"SET LOCAL application_name = {quote_literal(f'twinbase {caller.request}'[:63])}"
        )

    async def _read_head(
        self, connection: Connection, caller: Caller, since: Cursor | None, acked: int, now: datetime
    ) -> Head:
        seen = since.seen if since else None
        row = await connection.fetchrow(
            self._head,
            seen.xmax if seen else None,
            seen.xip if seen else (),
            since.milestone if since else None,
            caller.replica,
            acked,
            since.epoch if since else 0,
            since.n if since else 0,
            caller.session,
            caller.claims_version,
        )
        assert row is not None
        _check_replica(row, caller)
        if since is not None:
            _check_history(row, since, now - timedelta(days=self._settings.milestone_days))
        return self._head_of(row)

    def _head_of(self, row: asyncpg.Record) -> Head:
        return Head(
            snapshot=parse_snapshot(row["snapshot"]),
            generation=row["generation"],
            milestone=row["salt"] or "",
            epoch=row["epoch"],
            last_n=row["last_n"],
            outcomes=row["outcomes"],
            settled=row["settled"] or "",
            bases=self._bases(row["bases"]),
            changed=self._marked(row["changed"]),
            renewed=self._marked(row["renewed"]),
            gap=self._marked(row["gap"]),
            replaced=self._marked(row["replaced"]),
            collected=self._marked(row["collected"]),
            unarmed=self._marked(row["unarmed"]),
        )

    def _bases(self, bases: Iterable[str | None]) -> dict[TableName, str]:
        found = {table: base for table, base in zip(self.tables, bases, strict=True) if base is not None}
        for schema, name in self.tables:
            if (schema, name) not in found:
                raise ProblemError("internal", f"{schema}.{name} is not captured: run `twinbase db init`.")
        return found

    def _marked(self, marks: Iterable[bool | None]) -> frozenset[TableName]:
        return frozenset(table for table, mark in zip(self.tables, marks, strict=True) if mark)


async def _end(connection: Connection) -> None:
    """Nothing was written, so there is nothing to commit; a connection that is lost has ended its transaction.

    The pool takes a lost connection away from us, after which even `is_closed` raises; and one that is not lost and
    would not roll back is closed by the pool when it is given back.
    """
    with suppress(*DATABASE_ERRORS):
        await connection.execute("ROLLBACK")


def _check_replica(row: asyncpg.Record, caller: Caller) -> None:
    if row["account"] is None:
        raise ProblemError("token-invalid", "The server does not know this device: sign in on it again.")
    check_device(row["account"], caller, row["turned_away"])
    if row["generation"] is None:
        raise ProblemError("internal", "The database has no generation: run `twinbase db init`.")


def _check_history(row: asyncpg.Record, since: Cursor, remembered: datetime) -> None:
    """A cursor of another history: of another generation, or not of the way that this one took (H9); or one so old that
    the server has forgotten which way that was."""
    same = since.generation == row["generation"]
    if not (same and row["recognised"]):
        forgotten = same and since.as_of < remembered.timestamp()
        why = "older than what this server remembers" if forgotten else "of another history of this server"
        raise ProblemError(
            "generation",
            f"The cursor is {why}: offer recent work again, then take an initial sync.",
            generation=row["generation"],
        )


def _head_sql(tables: tuple[TableName, ...]) -> str:
    """Parameters: $1 the cursor's xmax (NULL: no cursor), $2 what was open then, $3 its milestone, $4 replica, $5
    acked, $6 and $7 the cursor's epoch and n, $8 the session, $9 the version of the account's claims.

    It ends with a setting for the statements that follow: for them a plan made for any snapshot would read whole tables
    to find the three rows that changed.
    """
    schemas = ", ".join(quote_literal(schema) for schema, _ in tables)
    names = ", ".join(quote_literal(name) for _, name in tables)
    probes = ", ".join(f"$1::xid8 IS NOT NULL AND {any_unseen_sql(version_table(*table))}" for table in tables)
    captured = (
        f"unnest(ARRAY[{schemas}]::text[], ARRAY[{names}]::text[]) WITH ORDINALITY AS t (s, n, i)"
        " LEFT JOIN twinbase.capture c ON c.schema_name = t.s AND c.table_name = t.n"
    )
    gap = f"EXISTS (SELECT FROM twinbase.capture_gap g WHERE g.relid = c.relid AND {unseen_sql('g.xid')})"
    # A table that a loader put in the place of the captured one is written unseen until it is captured itself.
    replaced = "c.relid IS DISTINCT FROM to_regclass(format('%I.%I', t.s, t.n))::oid"
    # A part that is taken out or hung in takes its rows along, and no trigger fires for them.
    watched = f"{trigger_check_sql('c.relid')} AND split_part(c.fingerprint, ' ', 2) = {parts_mark_sql('c.relid')}"
    return f"""
SELECT
    {SNAPSHOT_SQL} AS snapshot,
    (SELECT id FROM twinbase.generation ORDER BY n DESC LIMIT 1) AS generation,
    ({NEWEST_MILESTONE}) AS salt,
    {recognised_sql("$3::text", "$1::xid8", "$2::xid8[]")} AS recognised,
    r.account, r.epoch, r.last_n, {turned_away_sql("$8::uuid", "$9::bigint")} AS turned_away,
    coalesce((SELECT json_agg(l.outcome ORDER BY l.n) FROM (
        SELECT outcome, n FROM twinbase.ledger
        WHERE replica = $4 AND epoch = r.epoch
            AND n > greatest($5::bigint, CASE r.epoch WHEN $6::bigint THEN $7::bigint END)
        ORDER BY n LIMIT {OUTCOMES_MAX}) l)::text, '[]')
        AS outcomes,
    (SELECT json_agg(json_build_object('id', j.mutation, 'kind', j.kind, 'at', j.settled_at, 'by', j.settled_by,
            'as', j.settled_as, 'note', j.note) ORDER BY j.settled_at) FROM (
        SELECT * FROM twinbase.journal
        WHERE replica = $4 AND settled_xid IS NOT NULL AND ($1::xid8 IS NULL OR {unseen_sql("settled_xid")})
        ORDER BY settled_at DESC LIMIT {SETTLED_MAX}) j)::text
        AS settled,
    ARRAY[{probes}]::boolean[] AS changed,
    ARRAY(SELECT c.base::text FROM {captured} ORDER BY t.i) AS bases,
    ARRAY(SELECT {unseen_sql("c.base")} FROM {captured} ORDER BY t.i) AS renewed,
    ARRAY(SELECT {gap} FROM {captured} ORDER BY t.i) AS gap,
    ARRAY(SELECT {replaced} FROM {captured} ORDER BY t.i) AS replaced,
    ARRAY(SELECT {unseen_sql("c.collected")} FROM {captured} ORDER BY t.i) AS collected,
    ARRAY(SELECT c.relid IS NOT NULL AND NOT ({watched}) FROM {captured} ORDER BY t.i) AS unarmed,
    set_config('plan_cache_mode', 'force_custom_plan', true)
FROM (SELECT) one LEFT JOIN twinbase.replica r ON r.id = $4::uuid"""


def name_blind(tables: frozenset[TableName], before: Collection[TableName] | None) -> list[TableName] | None:
    """What a cursor says of tables that were written unheard, together with what was said `before`."""
    if before is None or len(tables.union(before)) > BLIND_MAX:
        return None
    return sorted(tables.union(before))


def table_of(twin: Twin) -> TableName:
    """(schema, table) of a twin."""
    return twin.schema, twin.table.name
