"""What happens on the server while devices work: every kind of writer, on raw connections."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random
from typing import Any

import asyncpg
from tests.oracle.strange.hanging import draw_hanging
from tests.oracle.strange.hanging_writers import write_hanging
from tests.oracle.strange.writers import write_strange
from tests.oracle.writers import (
    CODES,
    NEW_WRITES,
    WRITES,
    Connection,
    Write,
    edit_all_notices,
    edit_all_titles,
    edit_title,
    insert_job,
    insert_notice,
    insert_team,
)

HELD_MAX = 2
OF_THE_OFFICE = {"oracle.office": "yes"}
"""What the office's own programs say on their connections: its rules are for devices."""


class Office:
    """The server's own writers. `now` is the world's time; `spent` is what was added to each stock code here; `ruled`
    are the rows that ever were under a rule; `moves`: rows may leave a scope, and come into one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = datetime.fromisoformat("2026-03-01T08:00:00+00:00")
        self.spent: dict[str, int] = dict.fromkeys(CODES, 0)
        self.held: list[tuple[Connection, Any]] = []
        self.serial, self.world = 1000, 0
        self.ruled: set[tuple[str, int, bool]] = set()
        self.writes: tuple[Write, ...] = WRITES
        self.has_new_columns, self.moves = False, True
        self.connection: Connection = None

    async def open(self) -> None:
        # Tables change under it: it keeps no plan of a statement.
        self.connection = await self.connect()
        # A writer that meets a transaction held open gives up, as a patient ERP would in the end.
        await self.connection.execute("SET lock_timeout = '300ms'")

    async def connect(self) -> Connection:
        return await asyncpg.connect(self.url, statement_cache_size=0, server_settings=OF_THE_OFFICE)

    async def close(self) -> None:
        await self.cut()
        if self.connection is not None:
            await self.connection.close()

    async def write(self, rng: Random) -> None:
        """One writer, committed at once, or rolled back now and then."""
        writes = self.writes + (NEW_WRITES if self.has_new_columns else ())
        await self._in_transaction(self.connection, rng.choice(writes), rng, commit=rng.random() < 0.9)

    async def write_this(self, write: Write, rng: Random) -> None:
        """This writer, committed at once."""
        await self._in_transaction(self.connection, write, rng, commit=True)

    async def write_strange(self, rng: Random) -> None:
        """A writer of the strange tables."""
        await self._in_transaction(self.connection, _strange_write, rng, commit=rng.random() < 0.9)

    async def open_write(self, rng: Random) -> None:
        """A writer that stays open while others come and go: it inserts, or touches what nobody else edits."""
        if len(self.held) >= HELD_MAX:
            await self.end_write(rng)
            return
        connection = await self.connect()
        transaction = connection.transaction()
        await transaction.start()
        await rng.choice((insert_job, insert_notice, insert_team))(self, connection, rng)
        self.held.append((connection, transaction))

    async def end_write(self, rng: Random) -> None:
        """An old transaction ends, often with a last edit of what younger ones have written meanwhile."""
        if not self.held:
            return
        connection, transaction = self.held.pop(rng.randrange(len(self.held)))
        if rng.random() < 0.7:
            await rng.choice((edit_all_notices, edit_title))(self, connection, rng)
        await (transaction.commit() if rng.random() < 0.8 else transaction.rollback())
        await connection.close()

    async def write_last(self, rng: Random, meanwhile: Callable[[], Awaitable[None]]) -> None:
        """The older of two transactions writes the same rows after the younger one has committed, and everybody has
        read that."""
        write = rng.choice((edit_all_notices, edit_all_titles))
        connection = await self.connect()
        async with connection.transaction():
            await insert_notice(self, connection, rng)
            await self.write_this(write, rng)
            await meanwhile()
            await write(self, connection, rng)
        await connection.close()

    async def end_all(self) -> None:
        while self.held:
            connection, transaction = self.held.pop()
            await transaction.commit()
            await connection.close()

    async def cut(self) -> None:
        """What is open is lost, as when PostgreSQL stops."""
        while self.held:
            connection, _ = self.held.pop()
            await connection.close()

    async def _in_transaction(self, connection: Connection, write: Write, rng: Random, *, commit: bool) -> None:
        spent = dict(self.spent)
        try:
            async with connection.transaction():
                await write(self, connection, rng)
                if not commit:
                    raise _RolledBackError
        except (_RolledBackError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            self.spent = spent
        except asyncpg.IntegrityConstraintViolationError:
            self.spent = spent

    def next(self) -> int:
        self.serial += 1
        return self.serial


async def _strange_write(office: Any, connection: Connection, rng: Random) -> None:
    for _ in range(rng.randint(1, 3)):
        hanging = draw_hanging(office.world)
        if hanging is not None and rng.random() < 0.4:
            await write_hanging(hanging, connection, rng, moves=office.moves)
        else:
            await write_strange(office.world, connection, rng, deletes=office.moves)


class _RolledBackError(Exception):
    pass
