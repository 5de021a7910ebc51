"""What happens on the server while devices work: every kind of writer, on raw connections."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

PEOPLE = ("anna", "bob", "carla")
SECTORS = ("north", "south", "east")
CODES = ("bolt", "nut", "pipe", "valve")
HELD_MAX = 2

Connection = Any
Write = Callable[["Office", Connection, Random], Awaitable[None]]


class Office:
    """The server's own writers. `now` is the world's time; `spent` is what was added to each stock code here."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = datetime.fromisoformat("2026-03-01T08:00:00+00:00")
        self.spent: dict[str, int] = dict.fromkeys(CODES, 0)
        self.held: list[tuple[Connection, Any]] = []
        self.serial = 1000
        self.writes: tuple[Write, ...] = WRITES
        self.connection: Connection = None

    async def open(self) -> None:
        self.connection = await asyncpg.connect(self.url)
        # A writer that meets a transaction held open gives up, as a patient ERP would in the end.
        await self.connection.execute("SET lock_timeout = '300ms'")

    async def close(self) -> None:
        for connection, _ in self.held:
            await connection.close()
        self.held.clear()
        if self.connection is not None:
            await self.connection.close()

    async def write(self, rng: Random) -> None:
        """One writer, committed at once, or rolled back now and then."""
        await self._in_transaction(self.connection, rng.choice(self.writes), rng, commit=rng.random() < 0.9)

    async def open_write(self, rng: Random) -> None:
        """A writer that stays open while others come and go: it inserts, or touches what nobody else edits."""
        if len(self.held) >= HELD_MAX:
            await self.end_write(rng)
            return
        connection = await asyncpg.connect(self.url)
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

    async def end_all(self) -> None:
        while self.held:
            connection, transaction = self.held.pop()
            await transaction.commit()
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

    async def some_job(self, connection: Connection, rng: Random) -> UUID | None:
        rows = await connection.fetch("SELECT id FROM oracle.jobs ORDER BY id")
        return rng.choice(rows)["id"] if rows else None


class _RolledBackError(Exception):
    pass


async def insert_job(office: Office, connection: Connection, rng: Random) -> None:
    key = UUID(int=rng.getrandbits(128), version=4)
    starts = None if rng.random() < 0.2 else office.now + timedelta(days=rng.randint(-45, 45))
    await connection.execute(
        "INSERT INTO oracle.jobs (id, lead, sector, title, status, hours, price, starts_at, secret)"
        " VALUES ($1, $2, $3, $4, 'open', 0, $5::int / 100.0, $6, '')",
        key, rng.choice(PEOPLE), rng.choice(SECTORS), f"job {office.next()} é", rng.randint(0, 99_999), starts,
    )  # fmt: skip
    for line in range(rng.randint(0, 3)):
        await connection.execute(
            "INSERT INTO oracle.parts (job_id, line, label, quantity) VALUES ($1, $2, $3, 1)", key, line, f"part {line}"
        )


async def insert_notice(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "INSERT INTO oracle.notices VALUES ($1, $2, 'new')", f"N{office.next()}", rng.choice(SECTORS)
    )


