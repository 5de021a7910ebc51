"""What the office does to a table that hangs on a strange one, and to who sees what."""

from random import Random
from typing import Any

from tests.oracle.strange.hanging import Hanging
from tests.oracle.writers import PEOPLE

from twinbase.quoting import quote_name, quote_names


async def write_hanging(hanging: Hanging, connection: Any, rng: Random, *, moves: bool) -> None:
    """One statement. `moves`: rows may come into somebody's scope, or go."""
    number = rng.randrange(hanging.parent.numbers)
    key, label = quote_name(hanging.key), quote_name(hanging.label)
    own = f"{key} = {hanging.spell(number, rng)}"
    match rng.randrange(8 if moves else 3):
        case 0 | 1:
            await connection.execute(_insert(hanging, number, rng))
        case 2:
            await connection.execute(f"UPDATE {hanging.table} SET {label} = {label} || '+' WHERE {own}")
        case 3 | 4:
            target = f"SELECT {quote_names(hanging.parent.primary)} {_one_of_the_parents(hanging, rng)}"
            columns = quote_names(hanging.pointer)
            await connection.execute(f"UPDATE {hanging.table} SET ({columns}) = ({target}) WHERE {own}")
        case 5:
            await connection.execute(f"DELETE FROM {hanging.table} WHERE {own}")
        case 6:
            await connection.execute(hanging.grant(rng.choice(PEOPLE), hanging.parent.draw_number(rng), rng))
        case _:
            await connection.execute(hanging.revoke(rng.choice(PEOPLE), hanging.parent.draw_number(rng), rng))


def _insert(hanging: Hanging, number: int, rng: Random) -> str:
    key, own = quote_name(hanging.key), hanging.spell(number, rng)
    columns = quote_names((hanging.key, *hanging.pointer, hanging.label))
    return (
        f"INSERT INTO {hanging.table} ({columns}) SELECT {own}, {quote_names(hanging.parent.primary)}, 'office'"
        f" FROM (SELECT * {_one_of_the_parents(hanging, rng)}) p"
        f" WHERE NOT EXISTS (SELECT FROM {hanging.table} h WHERE h.{key} = {own})"
    )


def _one_of_the_parents(hanging: Hanging, rng: Random) -> str:
    chosen = hanging.parent.where(hanging.parent.draw_number(rng), rng)
    return f"FROM {hanging.parent.table} WHERE {chosen} ORDER BY {quote_name(hanging.parent.place)} LIMIT 1"
