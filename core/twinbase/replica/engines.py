"""The engines over one file: one that writes, one that reads, and raw connections for whoever applies.

Sessions that may write BEGIN IMMEDIATE: they wait their turn (BUSY_SECONDS) before they read, so that read-then-write
never meets "database is locked", which SQLite answers at once, whatever the timeout, to a reader whose snapshot has
aged (H28). Readers use connections that cannot write, and wait for nobody.
"""

import asyncio
import types
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, closing
from functools import partial
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import aiosqlite
from sqlalchemy import Connection as SQLAlchemyConnection
from sqlalchemy import ExceptionContext, event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolResetState

import twinbase.replica.dialect  # noqa: F401  registers sqlite+twinbase://
from twinbase.clock import Clock
from twinbase.registry import Twin
from twinbase.replica.connection import Connection
from twinbase.replica.file.file import ReplicaFile, connect, interpret_error, translate_errors
from twinbase.replica.outbox.triggers import seal

Answer = TypeVar("Answer")
Given = ParamSpec("Given")

Enter = Callable[..., AbstractContextManager[None]]
"""What an app's call goes through: it leaves with a TwinbaseError, or with what is named here."""
_SEALED = "twinbase_sealed"
WRITERS_MAX = 8
READERS_MAX = 8
_WRAPPED = (
    "DatabaseError", "Error", "IntegrityError", "NotSupportedError", "OperationalError", "ProgrammingError",
    "sqlite_version", "sqlite_version_info",
)  # fmt: skip


class Kept(Protocol):
    """What holds the file open between two syncs."""

    async def close(self) -> None: ...


class _EndingPool(AsyncAdaptedQueuePool):
    """One that ends: what comes back after it is closed, where others would keep it open until it is collected.

    A page that still reads when the replica is closed would hold the file, which cannot be removed then on Windows.
    """

    _is_over = False

    def dispose(self) -> None:
        self._is_over = True
        super().dispose()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        if self._is_over:
            record.close()
        super()._do_return_conn(record)


