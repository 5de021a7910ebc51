"""Python's garbage is collected while nobody touches the app.

A screen of widgets is a quarter of a million objects that hold one another in circles. Left to itself Python looks
through all of them in the middle of a scroll, and nothing moves for up to a second. Young objects are still looked
through at any time, in a few milliseconds.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kivy.clock import Clock

YOUNG = (1_000, 10, 1_000_000)
"""New objects in a round, rounds until those that have survived one are looked at, and never all by itself."""
ROUNDS_MANY, ROUNDS_MAX = 60, 200
"""Some 10,000 objects may have come in each: from so many on it is worth a look, and here it is not put off."""
STILL_SECONDS = 1.0
LOOK_SECONDS = 0.5


@contextmanager
def collect_when_still(read_still: Callable[[], float]) -> Iterator[None]:
    """Inside of the block, collect what is old when nobody has touched anything for a second. `read_still`: for how
    many seconds nobody has."""
    thresholds = gc.get_threshold()
    gc.collect()
    # What was imported stays to the end: no collection looks at it again.
    gc.freeze()
    gc.set_threshold(*YOUNG)
    looking = Clock.schedule_interval(lambda _seconds: collect_old(read_still()), LOOK_SECONDS)
    try:
        yield
    finally:
        looking.cancel()
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def collect_old(still_seconds: float) -> None:
    """Collect everything, if there may be much of it and nobody is disturbed."""
    rounds = gc.get_count()[2]
    if rounds >= ROUNDS_MAX or (rounds >= ROUNDS_MANY and still_seconds >= STILL_SECONDS):
        gc.collect()
