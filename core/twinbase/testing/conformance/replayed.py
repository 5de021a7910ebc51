"""Every request arrives twice, and nothing counts twice."""

import asyncio
from typing import Any

from twinbase.testing.conformance.play import Play


def double_requests(application: Any) -> Any:
    """The application behind a line on which every request arrives twice; the second answer counts."""

    async def doubled(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        await application(scope, _once(message), _nowhere)
        await application(scope, _once(message, receive), send)

    return doubled


def _once(message: Any, then: Any = None) -> Any:
    asked = False

    async def receive() -> Any:
        nonlocal asked
        if not asked:
            asked = True
            return message
        return await (then() if then else asyncio.Event().wait())

    return receive


async def _nowhere(message: Any) -> None:
    """The first answer is lost."""


async def read_effects(play: Play) -> dict[str, Any]:
    """All that the plugin's twins hold, and what was noted for other systems; what the database fills is left out."""
    found: dict[str, Any] = {}
    for twin in play.cast.plugins.registry:
        if twin.schema != "twinbase":
            names = [c.name for c in twin.table.columns if c.server_default is None and c.server_onupdate is None]
            rows = await play.office.read_rows(twin.table)
            found[twin.name] = [{name: row[name] for name in names} for row in rows]
    found["deliveries"] = await play.world.sql(
        "SELECT destination, twin, action, count(*) FROM twinbase.deliveries GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    return found


def find_differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Where two such answers differ, row by row."""
    found = []
    for name, rows in one.items():
        found += [f"{name}: only the first has {row}" for row in rows if row not in other[name]]
        found += [f"{name}: only the second has {row}" for row in other[name] if row not in rows]
    return found
