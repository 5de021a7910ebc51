"""Whoever measures how long an answer takes learns nothing of what he may not see: neither a row, nor its content.

`tests/server/files/test_reading.py` shows that the same statements run; here the time is taken, one question after the
other in an order of chance, and what is compared is how well one of them tells the two apart.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from tests.server.files.album import Carrier, Gallery, make_image, open_gallery
from tests.server.files.test_reading import stored

ROUNDS = 400
BLIND = 0.06
"""By how much the share of right guesses may differ from a half: three standard errors of so many rounds."""
Ask = Callable[[], Awaitable[Any]]


@pytest.fixture
async def gallery(database_url: str, tmp_path: Path) -> AsyncIterator[Gallery]:
    async with open_gallery(database_url, tmp_path) as opened:
        yield opened
        opened.world.raise_crashes()


async def measure(asks: Mapping[str, Ask]) -> dict[str, list[float]]:
    """How long each question took at each of its rounds, in seconds."""
    dice, seconds = Random(7), {name: list[float]() for name in asks}
    for _ in range(ROUNDS):
        for name in dice.sample(sorted(asks), len(asks)):
            started = time.perf_counter()
            await asks[name]()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def guess_right(longer: list[float], shorter: list[float]) -> float:
    """How often whoever takes the longer of two answers for the first kind is right; a half is blind chance."""
    won = sum(1.0 if one > other else 0.5 if one == other else 0.0 for one in longer for other in shorter)
    return won / (len(longer) * len(shorter))


async def _ask_away(bob: Carrier, what: str, id: object) -> None:
    answer = await (bob.read("photo", id) if what == "read" else bob.begin("photo", id, length=100))
    assert answer.status_code == 404


@pytest.mark.long
@pytest.mark.parametrize("what", ["read", "bring"])
async def test_the_time_of_an_answer_does_not_tell_what_is_hidden_from_what_is_not_there(
    gallery: Gallery, what: str
) -> None:
    anna, bob, body = await gallery.carrier("anna"), await gallery.carrier("bob"), make_image()
    hidden, own = await stored(gallery, anna, "anna", body), await stored(gallery, bob, "bob", make_image(shade=3))
    seconds = await measure(
        {
            "hidden": lambda: _ask_away(bob, what, hidden),
            "missing": lambda: _ask_away(bob, what, uuid4()),
            "own": lambda: bob.read("photo", own),
        }
    )
    told = guess_right(seconds["hidden"], seconds["missing"])
    seen = guess_right(seconds["own"], seconds["missing"])
    print(f"\n{what}: hidden from missing {told:.3f}, what one may see from missing {seen:.3f}")
    assert abs(told - 0.5) <= BLIND
    if what == "read":
        assert seen > 0.5 + 2 * BLIND, "the measure sees a difference where there is one"
