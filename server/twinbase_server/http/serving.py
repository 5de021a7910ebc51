"""What one server process holds: a pool, its keys, its plugins; and how an answer is opened with them."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import asyncpg

from twinbase.clock import Clock
from twinbase.plugins import Plugins
from twinbase.registry import Registry, Twin
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection, Pool, borrow_connection
from twinbase_server.database.errors import ALTERED, DATABASE_ERRORS
from twinbase_server.devices.wipe_ticket import WipeTickets
from twinbase_server.feed.context import AnswerContext
from twinbase_server.feed.cursor import Cursor
from twinbase_server.feed.hold import Hold, hold_tables, twins_to_read
from twinbase_server.feed.news.watch import NewsWatch
from twinbase_server.feed.readiness import Readiness, read_readiness
from twinbase_server.feed.reading import Reader, Reading
from twinbase_server.feed.schemas import FeedShapes, Schemas
from twinbase_server.feed.statements import FeedShape
from twinbase_server.files.receive import Receiver
from twinbase_server.http.device_report import DeviceReport
from twinbase_server.http.health import HealthWatch
from twinbase_server.http.lanes import Lanes, Readers
from twinbase_server.http.tokens import Tokens
from twinbase_server.keys.signing_key import KeyRing
from twinbase_server.keys.store import read_keys
from twinbase_server.keys.wrapping import WrappingKey
from twinbase_server.metrics import Metrics
from twinbase_server.problems import ProblemError
from twinbase_server.sessions.refresh import SessionLife
from twinbase_server.sessions.refresh_token import RefreshTokens
from twinbase_server.settings import Settings
from twinbase_server.store.store import FileStore

CLAIMS_KNOWN_MAX = 10_000
SNAPSHOTS_MAX = 5
"""How often an answer begins again because a table was loaded anew while it began."""
PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.02, 0.5
_log = logging.getLogger(__name__)
_NOTE = """
UPDATE twinbase.replica
SET last_seen = $2::timestamptz, last_pull = $2, oldest_outbox = $3::timestamptz, schema_fingerprint = $4,
    unsent = coalesce($5::bigint, unsent), storage_bytes = coalesce($6::bigint, storage_bytes),
    proven_at = coalesce(least($7::timestamptz, $2), proven_at), platform = coalesce($8, platform),
    app_version = coalesce($9, app_version), acked = CASE epoch WHEN $10 THEN greatest(acked, $11) ELSE acked END
WHERE id = (
    SELECT id FROM twinbase.replica WHERE id = $1 AND (
        last_pull IS NULL OR last_pull < $2::timestamptz - interval '1 minute' OR oldest_outbox IS DISTINCT FROM $3
        OR unsent IS DISTINCT FROM coalesce($5, unsent) OR epoch = $10 AND acked < $11)
    FOR NO KEY UPDATE SKIP LOCKED)
"""


class LockWait:
    """How long an answer waits for tables that others keep locked, and how often it looks again meanwhile.

    It holds no connection in between: one table that is locked for an hour takes nothing from those who do not need it.
    """

    def __init__(self, seconds: float) -> None:
        self._ends, self._pause = asyncio.get_running_loop().time() + seconds, PAUSE_SECONDS_MIN

    @property
    def goes_on(self) -> bool:
        return asyncio.get_running_loop().time() < self._ends

    async def pause_a_while(self) -> None:
        """Until the next look: at once at first, for it may be a moment's work, and then less often."""
        await asyncio.sleep(self._pause)
        self._pause = min(2 * self._pause, PAUSE_SECONDS_MAX)


