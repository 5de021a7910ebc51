"""Every kind of writer that an office has, each with one transaction's worth of SQL."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol
from uuid import UUID

PEOPLE = ("anna", "bob", "carla")
SECTORS = ("north", "south", "east")
CODES = ("bolt", "nut", "pipe", "valve")

Connection = Any


class Desk(Protocol):
    """What a writer needs of the office: the time, fresh numbers, and the account of what it added to the stock."""

    now: datetime
    spent: dict[str, int]

    def next(self) -> int: ...


Write = Callable[[Desk, Connection, Random], Awaitable[None]]


async def some_job(connection: Connection, rng: Random) -> UUID | None:
    rows = await connection.fetch("SELECT id FROM oracle.jobs ORDER BY id")
    return rng.choice(rows)["id"] if rows else None


async def insert_job(office: Desk, connection: Connection, rng: Random) -> None:
    key = UUID(int=rng.getrandbits(128), version=4)
    starts = None if rng.random() < 0.2 else office.now + timedelta(days=rng.randint(-45, 45))
    await connection.execute(
        "INSERT INTO oracle.jobs (id, lead, sector, title, status, hours, price, starts_at, secret)"
        " VALUES ($1, $2, $3, $4, 'open', 0, $5::int / 100.0, $6, '')",
        key,
        rng.choice(PEOPLE),
        rng.choice(SECTORS),
        f"job {office.next()} é",
        rng.randint(0, 99_999),
        starts,
    )
    for line in range(rng.randint(0, 3)):
        await connection.execute(
            "INSERT INTO oracle.parts (job_id, line, label, quantity) VALUES ($1, $2, $3, 1)", key, line, f"part {line}"
        )


async def insert_notice(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "INSERT INTO oracle.notices VALUES ($1, $2, 'new')", f"N{office.next()}", rng.choice(SECTORS)
    )


async def insert_team(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("INSERT INTO oracle.teams (id, name) VALUES ($1, 'team')", office.next())


async def edit_job(office: Desk, connection: Connection, rng: Random) -> None:
    change = rng.choice(
        (
            "title = title || '+'",
            "hours = hours + 1",
            "price = price + 0.01",
            "status = 'closed'",
            "secret = secret || '.'",
            "title = title",
        )
    )
    await connection.execute(f"UPDATE oracle.jobs SET {change} WHERE id = $1", await some_job(connection, rng))


async def edit_title(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.jobs SET title = title || '<' WHERE id = $1", await some_job(connection, rng)
    )


async def edit_notice(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.notices SET body = body || '<' WHERE sector = $1", rng.choice(SECTORS))


async def edit_all_notices(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.notices SET body = body || '>'")


async def edit_all_titles(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.jobs SET title = title || '>'")


async def edit_many(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.jobs SET title = title || '*' WHERE sector = $1", rng.choice(SECTORS))


async def reassign(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.jobs SET lead = $2, sector = $3 WHERE id = $1",
        await some_job(connection, rng),
        rng.choice(PEOPLE),
        rng.choice(SECTORS),
    )


async def reschedule(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.jobs SET starts_at = $2 WHERE id = $1",
        await some_job(connection, rng),
        office.now + timedelta(days=rng.randint(-60, 60)),
    )


async def delete_job(office: Desk, connection: Connection, rng: Random) -> None:
    """Its parts go with it: a cascade."""
    await connection.execute("DELETE FROM oracle.jobs WHERE id = $1", await some_job(connection, rng))


async def change_key(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.notices SET code = $2 WHERE code = (SELECT min(code) FROM oracle.notices WHERE sector = $1)",
        rng.choice(SECTORS),
        f"K{office.next()}",
    )


async def move_notice(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.notices SET sector = $2 WHERE code = (SELECT max(code) FROM oracle.notices WHERE sector = $1)",
        rng.choice(SECTORS),
        rng.choice(SECTORS),
    )


async def delete_notice(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "DELETE FROM oracle.notices WHERE code = (SELECT min(code) FROM oracle.notices WHERE sector = $1)",
        rng.choice(SECTORS),
    )


async def delete_team(office: Desk, connection: Connection, rng: Random) -> None:
    """Jobs and teams that point at it are changed by the database itself: SET NULL."""
    await connection.execute("DELETE FROM oracle.teams WHERE id = (SELECT max(id) FROM oracle.teams WHERE id > 3)")


async def dissolve_team(office: Desk, connection: Connection, rng: Random) -> None:
    """One deletion that changes the same rows twice: whoever has the team for parent has it for deputy too."""
    key = office.next()
    await connection.execute("INSERT INTO oracle.teams (id, name) VALUES ($1, 'short-lived')", key)
    await connection.execute("UPDATE oracle.teams SET parent_id = $1, deputy_id = $1 WHERE id <= 2", key)
    await connection.execute("DELETE FROM oracle.teams WHERE id = $1", key)


async def nest_team(office: Desk, connection: Connection, rng: Random) -> None:
    """Some teams have the same team for parent and deputy."""
    await connection.execute(
        "UPDATE oracle.teams SET parent_id = (SELECT max(id) FROM oracle.teams), deputy_id ="
        " (SELECT max(id) FROM oracle.teams) WHERE id = $1",
        rng.randint(1, 3),
    )


async def grant(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "INSERT INTO oracle.memberships VALUES ($1, $2) ON CONFLICT DO NOTHING", rng.choice(PEOPLE), rng.choice(SECTORS)
    )


async def revoke(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "DELETE FROM oracle.memberships WHERE person = $1 AND sector = $2", rng.choice(PEOPLE), rng.choice(SECTORS)
    )


async def spend(office: Desk, connection: Connection, rng: Random) -> None:
    code, amount = rng.choice(CODES), rng.randint(1, 9)
    await connection.execute("UPDATE oracle.stocks SET quantity = quantity + $2 WHERE code = $1", code, amount)
    office.spent[code] += amount


async def number_visits(office: Desk, connection: Connection, rng: Random) -> None:
    """The ERP has an entry of each visit by now, under a number of its own."""
    await connection.execute("UPDATE oracle.visits SET number = $1 || left(id::text, 4) WHERE number IS NULL", "V-")


async def note_visit(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.visits SET note = note || '<' WHERE sector = $1", rng.choice(SECTORS))


async def move_visits(office: Desk, connection: Connection, rng: Random) -> None:
    """Others see them now; whoever made one sees it still."""
    await connection.execute(
        "UPDATE oracle.visits SET sector = $2 WHERE sector = $1", rng.choice(SECTORS), rng.choice(SECTORS)
    )


async def give_visits_away(office: Desk, connection: Connection, rng: Random) -> None:
    """Who made them has them no more, unless he is in the sector."""
    await connection.execute(
        "UPDATE oracle.visits SET person = $2, sector = $3 WHERE person = $1",
        *(rng.choice(PEOPLE), rng.choice(PEOPLE), rng.choice(SECTORS)),
    )


async def delete_visit(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("DELETE FROM oracle.visits WHERE id = (SELECT min(id::text)::uuid FROM oracle.visits)")


async def reload_notices(office: Desk, connection: Connection, rng: Random) -> None:
    """What an ERP's loader does: empty the table, write it again, almost as it was."""
    rows = await connection.fetch("SELECT * FROM oracle.notices")
    await connection.execute(rng.choice(("TRUNCATE oracle.notices", "DELETE FROM oracle.notices")))
    for row in rows:
        body = row["body"] + "!" if rng.random() < 0.2 else row["body"]
        if rng.random() < 0.9:
            await connection.execute("INSERT INTO oracle.notices VALUES ($1, $2, $3)", row["code"], row["sector"], body)


