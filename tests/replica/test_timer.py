"""Whoever waits can be ended at any moment: an app that closes in the moment in which news come closes all the same."""

import asyncio

import pytest
from tests.architecture.distributions import PACKAGES, ROOT

from twinbase.replica.background import LoopTimer

MOMENTS = range(5)
"""Turns of the loop between the one and the other: a wait takes some until it has noticed."""


@pytest.mark.parametrize("moments", MOMENTS)
async def test_whoever_is_ended_while_he_is_being_woken_ends(moments: int) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(LoopTimer().wait(event, 3600))
    for _ in MOMENTS:
        await asyncio.sleep(0)
    event.set()
    for _ in range(moments):
        await asyncio.sleep(0)
    if waiting.cancel():
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert waiting.done()


async def test_a_wait_ends_when_its_time_is_up() -> None:
    await LoopTimer().wait(asyncio.Event(), 0.01)


def test_nothing_of_ours_waits_in_the_way_that_forgets_it() -> None:
    """`asyncio.wait_for` of Python 3.11 does (CPython's issue 86296); `asyncio.timeout` does not."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    assert len(files) > 500
    assert [str(file) for file in files if "asyncio.wait_for(" in file.read_text()] == []
