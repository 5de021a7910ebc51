"""Rows that cannot be carried, on a line that breaks: wherever it does, none of them is forgotten."""

from typing import Any

import pytest
from tests.sync.shop import Product

from twinbase.errors import HalfAnswer
from twinbase.testing import Device, World
from twinbase.testing.wire import AsgiApp


def break_once(world: World, path: str, before: int) -> AsgiApp:
    """The world's application; its first answer at this path ends before one of the frames that hold products."""
    waiting = [path]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if not (waiting and scope["path"].endswith(waiting[0])):
            await world.application(scope, receive, send)
            return
        waiting.clear()
        messages: list[Any] = []

        async def gather(message: Any) -> None:
            messages.append(message)

        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        await world.application({**scope, "headers": plain}, receive, gather)
        lines = b"".join(message.get("body", b"") for message in messages[1:]).splitlines(keepends=True)
        frames = [number for number, line in enumerate(lines) if b'"twin":"product"' in line]
        assert len(frames) == 2
        await send(messages[0])
        await send({"type": "http.response.body", "body": b"".join(lines[: frames[before]])})

    return application


async def _hold_one(world: World, turn: int) -> None:
    """Three rows change; of one the price is no number."""
    await world.sql(
        "UPDATE workshop.product SET name = 'turn ' || CAST(:turn AS text),"
        " price = CASE WHEN id = 2 THEN 'NaN'::numeric ELSE 1 END",
        turn=str(turn),
    )


async def _is_right(device: Device) -> bool:
    held = await device.sql("SELECT id, quarantined FROM _twinbase_meta_product WHERE quarantined IS NOT NULL")
    return [one.id for one in await device.all(Product)] == [1, 3] and [id for id, _ in held] == [2]


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("path", ["sync/initial", "sync/pending"])
async def test_wherever_the_line_breaks_a_row_that_cannot_be_carried_is_known(
    world: World, path: str, before: int
) -> None:
    await world.sql("INSERT INTO workshop.product (id, name) SELECT i, 'p' FROM generate_series(1, 3) i")
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for turn in range(2):
        await _hold_one(world, turn)
        if path == "sync/initial":
            await anna.sql("UPDATE _twinbase_state SET cursor = '', resume = ''")
        anna.wire.application = break_once(world, path, before)
        with pytest.raises(HalfAnswer):
            await anna.sync()

        report = await anna.sync()

        assert report.is_proven and not report.repair_rounds and await _is_right(anna)