async def upsert_notice(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "INSERT INTO oracle.notices VALUES ($1, $2, 'upserted')"
        " ON CONFLICT (code) DO UPDATE SET sector = excluded.sector, body = oracle.notices.body || '^'",
        f"U{rng.randint(1, 4)}",
        rng.choice(SECTORS),
    )


WRITES: tuple[Write, ...] = (
    insert_job, insert_job, insert_notice, insert_team, edit_job, edit_job, edit_many, reassign, reassign, reschedule,
    delete_job, change_key, move_notice, delete_notice, delete_team, dissolve_team, nest_team, grant, revoke, spend,
    reload_notices,
    upsert_notice, *[number_visits] * 2, note_visit, *[move_visits] * 2, delete_visit,
)  # fmt: skip

WRITES_IN_SCOPE: tuple[Write, ...] = (
    insert_job, insert_notice, insert_team, edit_job, edit_job, edit_title, edit_notice, edit_many, delete_team,
    nest_team, spend, number_visits, note_visit,
)  # fmt: skip
"""Those that move no row out of a scope: the cursor alone must deliver all they do."""


async def note_floor(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.jobs SET floor = coalesce(floor, 0) + 1 WHERE sector = $1", rng.choice(SECTORS)
    )


async def note_urgency(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute(
        "UPDATE oracle.notices SET urgency = $2 WHERE sector = $1", rng.choice(SECTORS), rng.randint(1, 5)
    )


async def hand_out_tool(office: Desk, connection: Connection, rng: Random) -> None:
    key = UUID(int=rng.getrandbits(128), version=4)
    await connection.execute("INSERT INTO oracle.tools VALUES ($1, $2, 'van')", key, rng.choice(PEOPLE))


async def move_tools(office: Desk, connection: Connection, rng: Random) -> None:
    await connection.execute("UPDATE oracle.tools SET place = place || '>' WHERE person = $1", rng.choice(PEOPLE))


NEW_WRITES: tuple[Write, ...] = (note_floor, note_floor, note_urgency, hand_out_tool, move_tools)
"""Those of the second version's columns and table."""
