"""What the office does to strange tables: through the parent and past it, in every spelling of a key."""

from random import Random
from typing import Any

from tests.oracle.strange.keys import NUMBERS
from tests.oracle.strange.tables import Strange, draw


def _where(strange: Strange, rng: Random) -> str:
    code, sql = strange.quoted[0], strange.kind.sql.replace("strange_code", "oracle.strange_code")
    return f"{code} = {literal(rng.choice(strange.kind.spellings(rng.randrange(NUMBERS))))}::{sql}"


def literal(text: str) -> str:
    doubled = text.replace("'", "''").replace("\\", "\\\\")
    return f" E'{doubled}'"


async def write_strange(world: int, connection: Any, rng: Random) -> None:
    """One statement in one of the tables, or in one of its parts."""
    strange = rng.choice(draw(world))
    code, place, label = strange.quoted
    target = rng.choice((strange.table, *strange.parts))
    match rng.randrange(5):
        case 0 | 1:
            await _insert(strange, target, connection, rng)
        case 2:
            await connection.execute(f"UPDATE {target} SET {label} = {label} || '+' WHERE {_where(strange, rng)}")
        case 3 if strange.layout == "list":
            await connection.execute(
                f"UPDATE {strange.table} SET {place} = 1 - {place} WHERE {_where(strange, rng)} AND {place} < 2"
            )
        case 3:
            spelling = literal(rng.choice(strange.kind.spellings(rng.randrange(NUMBERS))))
            sql = strange.kind.sql.replace("strange_code", "oracle.strange_code")
            await connection.execute(
                f"UPDATE {target} SET {code} = {spelling}::{sql}, {label} = 'spelled' WHERE {code} = {spelling}::{sql}"
            )
        case _:
            await connection.execute(f"DELETE FROM {target} WHERE {_where(strange, rng)}")


async def _insert(strange: Strange, target: str, connection: Any, rng: Random) -> None:
    """A key that stands in no part: PostgreSQL itself watches over that in partitions, but not in children."""
    number = rng.randrange(NUMBERS)
    code, place, label = strange.quoted
    sql = strange.kind.sql.replace("strange_code", "oracle.strange_code")
    key = f"{literal(rng.choice(strange.kind.spellings(number)))}::{sql}"
    where = strange.parts.index(target) if target != strange.table else rng.randrange(2)
    await connection.execute(
        f"INSERT INTO {target} ({code}, {place}, {label}) SELECT {key}, {where}, 'office'"
        f" WHERE NOT EXISTS (SELECT FROM {strange.table} WHERE {code} = {key})"
    )


async def take_capture_off(world: int, connection: Any, rng: Random) -> None:
    """A dump is loaded, somebody tidies up, a part is hung in: our triggers do not see what is written next."""
    strange = rng.choice(draw(world))
    part = rng.choice((strange.table, *strange.parts))
    label = strange.quoted[2]
    match rng.randrange(3):
        case 0:
            await connection.execute(f"ALTER TABLE {part} DISABLE TRIGGER USER")
        case 1:
            event = rng.choice(("insert", "update", "delete"))
            await connection.execute(f"DROP TRIGGER IF EXISTS twinbase_capture_{event} ON {part}")
        case _:
            if strange.layout == "list" and not await connection.fetchval("SELECT to_regclass($1)", strange.part(2)):
                late = strange.part(2)
                await connection.execute(f"CREATE TABLE {late} (LIKE {strange.table})")
                await connection.execute(f"ALTER TABLE {strange.table} ATTACH PARTITION {late} FOR VALUES IN (2)")
                key = literal(strange.kind.spellings(3)[0])
                await connection.execute(f"INSERT INTO {late} SELECT {key}, 2, 'hung in'")
    await connection.execute(f"UPDATE {part} SET {label} = 'unseen ' || {rng.randrange(99)}")
