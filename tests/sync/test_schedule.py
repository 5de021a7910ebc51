"""When the background syncs: regularly, soon after a write, at once with the network back, patiently after failures."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbase.errors import Offline, ServerRefused
from twinbase.replica.background import Background
from twinbase.replica.report import Report
from twinbase.replica.schedule import Schedule, SyncPace

PACE = SyncPace(jitter=0.0)
NOTES: dict[str, Callable[[Schedule, float], None]] = {
    "wrote": Schedule.note_write,
    "network": Schedule.note_network,
    "news": Schedule.note_news,
    "began": Schedule.note_begin,
    "synced": Schedule.note_success,
    "failed": Schedule.note_failure,
}
STEPS = st.lists(st.tuples(st.sampled_from([*NOTES]), st.floats(0, 1000)), min_size=20, max_size=40)


@given(STEPS, st.integers())
def test_every_state_has_a_way_out_in_bounded_time(steps: list[tuple[str, float]], seed: int) -> None:
    pace, now = SyncPace(), 0.0
    schedule = Schedule(pace, now, random.Random(seed))
    longest = max(pace.regular_seconds, pace.retry_seconds_max) * (1 + pace.jitter)
    for step, seconds in steps:
        now += seconds
        NOTES[step](schedule, now)
        assert schedule.due - now <= longest


def test_writes_are_gathered_and_never_put_off_for_ever() -> None:
    schedule = Schedule(PACE, 0.0, random.Random(0))
    schedule.note_success(0.0)
    for second in range(100, 130):
        schedule.note_write(float(second))

    assert schedule.due == 100 + PACE.after_write_seconds_max


def test_news_are_fetched_at_once_and_those_that_follow_each_other_together() -> None:
    schedule = Schedule(PACE, 0.0, random.Random(0))
    schedule.note_success(0.0)
    schedule.note_news(100.0)
    assert schedule.due == 100.0
    schedule.note_begin(100.0)
    schedule.note_success(100.1)
    for moment in (100.15, 100.2, 100.3):
        schedule.note_news(moment)
    assert schedule.due == 100.0 + PACE.news_seconds


def test_news_that_come_during_a_sync_lead_to_one_more_after_it() -> None:
    schedule = Schedule(PACE, 0.0, random.Random(0))
    schedule.note_begin(100.0)
    schedule.note_news(101.0)
    schedule.note_news(102.0)
    schedule.note_success(103.0)
    assert schedule.due == 103.0
    schedule.note_begin(103.0)
    schedule.note_success(104.0)
    assert schedule.due == 104.0 + PACE.regular_seconds


def test_news_do_not_make_what_failed_be_tried_again_sooner() -> None:
    schedule = Schedule(PACE, 0.0, random.Random(0))
    schedule.note_begin(100.0)
    schedule.note_failure(101.0)
    schedule.note_news(101.5)
    assert schedule.due == 101.0 + PACE.retry_seconds


def test_news_that_come_while_what_failed_is_tried_again_lead_to_one_more_sync() -> None:
    """The pull may have passed them already: they were forgotten until the regular interval."""
    schedule = Schedule(PACE, 0.0, random.Random(0))
    schedule.note_begin(100.0)
    schedule.note_failure(101.0)
    schedule.note_begin(106.0)
    schedule.note_news(106.5)
    schedule.note_success(107.0)
    assert schedule.due == 107.0


@given(STEPS)
def test_after_a_sync_that_went_well_news_that_it_may_have_missed_wait_no_longer_than_others(
    steps: list[tuple[str, float]],
) -> None:
    schedule, now, missed = Schedule(PACE, 0.0, random.Random(0)), 0.0, False
    for step, seconds in steps:
        now += seconds
        NOTES[step](schedule, now)
        missed = step == "news" or (missed and step != "began")
        if step == "synced" and missed:
            assert schedule.due - now <= PACE.news_seconds


def test_failures_wait_longer_each_time_up_to_a_ceiling_and_the_network_ends_the_wait() -> None:
    schedule = Schedule(PACE, 0.0, random.Random(0))
    waits = []
    for _ in range(12):
        schedule.note_failure(0.0)
        waits.append(schedule.due)
    schedule.note_network(1.0)

    assert waits[:3] == [5.0, 10.0, 20.0] and waits[-1] == PACE.retry_seconds_max
    assert schedule.due == 1.0


def test_attachments_that_fail_wait_longer_each_time_and_rows_as_ever() -> None:
    schedule = Schedule(PACE, 0.0, random.Random(0))
    waits = []
    for _ in range(12):
        schedule.note_success(0.0, unfinished=True)
        waits.append(schedule.due)
    assert waits[:3] == [5.0, 10.0, 20.0] and waits[-1] == PACE.retry_seconds_max
    schedule.note_success(0.0, unfinished=True, more_to_send=True)
    assert schedule.due == PACE.after_write_seconds
    schedule.note_success(0.0)
    assert schedule.due == PACE.regular_seconds
    schedule.note_success(0.0, unfinished=True, retry_after_seconds=60.0)
    assert schedule.due == 60.0


def test_devices_that_start_together_do_not_ask_together() -> None:
    dues = set()
    for seed in range(20):
        schedule = Schedule(SyncPace(), 0.0, random.Random(seed))
        schedule.note_success(0.0)
        dues.add(round(schedule.due))

    assert len(dues) > 10


class _Clock:
    """A clock that moves to the end of every wait, and stops the run after some."""

    def __init__(self, waits: int) -> None:
        self.seconds, self.left = 0.0, waits

    def now(self) -> float:
        return self.seconds

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        self.left -= 1
        if self.left < 0:
            raise asyncio.CancelledError
        self.seconds += seconds


async def test_the_background_goes_on_after_a_fault_that_nobody_foresaw_and_logs_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = iter([KeyError("part"), OSError(28, "No space left on device"), None])
    at: list[float] = []
    clock = _Clock(waits=2)

    async def sync() -> Report:
        at.append(clock.now())
        if fault := next(faults):
            raise fault
        return Report()

    background = Background(sync, pace=PACE, timer=clock, rng=random.Random(0))
    with suppress(asyncio.CancelledError):
        await background.run()

    assert at == [0.0, 5.0, 15.0] and background.last_error is None
    assert [type(record.exc_info[1]) for record in caplog.records if record.exc_info] == [KeyError, OSError]


async def test_the_background_goes_on_after_every_error_of_ours_and_waits_as_long_as_the_server_asks() -> None:
    errors = iter([Offline(), ServerRefused(503, "too-busy", retry_after="60"), None, None])
    at: list[float] = []
    clock = _Clock(waits=3)

    async def sync() -> Report:
        at.append(clock.now())
        error = next(errors)
        if error is not None:
            raise error
        return Report()

    background = Background(sync, pace=PACE, timer=clock, rng=random.Random(0))
    try:
        await background.run()
    except asyncio.CancelledError:
        pass

    assert at == [0.0, 5.0, 65.0, 65.0 + PACE.regular_seconds]
    assert background.last_error is None