async def insert_team(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute("INSERT INTO oracle.teams (id, name) VALUES ($1, 'team')", office.next())


async def edit_job(office: Office, connection: Connection, rng: Random) -> None:
    change = rng.choice(("title = title || '+'", "hours = hours + 1", "price = price + 0.01", "status = 'closed'",
                         "secret = secret || '.'", "title = title"))  # fmt: skip
    await connection.execute(f"UPDATE oracle.jobs SET {change} WHERE id = $1", await office.some_job(connection, rng))


async def edit_title(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.jobs SET title = title || '<' WHERE id = $1", await office.some_job(connection, rng)
    )


async def edit_notice(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.notices SET body = body || '<' WHERE sector = $1", rng.choice(SECTORS))


async def edit_all_notices(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.notices SET body = body || '>'")


async def edit_many(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.jobs SET title = title || '*' WHERE sector = $1", rng.choice(SECTORS))


async def reassign(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.jobs SET lead = $2, sector = $3 WHERE id = $1",
        await office.some_job(connection, rng), rng.choice(PEOPLE), rng.choice(SECTORS),
    )  # fmt: skip


async def reschedule(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.jobs SET starts_at = $2 WHERE id = $1",
        await office.some_job(connection, rng), office.now + timedelta(days=rng.randint(-60, 60)),
    )  # fmt: skip


async def delete_job(office: Office, connection: Connection, rng: Random) -> None:
    """Its parts go with it: a cascade."""
    await connection.execute("DELETE FROM oracle.jobs WHERE id = $1", await office.some_job(connection, rng))


async def change_key(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.notices SET code = $2 WHERE code = (SELECT min(code) FROM oracle.notices WHERE sector = $1)",
        rng.choice(SECTORS), f"K{office.next()}",
    )  # fmt: skip


async def move_notice(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.notices SET sector = $2 WHERE code = (SELECT max(code) FROM oracle.notices WHERE sector = $1)",
        rng.choice(SECTORS), rng.choice(SECTORS),
    )  # fmt: skip


async def delete_notice(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "DELETE FROM oracle.notices WHERE code = (SELECT min(code) FROM oracle.notices WHERE sector = $1)",
        rng.choice(SECTORS),
    )


async def delete_team(office: Office, connection: Connection, rng: Random) -> None:
    """Jobs and teams that point at it are changed by the database itself: SET NULL."""
    await connection.execute("DELETE FROM oracle.teams WHERE id = (SELECT max(id) FROM oracle.teams WHERE id > 3)")


async def dissolve_team(office: Office, connection: Connection, rng: Random) -> None:
    """One deletion that changes the same rows twice: whoever has the team for parent has it for deputy too."""
    key = office.next()
    await connection.execute("INSERT INTO oracle.teams (id, name) VALUES ($1, 'short-lived')", key)
    await connection.execute("UPDATE oracle.teams SET parent_id = $1, deputy_id = $1 WHERE id <= 2", key)
    await connection.execute("DELETE FROM oracle.teams WHERE id = $1", key)


async def nest_team(office: Office, connection: Connection, rng: Random) -> None:
    """Some teams have the same team for parent and deputy."""
    await connection.execute(
        "UPDATE oracle.teams SET parent_id = (SELECT max(id) FROM oracle.teams), deputy_id ="
        " (SELECT max(id) FROM oracle.teams) WHERE id = $1",
        rng.randint(1, 3),
    )


async def grant(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "INSERT INTO oracle.memberships VALUES ($1, $2) ON CONFLICT DO NOTHING", rng.choice(PEOPLE), rng.choice(SECTORS)
    )


async def revoke(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "DELETE FROM oracle.memberships WHERE person = $1 AND sector = $2", rng.choice(PEOPLE), rng.choice(SECTORS)
    )


async def spend(office: Office, connection: Connection, rng: Random) -> None:
    code, amount = rng.choice(CODES), rng.randint(1, 9)
    await connection.execute("UPDATE oracle.stocks SET quantity = quantity + $2 WHERE code = $1", code, amount)
    office.spent[code] += amount


async def reload_notices(office: Office, connection: Connection, rng: Random) -> None:
    """What an ERP's loader does: empty the table, write it again, almost as it was."""
    rows = await connection.fetch("SELECT * FROM oracle.notices")
    await connection.execute(rng.choice(("TRUNCATE oracle.notices", "DELETE FROM oracle.notices")))
    for row in rows:
        body = row["body"] + "!" if rng.random() < 0.2 else row["body"]
        if rng.random() < 0.9:
            await connection.execute("INSERT INTO oracle.notices VALUES ($1, $2, $3)", row["code"], row["sector"], body)


async def upsert_notice(office: Office, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "INSERT INTO oracle.notices VALUES ($1, $2, 'upserted')"
        " ON CONFLICT (code) DO UPDATE SET sector = excluded.sector, body = oracle.notices.body || '^'",
        f"U{rng.randint(1, 4)}", rng.choice(SECTORS),
    )  # fmt: skip


WRITES: tuple[Write, ...] = (
    insert_job, insert_job, insert_notice, insert_team, edit_job, edit_job, edit_many, reassign, reassign, reschedule,
    delete_job, change_key, move_notice, delete_notice, delete_team, dissolve_team, nest_team, grant, revoke, spend,
    reload_notices,
    upsert_notice,
)  # fmt: skip

WRITES_IN_SCOPE: tuple[Write, ...] = (
    insert_job, insert_notice, insert_team, edit_job, edit_job, edit_title, edit_notice, edit_many, delete_team,
    nest_team, spend,
)  # fmt: skip
"""Those that move no row out of a scope: the cursor alone must deliver all they do."""