class Database:
    """One open file. The tables of PostgreSQL's schemas have no schema here, and perhaps another name."""

    def __init__(self, file: ReplicaFile, twins: Iterable[Twin], clock: Clock) -> None:
        self.file = file
        self.clock = clock
        known = list(twins)
        self._schemas = {twin.schema: None for twin in known}
        self._names = {(t.table.schema, str(t.table.name)): t.name for t in known if t.name != t.table.name}
        self._watchers: list[Callable[[], None]] = []
        self._kept: Kept | None = None
        self._is_closed = False
        self.engine = self._engine("BEGIN IMMEDIATE", WRITERS_MAX, query_only=False)
        self.reader = self._engine("BEGIN", READERS_MAX, query_only=True)
        event.listen(self.engine.sync_engine, "commit", self._seal)
        event.listen(self.engine.sync_engine, "rollback", lambda connection: connection.info.pop(_SEALED, None))
        event.listen(self.engine.sync_engine, "checkin", self._announce)

    def watch_writes(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` in the event loop after every commit that wrote to a twin; what is answered stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def announce_write(self) -> None:
        """Tell those who watch that something waits to be sent."""
        for watcher in list(self._watchers):
            watcher()

    def connect(self, *, foreign_keys: bool = False) -> Connection:
        """A raw connection of the driver, for a thread that applies. Close it."""
        return connect(self.file, foreign_keys=foreign_keys)

    def keep(self, opened: Kept) -> bool:
        """Keep what has the file open, for whoever asks next; False when it must be closed: one is enough."""
        if self._kept is not None or self._is_closed:
            return False
        self._kept = opened
        return True

    def take_kept(self) -> Kept | None:
        """What was kept, for one to use."""
        kept, self._kept = self._kept, None
        return kept

    async def write(
        self, work: Callable[Concatenate[Connection, Given], Answer], *arguments: Given.args, **options: Given.kwargs
    ) -> Answer:
        """`work(connection, *arguments)` in a thread and one transaction of its own, all or nothing."""

        def written() -> Answer:
            opened = connect(self.file, foreign_keys=False, of_person=True)
            with translate_errors(self.file), closing(opened) as connection:
                connection.execute("BEGIN IMMEDIATE")
                answer = work(connection, *arguments, **options)
                connection.commit()
                return answer

        return await asyncio.to_thread(written)

    async def look(
        self, work: Callable[Concatenate[Connection, Given], Answer], *arguments: Given.args, **options: Given.kwargs
    ) -> Answer:
        """`work(connection, *arguments)` in a thread, over one moment of the file, without a lock."""

        def seen() -> Answer:
            with translate_errors(self.file), closing(connect(self.file, query_only=True)) as connection:
                connection.execute("BEGIN")
                return work(connection, *arguments, **options)

        return await asyncio.to_thread(seen)

    async def close(self) -> None:
        """Let go of the file for good; what a sync or a session that still runs holds is closed when it ends."""
        self._is_closed = True
        await self.dispose()

    async def dispose(self) -> None:
        """Close every connection that is kept: those of the pools, and that of the last sync."""
        if (kept := self.take_kept()) is not None:
            await kept.close()
        await self.engine.dispose()
        await self.reader.dispose()

    def _engine(self, begin: str, connections_max: int, *, query_only: bool) -> AsyncEngine:
        engine = create_async_engine(
            "sqlite+twinbase://",
            async_creator=self._creator(query_only),
            module=_module(self.file.driver),
            table_names=self._names,
            # Without a path in the URL, the default would be one connection shared by everybody.
            poolclass=_EndingPool,
            pool_size=2,
            max_overflow=connections_max - 2,
            # What was typed is no part of a message: messages go to logs and to whoever collects crashes.
            hide_parameters=True,
            execution_options={"schema_translate_map": self._schemas},
        )
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        event.listen(engine.sync_engine, "handle_error", self._say_what_it_means)
        event.listen(engine.sync_engine, "reset", _leave_nothing_open)
        return engine

    def _creator(self, query_only: bool) -> Callable[[], Awaitable[aiosqlite.Connection]]:
        async def creator() -> aiosqlite.Connection:
            # The key goes in here, never through SQLAlchemy, whose echo would print it.
            opened: Any = partial(connect, self.file, query_only=query_only, of_person=not query_only)
            connection = aiosqlite.Connection(opened, iter_chunk_size=64)
            # As SQLAlchemy does for its own connections: a forgotten one must not keep the process alive.
            connection._thread.daemon = True
            return await connection

        return creator

    def _seal(self, connection: SQLAlchemyConnection) -> None:
        if seal(connection.exec_driver_sql, self.clock()):
            connection.info[_SEALED] = True

    def _announce(self, connection: Any, record: ConnectionPoolEntry) -> None:
        """A connection comes back when its transaction is over: what it wrote is in the file now."""
        if record.info.pop(_SEALED, False):
            self.announce_write()

    def _say_what_it_means(self, context: ExceptionContext) -> None:
        error = context.original_exception
        if context.engine is self.reader.sync_engine and getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY":
            return  # A session that only reads cannot write: the statement is wrong, and not the storage.
        if said := interpret_error(self.file, error):
            raise said


def _leave_nothing_open(connection: Any, record: object, state: PoolResetState) -> None:
    """A COMMIT that fails, for a foreign key to nothing say, leaves its transaction open, and with it the only lock.

    SQLAlchemy believes that such a transaction is over.
    """
    if state.asyncio_safe and connection.driver_connection.in_transaction:
        connection.rollback()


def _module(driver: Any) -> AsyncAdapt_aiosqlite_dbapi:
    """aiosqlite as SQLAlchemy wants it, with the driver's own exceptions: SQLCipher's are not sqlite3's."""
    shim = types.ModuleType("aiosqlite_of_" + driver.__name__)
    shim.__dict__.update(vars(aiosqlite), **{name: getattr(driver, name) for name in _WRAPPED})
    return AsyncAdapt_aiosqlite_dbapi(shim, driver)
