"""However fast somebody touches, and whatever: nothing fails, and the app stands."""

import logging
from random import Random
from typing import Any

import pytest
from tests.kivy.day import OpenDay

KEYS = "up down left right tab escape enter ctrl+f ctrl+k ctrl+s ctrl+z n d w m t j k".split()
WORDS = ("", "1", "12,5", "99999999999", "cha", "25:61", "31/02/2026", "10/06/2026", "é\u0301 x" * 20)
TOUCHED = 60
SIZES = ((360, 640), (1280, 800))


def touch_anything(shell: Any, random: Random) -> None:
    """One of all that can be touched now, as it was drawn last."""
    from twinbase_kivy.focus import find_targets
    from twinbase_kivy.widgets.fields import TypingBox

    targets = list(find_targets(shell.sheet or shell.frame))
    target = random.choice(targets) if targets else None
    if isinstance(target, TypingBox):
        target.input.text = random.choice(WORDS)
    elif target is not None:
        target.press()


def press_anything(shell: Any, random: Random) -> None:
    """A key, with what is held beside it."""
    from tests.kivy.showing import press_fast

    press_fast(shell, random.choice(KEYS))


async def stand_fast_hands(day: OpenDay, seed: int) -> None:
    """The next touch comes before what the last one did is drawn; sometimes there is time to see it."""
    from tests.kivy import showing

    random = Random(seed)
    shell: Any = showing.open_shell(day, random.choice(("en", "fr")), random.choice(SIZES))
    await showing.show_screen(shell, random.choice(("today", "jobs", "visit", "customers", "stock", "more")))
    for _ in range(TOUCHED):
        random.choice((touch_anything, touch_anything, touch_anything, press_anything))(shell, random)
        if random.random() < 0.1:
            shell.go_back()
        if random.random() < 0.4:
            await shell.workday.finish_tasks()
    await shell.workday.settle()
    shell.close()


def list_said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as wrong, with where it happened."""
    wrong = [one for one in caplog.records if one.levelno >= logging.ERROR and one.name != "kivy"]
    return [f"{one.getMessage()} {one.exc_info[1]!r}" if one.exc_info else one.getMessage() for one in wrong]


@pytest.fixture(autouse=True)
def _nothing_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda address: True)


@pytest.mark.parametrize("seed", range(4))
async def test_however_fast_somebody_touches_nothing_fails(
    day: OpenDay, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    await stand_fast_hands(day, seed)
    assert list_said(caplog) == []


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(4, 40))
async def test_nothing_fails_for_more_of_them(day: OpenDay, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    await stand_fast_hands(day, seed)
    assert list_said(caplog) == []
