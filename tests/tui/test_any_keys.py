"""However fast somebody types, and whatever: the terminal stands."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.tui.terminal import NARROW, WIDE, DayTerminal, open_terminal
from textual import events

PLACES = "1 2 3 4 5 6 7 8 9".split()
ACTS = "a b c d e f g h i j k l m n o p q r s t u v w x y z".split()
MOVES = "up down left right tab shift+tab enter escape space slash home end pagedown question_mark comma".split()
WITH_CTRL = "ctrl+s ctrl+z ctrl+k ctrl+f".split()
PRESSED = 120


def draw_keys(random: Random) -> Iterator[str]:
    """Now and then one key is held down."""
    while True:
        key = random.choice(random.choice((PLACES, PLACES, ACTS, MOVES, MOVES, WITH_CTRL)))
        yield from [key] * (random.choice((1, 1, 1, 5)))


async def press_fast(terminal: DayTerminal, random: Random) -> None:
    """The next key comes before what the last one did is drawn; sometimes there is time to see it."""
    for _, key in zip(range(PRESSED), draw_keys(random), strict=False):
        terminal.pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        if random.random() < 0.3:
            await terminal.pilot.pause(random.choice((0, 0.001, 0.02)))


async def stand_fast_typing(file: Path, seed: int) -> None:
    random = Random(seed)
    async with open_terminal(file, random.choice((NARROW, WIDE)), random.choice(("en", "fr"))) as terminal:
        await press_fast(terminal, random)
        await terminal.press(*["escape"] * 4, "1")
        await terminal.see("Entretien annuel chaudière")


@pytest.mark.parametrize("seed", range(4))
async def test_however_fast_somebody_types_the_terminal_stands(anna: Path, seed: int) -> None:
    await stand_fast_typing(anna, seed)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(4, 60))
async def test_it_stands_for_more_of_them(anna: Path, seed: int) -> None:
    await stand_fast_typing(anna, seed)
