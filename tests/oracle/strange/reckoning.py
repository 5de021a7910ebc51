"""Whether a device holds what a strange table holds: PostgreSQL's text of a key against Python's own."""

from typing import Any

from tests.oracle.strange.tables import Strange, draw


async def differences(world: int, device: Any, connection: Any) -> dict[str, str]:
    """By twin, what is too much on a device and what is missing."""
    found = {}
    for strange in draw(world):
        there, here = await _there(strange, connection), await _here(strange, device)
        if here != there:
            found[strange.name] = f"too many {sorted(here - there)[:2]}, missing {sorted(there - here)[:2]}"
    return found


async def _there(strange: Strange, connection: Any) -> set[tuple[str, int, str]]:
    code, place, label = strange.quoted
    rows = await connection.fetch(f"SELECT {strange.kind.read.format(code)}, {place}, {label} FROM {strange.table}")
    return {(row[0], row[1], str(row[2])) for row in rows}


async def _here(strange: Strange, device: Any) -> set[tuple[str, int, str]]:
    rows = await device.all(strange.model)
    return {(strange.kind.show(row.code), row.place, str(row.label)) for row in rows}
