"""An app that somebody has tampered with: it writes whatever it likes, and the server must take none of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from twinbase.declaration import table_of
from twinbase.hooks import hookimpl
from twinbase.mirror import Mirror
from twinbase.mutation import Operation
from twinbase.plugins import Plugins
from twinbase.registry import Twin
from twinbase.roles import OF_THE_SERVER
from twinbase.testing.conformance.person import RandomWork, read_rows


class Tampered:
    """A plugin with the same tables, where a device may write everything."""

    def __init__(self, honest: Plugins) -> None:
        self._honest = honest

    @hookimpl
    def twinbase_permissions(self) -> Mapping[str, str]:
        """Those that the server has by itself are there already."""
        declared = self._honest.roles.permissions
        return {name: said for name, said in declared.items() if name not in OF_THE_SERVER}

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        for mirror in self._honest.collect_mirrors():
            counted = table_of(mirror).autoincrement_column
            some: tuple[Operation, ...] = ("update", "delete")
            everything = None if counted is None or counted.default is not None else some
            yield replace(
                mirror,
                direction="push" if mirror.direction == "push" else "both",
                writable=None,
                insertable=None,
                operations=everything,
                conflict="device_wins",
                guards=(),
                check_after=False,
            )


async def write_what_is_forbidden(work: RandomWork, honest: Twin) -> int:
    """Try, on one twin, all that its mirror does not allow; how many edits the device now wants to send."""
    tried = 0
    twin = work.device.plugins.registry[honest.name]
    forbidden = [name for name in twin.columns if name not in twin.key and not _may(honest, name)]
    rows = list(await read_rows(work.device, twin))
    for name, row in zip(forbidden, rows * len(forbidden), strict=False):
        tried += await _attempt(work, twin, tuple(row[key] for key in twin.key), name)
    if "delete" not in honest.operations and rows:
        tried += await _delete(work, twin, tuple(rows[-1][name] for name in twin.key))
    return tried


def _may(twin: Twin, column: str) -> bool:
    return "update" in twin.operations and column in twin.writable


async def _attempt(work: RandomWork, twin: Twin, key: tuple[object, ...], column: str) -> bool:
    try:
        return await work.change(twin, key, {column})
    except DBAPIError:
        return False


async def _delete(work: RandomWork, twin: Twin, key: tuple[object, ...]) -> bool:
    try:
        await work.device.delete(twin.model, key)
    except DBAPIError:
        return False
    return True
