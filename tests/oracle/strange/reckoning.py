"""Whether a device holds what a strange table holds: PostgreSQL's text of a key against Python's own."""

from typing import Any

from tests.oracle.strange.hanging import Hanging, draw_hanging
from tests.oracle.strange.tables import Strange, draw

from twinbase.quoting import quote_name, quote_names

Shown = tuple[tuple[str, ...], int, str]


async def differences(world: int, person: str, device: Any, connection: Any) -> dict[str, str]:
    """By twin, what is too much on a person's device and what is missing."""
    pairs: dict[str, tuple[set[Any], set[Any]]] = {}
    for strange in draw(world):
        pairs[strange.twin] = await _there(strange, connection), await _here(strange, device)
    if (hanging := draw_hanging(world)) is not None:
        pairs[hanging.twin] = await _hanging_there(hanging, person, connection), await _hanging_here(hanging, device)
    return {
        twin: f"too many {_some(here - there)}, missing {_some(there - here)}"
        for twin, (there, here) in pairs.items()
        if here != there
    }


def _some(rows: set[Any]) -> list[Any]:
    return sorted(rows, key=repr)[:2]


async def _there(strange: Strange, connection: Any) -> set[Shown]:
    key = (kind.read.format(quote_name(name)) for name, kind in zip(strange.key, strange.kinds, strict=True))
    rest = quote_names((strange.place, strange.label))
    rows = await connection.fetch(f"SELECT ARRAY[{', '.join(key)}]::text[], {rest} FROM {strange.table}")
    return {(tuple(row[0]), row[1], str(row[2])) for row in rows}


async def _here(strange: Strange, device: Any) -> set[Shown]:
    rows = await device.all(strange.model)
    return {(strange.show(row), row.place, str(row.label)) for row in rows}


async def _hanging_there(hanging: Hanging, person: str, connection: Any) -> set[Any]:
    kinds = (hanging.kind, *hanging.kinds)
    columns = [f"h.{quote_name(name)}" for name in (hanging.key, *hanging.pointer)]
    shown = ", ".join(kind.read.format(column) for column, kind in zip(columns, kinds, strict=True))
    query = f"SELECT ARRAY[{shown}]::text[], {quote_name(hanging.label)} FROM {hanging.table} h"
    return {
        (tuple(row[0]), str(row[1])) for row in await connection.fetch(f"{query} WHERE {hanging.scope_sql()}", person)
    }


async def _hanging_here(hanging: Hanging, device: Any) -> set[Any]:
    return {(hanging.show(row), str(row.label)) for row in await device.all(hanging.model)}
