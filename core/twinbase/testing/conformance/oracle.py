"""What a device should have, said a second time by the plugin's author, in plain SQL; the engine is not asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, Text, bindparam, select, text

from twinbase.registry import Twin
from twinbase.testing.device import Device
from twinbase.testing.world import World


class Oracle:
    """`scopes`: twin → a query of the keys that an identity sees. Its parameters: `:subject`, `:as_of`, and its claims.

    Claims are text, as they are typed (lists: arrays of text), so a query casts: `CAST(:colleague_id AS uuid)`.
    """

    def __init__(self, world: World, scopes: Mapping[str, str]) -> None:
        self.world, self.scopes = world, scopes

    def knows(self, twin: Twin) -> bool:
        """Whether it can be said what a device should have: a twin without a scope is seen by everybody who may."""
        return twin.name in self.scopes or not has_scope(twin)

    async def wanted_rows(self, twin: Twin, device: Device) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The rows that the owner of a device should have, by key."""
        if not await may_read(device, twin):
            return {}
        rows = await self._rows(twin)
        if twin.name not in self.scopes:
            return rows
        keys = await self._keys(self.scopes[twin.name], device)
        return {key: row for key, row in rows.items() if key in keys}

    async def count_rows(self, twin: Twin) -> int:
        """How many rows there are."""
        return len(await self._rows(twin))

    async def _rows(self, twin: Twin) -> dict[tuple[Any, ...], dict[str, Any]]:
        columns = [next(c for c in twin.table.columns if c.name == name) for name in twin.columns]
        async with self.world.engine.connect() as connection:
            rows = [dict(zip(twin.columns, row, strict=True)) for row in await connection.execute(select(*columns))]
        return {tuple(row[name] for name in twin.key): row for row in rows}

    async def _keys(self, query: str, device: Device) -> set[tuple[Any, ...]]:
        identity = await device.replica.read_identity()
        assert identity is not None, f"{device.name} is not signed in"
        as_of = self.world.clock().replace(minute=0, second=0, microsecond=0)
        values = {"subject": identity.subject, "as_of": as_of, **identity.claims}
        statement = text(query)
        names = [name for name in statement._bindparams]
        missing = [name for name in names if name not in values]
        assert not missing, f"The query asks for {missing}, which {device.name} has no claim of: {query}"
        bound = statement.bindparams(*(_bound(name, values[name]) for name in names))
        async with self.world.engine.connect() as connection:
            return {tuple(row) for row in await connection.execute(bound)}


def has_scope(twin: Twin) -> bool:
    """Whether it is said of each row whose it is; a permission alone is for all rows or for none."""
    return twin.mirror.scope is not None or twin.mirror.window is not None


async def may_read(device: Device, twin: Twin) -> bool:
    """Whether the owner of a device has the permissions without which nobody sees a row."""
    identity = await device.replica.read_identity()
    assert identity is not None, f"{device.name} is not signed in"
    return all(identity.may(permission) for permission in twin.gates)


def _bound(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return bindparam(name, value, DateTime(timezone=True))
    if isinstance(value, list | tuple):
        return bindparam(name, [_as_text(each) for each in value], ARRAY(Text()))
    return bindparam(name, _as_text(value), Text())


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