@dataclass
class Serving:
    """One running application. Nothing here is shared state of the product: that is all in PostgreSQL."""

    settings: Settings
    plugins: Plugins
    pool: Pool
    wrapping: WrappingKey | None
    keys: KeyRing
    tokens: Tokens
    refresh_tokens: RefreshTokens
    wipe_tickets: WipeTickets
    session_life: SessionLife
    context: AnswerContext
    schemas: Schemas
    reader: Reader
    readiness: Readiness
    clock: Clock
    lanes: Lanes
    readers: Readers
    news: NewsWatch
    health: HealthWatch
    store: FileStore | None
    _claims_read: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        return self.plugins.registry

    def list_served(self) -> Sequence[Twin]:
        """The twins but those that wait."""
        return [twin for twin in self.registry if twin.name not in self.readiness.waiting]

    @property
    def receiver(self) -> Receiver:
        """What pieces of content are received with; raises `store-missing`."""
        return Receiver(self.require_store(), self.pool, self.registry, self.settings)

    def require_store(self) -> FileStore:
        """Where content is kept; raises `store-missing`."""
        if self.store is None:
            raise ProblemError("store-missing", "Whoever runs it can set TWINBASE_FILES. Content stays on the device.")
        return self.store

    @property
    def metrics(self) -> Metrics:
        return self.context.metrics

    def borrow_connection(self) -> AbstractAsyncContextManager[Connection]:
        """A connection of the pool; raises `too-busy` when none comes free."""
        return borrow_connection(self.pool, self.settings.pool_wait_seconds)

    async def stream_lines(
        self,
        caller: Caller,
        since: Cursor | None,
        acked: int,
        kind: str,
        answer: Callable[[Reading, FeedShapes], AsyncIterator[bytes]],
        *,
        everything: bool = False,
        hurry: asyncio.Event | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """An answer's lines; its transaction is open for as long as they are being read.

        `everything`: it reads every twin, and not only those in which something may have changed. `hurry`, once it is
        set, ends it after the page that is being read.
        """
        now, wait, loads = self.clock(), LockWait(self.settings.lock_seconds), 0
        while loads < SNAPSHOTS_MAX:
            async with (
                self.lanes.streams.enter_lane(),
                self.borrow_connection() as connection,
                self._looking_again(connection),
            ):
                shapes = await self.schemas.find(connection, caller.schema)
                async with self.reader.open(connection, caller, since, acked, now, hurry) as reading:
                    twins = twins_to_read(reading, shapes, since, everything=everything)
                    signatures = self.readiness.signatures_of(self.reader.tables)
                    hold = await hold_tables(connection, twins, signatures, patient=wait.goes_on)
                    if hold is not None and not hold.rewritten:
                        held = self._leave_out_locked(reading, twins, hold)
                        await self._read_claims(held, [shapes[twin.name] for twin in twins])
                        self.metrics.answers.labels(kind).inc()
                        async for line in answer(held, shapes):
                            yield line
                        return
                if hold is not None:
                    loads += 1
                    await self.look_again(connection)
            if hold is None:
                await wait.pause_a_while()
        raise ProblemError("too-busy", "A table is being loaded again and again at the moment.")

    @asynccontextmanager
    async def _looking_again(self, connection: Connection) -> AsyncIterator[None]:
        """A statement that PostgreSQL does not understand any more is about a table that was altered this moment."""
        try:
            yield
        except ALTERED as error:
            await self.look_again(connection)
            raise ProblemError("schema-unknown", "A table was altered: agree on the schema anew.") from error

    async def read_keys_again(self, connection: Connection) -> None:
        """Take up the signing keys as they are kept now; raises when they can no longer be read."""
        self.keys.replace_keys(await read_keys(connection, self.wrapping))

    async def find_waiting(self, again: bool) -> Mapping[str, str]:
        """The twins that wait, and why; `again`: as the tables are this moment."""
        if again:
            async with self.borrow_connection() as connection:
                await self.look_again(connection)
        return self.readiness.waiting

    async def look_again(self, connection: Connection) -> None:
        """See how the twins stand now: one whose table was altered may have to wait, or may be synced again."""
        readiness = await read_readiness(connection, self.registry, self.readiness)
        tell_waiting(self.readiness.waiting, readiness.waiting)
        if readiness is not self.readiness:
            self.schemas = Schemas(self.registry, readiness)
            self.reader = Reader(self.registry, self.settings, readiness.captured)
            self.news.tables = self.reader.tables
        self.readiness = readiness

    def _leave_out_locked(self, reading: Reading, twins: Sequence[Twin], hold: Hold) -> Reading:
        """The reading of an answer that says nothing of the twins whose tables are locked."""
        locked = [twin.name for twin in twins if twin.reads.tables & hold.locked]
        for name in locked:
            self.metrics.locked.labels(name).inc()
        return replace(reading, locked=frozenset(locked))

    async def _read_claims(self, reading: Reading, shapes: Sequence[FeedShape]) -> None:
        """Refuse an identity whose claims are missing or cannot be read, before the first line and not in the middle.

        Planning a statement reads its parameters, so PostgreSQL itself is asked, once for each identity and twin.
        """
        free = [shape for shape in shapes if shape.twin.name not in reading.locked]
        await self.check_claims(reading.connection, reading.caller, free, reading.as_of)

    async def check_claims(
        self, connection: Connection, caller: Caller, shapes: Iterable[FeedShape], as_of: datetime
    ) -> None:
        """Raises `claim-missing` when a scope cannot be asked for this identity."""
        if len(self._claims_read) >= CLAIMS_KNOWN_MAX:
            self._claims_read.clear()
        known = self._claims_read.setdefault((caller.schema, caller.identity.rights_fingerprint()), set())
        for shape in shapes:
            if shape.twin.name in known:
                continue
            values = shape.bind(caller.identity, as_of)
            try:
                await connection.fetch(f"EXPLAIN SELECT FROM {shape.table} WHERE {shape.condition.sql}", *values)
            except asyncpg.DataError as error:
                raise ProblemError(
                    "claim-missing", f"A claim in the scope of {shape.twin.name} cannot be read as its column's type."
                ) from error
            known.add(shape.twin.name)

    async def note_pull(self, caller: Caller, report: DeviceReport) -> None:
        """Remember when a device pulled and what it said of itself, for whoever watches; no pull fails for it."""
        said = (report.unsent, report.storage_bytes, report.proven_at, report.platform, report.app_version)
        confirmed = (caller.epoch, report.confirmed)
        try:
            async with self.borrow_connection() as connection:
                await connection.execute(
                    _NOTE, caller.replica, self.clock(), report.oldest_outbox, caller.schema, *said, *confirmed
                )
        except (ProblemError, *DATABASE_ERRORS):
            _log.warning("A pull was answered, and not noted.", exc_info=True)


def tell_waiting(before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Into the log: which twins wait that did not, and which wait no longer."""
    for name, why in now.items():
        if before.get(name) != why:
            _log.error("Twin %s waits. %s", name, why)
    for name in before.keys() - now.keys():
        _log.warning("Twin %s is synced again.", name)
