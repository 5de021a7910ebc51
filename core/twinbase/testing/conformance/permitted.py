"""Who lacks a permission sees nothing of what it guards, and writes nothing: tried with roles made by chance."""

from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from twinbase.hooks import hookimpl
from twinbase.registry import Registry, Twin
from twinbase.testing.conformance.person import RandomWork, read_rows, row_of
from twinbase.testing.conformance.play import Play
from twinbase.testing.device import Device


class MadeRoles:
    """A plugin with these roles, beside those that are tested."""

    def __init__(self, roles: Mapping[str, Collection[str]]) -> None:
        self._roles = roles

    @hookimpl
    def twinbase_roles(self) -> Mapping[str, Collection[str]]:
        return self._roles


def list_asked(registry: Registry) -> list[str]:
    """The permissions that mirrors ask for."""
    return sorted({one for twin in registry for one in (twin.mirror.write, *twin.reads.permissions) if one})


def make_roles(registry: Registry, dice: Random, count: int) -> dict[str, Sequence[str]]:
    """So many roles, each with some of the permissions; one sees all and may write nothing."""
    asked = list_asked(registry)
    reading = sorted({one for twin in registry for one in twin.reads.permissions})
    made: dict[str, Sequence[str]] = {"made-to-read": sorted(set(reading) - {twin.mirror.write for twin in registry})}
    for number in range(1, count):
        made[f"made-{number}"] = sorted(dice.sample(asked, dice.randint(0, len(asked))))
    return made


async def find_shown(play: Play, device: Device, given: Collection[str]) -> list[str]:
    """Which twins show rows on a device that they should not, or lack some, in words."""
    found = []
    for twin in play.cast.plugins.registry:
        if not twin.pulls or not play.oracle.knows(twin):
            continue
        rows = {tuple(row[name] for name in twin.key) for row in await read_rows(device, twin)}
        if rows and not twin.gates <= set(given):
            found.append(f"{twin.name}: {len(rows)} rows for somebody without {sorted(twin.gates - set(given))}")
        elif rows != (await play.oracle.wanted_rows(twin, device)).keys():
            found.append(f"{twin.name}: other rows than those that somebody with {sorted(given)} should have")
    return found


async def write_unpermitted(work: RandomWork, given: Collection[str]) -> int:
    """Try, on every twin that a role may not write, all that its mirror allows; how many edits wait to be sent."""
    tried = 0
    for twin in work.device.plugins.registry:
        if twin.operations and twin.mirror.write and twin.mirror.write not in given:
            tried += sum([await _attempt(work, twin, operation) for operation in sorted(twin.operations)])
    return tried


async def _attempt(work: RandomWork, twin: Twin, operation: str) -> bool:
    """Whether the device has taken it; its own rules may refuse it."""
    rows: Sequence[Mapping[str, Any]] = [row_of(twin, row) for row in await work.device.all(twin.model)]
    key = tuple(rows[0][name] for name in twin.key) if rows else None
    try:
        if operation == "insert":
            await work.add(twin)
            return len(await work.device.all(twin.model)) > len(rows)
        if key is None:
            return False
        if operation == "update":
            return await work.change(twin, key, twin.writable)
        await work.device.delete(twin.model, key)
    except (DBAPIError, StaleDataError):
        return False
    return True
