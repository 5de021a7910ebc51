"""What the office does to strange tables: through the parent and past it, in every spelling of a key."""

from random import Random
from typing import Any

from tests.oracle.strange.hanging import draw_hanging
from tests.oracle.strange.tables import Strange, draw

from twinbase.quoting import quote_name, quote_names


async def write_strange(world: int, connection: Any, rng: Random, *, deletes: bool) -> None:
    """One statement in one of the tables, or in one of its parts. `deletes`: rows that something hangs on go, too."""
    strange = rng.choice(draw(world))
    target = rng.choice((strange.table, *strange.parts))
    label, place = quote_name(strange.label), quote_name(strange.place)
    chosen = strange.where(strange.draw_number(rng), rng)
    match rng.randrange(5):
        case 0 | 1:
            await _insert(strange, target, connection, rng)
        case 2:
            column = quote_name(strange.unseen) if strange.unseen and rng.random() < 0.2 else label
            await connection.execute(f"UPDATE {target} SET {column} = {label} || '+' WHERE {chosen}")
        case 3 if strange.layout.has_place_in_key and rng.random() < 0.7:
            places = strange.layout.places
            moved = f"({place} + {rng.randrange(1, places)}) % {places}"
            await connection.execute(
                f"UPDATE {strange.table} SET {place} = {moved} WHERE {chosen} AND {place} < {places}"
            )
        case 3:
            await _respell(strange, target, connection, rng)
        case _ if deletes or not _is_pointed_at(world, strange):
            await connection.execute(f"DELETE FROM {target} WHERE {chosen}")


def _is_pointed_at(world: int, strange: Strange) -> bool:
    hanging = draw_hanging(world)
    return hanging is not None and hanging.parent is strange


async def _respell(strange: Strange, target: str, connection: Any, rng: Random) -> None:
    """The same key written in another way: to PostgreSQL it is the same row."""
    number = strange.draw_number(rng)
    values = strange.spell(number, rng)
    sets = ", ".join(f"{name} = {value}" for name, value in zip(map(quote_name, strange.key), values, strict=True))
    await connection.execute(
        f"UPDATE {target} SET {sets}, {quote_name(strange.label)} = 'spelled' WHERE {strange.where(number, rng)}"
    )


async def _insert(strange: Strange, target: str, connection: Any, rng: Random) -> None:
    """A key that stands in no part: PostgreSQL itself watches over that in partitions, but not in children."""
    number = strange.draw_number(rng)
    part = strange.parts.index(target) if target != strange.table else None
    columns = quote_names((*strange.key, strange.place, strange.label))
    values = ", ".join(strange.spell(number, rng))
    await connection.execute(
        f"INSERT INTO {target} ({columns}) SELECT {values}, {strange.layout.draw_place(rng, part)}, 'office'"
        f" WHERE NOT EXISTS (SELECT FROM {strange.table} WHERE {strange.where(number, rng)})"
    )


async def take_capture_off(world: int, connection: Any, rng: Random) -> None:
    """A dump is loaded, somebody tidies up, a part is hung in: our triggers do not see what is written next."""
    strange = rng.choice(draw(world))
    part = rng.choice((strange.table, *strange.parts))
    match rng.randrange(3):
        case 0:
            await connection.execute(f"ALTER TABLE {part} DISABLE TRIGGER USER")
        case 1:
            event = rng.choice(("insert", "update", "delete"))
            await connection.execute(f"DROP TRIGGER IF EXISTS twinbase_capture_{event} ON {part}")
        case _:
            await _hang_in(strange, connection, rng)
    await connection.execute(f"UPDATE {part} SET {quote_name(strange.label)} = 'unseen ' || {rng.randrange(99)}")


async def _hang_in(strange: Strange, connection: Any, rng: Random) -> None:
    late = strange.part(2)
    if not strange.layout.late or await connection.fetchval("SELECT to_regclass($1)", late):
        return
    await connection.execute(f"CREATE TABLE {late} (LIKE {strange.table})")
    await connection.execute(f"ALTER TABLE {strange.table} ATTACH PARTITION {late} {strange.layout.late}")
    columns = quote_names((*strange.key, strange.place, strange.label))
    values = ", ".join(strange.spell(strange.draw_number(rng), rng))
    await connection.execute(f"INSERT INTO {late} ({columns}) SELECT {values}, {strange.layout.places}, 'hung in'")
