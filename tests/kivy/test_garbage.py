"""Nothing stands still in the middle of a scroll because Python looks for garbage; and it is found all the same."""

import gc
import weakref
from collections.abc import Iterator

import pytest

TOUCHED, STILL = 0.1, 30.0


class Old:
    """Holds itself, has survived, and is not needed any more."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.collect()
    gc.freeze()  # as it was: the other tests look through nothing that was imported


def make_old() -> "weakref.ref[Old]":
    old = Old()
    gc.collect(1)
    gc.collect(1)
    return weakref.ref(old)


def pass_rounds(rounds: int) -> None:
    """As many as thousands of new widgets would make."""
    for _ in range(rounds):
        gc.collect(1)


@pytest.mark.parametrize(
    ("rounds", "still", "is_collected"),
    [(3, STILL, False), (70, TOUCHED, False), (70, STILL, True), (250, TOUCHED, True)],
    ids=["little", "much while somebody scrolls", "much while nobody does", "too much"],
)
def test_it_is_collected_when_there_is_much_and_nobody_is_disturbed(
    rounds: int, still: float, is_collected: bool
) -> None:
    from twinbase_kivy.garbage import YOUNG, collect_old

    gc.collect()
    gc.set_threshold(*YOUNG)
    old = make_old()
    pass_rounds(rounds)
    collect_old(still)
    assert (old() is None) is is_collected


def test_inside_python_collects_nothing_old_by_itself_and_afterwards_as_before() -> None:
    from twinbase_kivy.garbage import collect_when_still

    before = gc.get_threshold()
    with collect_when_still(lambda: TOUCHED):
        assert gc.get_freeze_count() > 10_000
        old = make_old()
        kept = [[number] for number in range(100_000)]
        assert old() is not None and kept
    assert gc.get_threshold() == before
