"""Sources are run when they are due, by one worker at a time, and it can be seen how they are doing."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.work.desk import Held, bring, brought, counting, plugins, standing, until, working

from twinbase import Run, Source
from twinbase.clock import utc_now
from twinbase.errors import TwinbaseError
from twinbase_server.cli.task_words import describe_task
from twinbase_server.cli.task_words import format_time as as_read
from twinbase_server.database.connection import Connection
from twinbase_server.jobs.queue import install_queue, prune_queue
from twinbase_server.jobs.run import ConnectionLost, RunsAlready, run_task
from twinbase_server.jobs.schedule import find_due_tasks
from twinbase_server.jobs.sources import NoSource, source_task
from twinbase_server.jobs.task import pause_after


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_a_source_runs_when_its_time_has_come_and_not_before(url: str, office: Connection) -> None:
    clock = Clock()
    brings = plugins(counting("prices", timedelta(hours=1)), counting("minutes", timedelta(minutes=59)))
    async with working(url, brings, clock=clock):
        first = await until(lambda: _done(office, "prices"), "the first run")
        await until(lambda: _done(office, "minutes"), "the other source")
        clock.now += timedelta(minutes=59)
        await until(lambda: _rows(office, 3), "that the other source has run again")
        # A run that has brought its row and not said so yet would look dead a minute later, and be done again.
        await until(lambda: _done(office, "minutes"), "that this run has ended")
        assert sorted(await brought(office)) == ["minutes", "minutes", "prices"]
        clock.now += timedelta(minutes=1)
        await until(lambda: _rows(office, 4), "the second run")
    assert (await brought(office))[-1] == "prices"
    assert first.figures["rows"] == 1 and first.next_at - first.started_at == timedelta(hours=1)


async def test_of_many_workers_one_runs_a_source(url: str, office: Connection) -> None:
    held = Held()
    async with working(url, plugins(held.source, counting("other", timedelta(milliseconds=10))), count=4):
        await until(lambda: _is(held.inside == 1), "the run")
        await until(lambda: _rows(office, 20), "that another source is not kept waiting")
        assert (await standing(office, "held")).state == "running"
        held.go.set()
        await until(lambda: _done(office, "held"), "its end")
    assert (held.most, held.ended) == (1, ["done"])


async def test_a_worker_that_is_stopped_stops_the_run_and_another_worker_goes_on_at_once(
    url: str, office: Connection
) -> None:
    held = Held()
    async with working(url, plugins(held.source)):
        await until(lambda: _is(held.inside), "the run")
    assert held.ended == ["stopped"] and (await standing(office, "held")).state == "stopped"
    held.go.set()
    async with working(url, plugins(held.source)):
        await until(lambda: _done(office, "held"), "the run that goes on")
    assert held.ended == ["stopped", "done"]


async def test_a_failure_is_told_in_one_sentence_and_tried_again_later_each_time(url: str, office: Connection) -> None:
    async def fail(run: Run) -> Mapping[str, Any]:
        await bring(run, "tried")
        raise ValueError("Mrs Martin, 12 rue des Lilas")

    clock = Clock()
    async with working(url, plugins(Source("broken", fail, timedelta(hours=8))), clock=clock):
        pauses = []
        for number in range(1, 5):
            await until(lambda number=number: _failed(office, "broken", number), f"failure {number}")  # type: ignore[misc]
            found = await standing(office, "broken")
            assert found.next_at is not None
            pauses.append((found.next_at - clock.now).total_seconds())
            clock.now = found.next_at
    found = await standing(office, "broken")
    assert pauses == [30, 60, 120, 240] and "ValueError in tests.work" in found.said and "Martin" not in found.said
    assert "Martin" not in str(await office.fetch("SELECT to_jsonb(l) FROM twinbase.queue_log l"))


def test_no_pause_is_longer_than_an_hour() -> None:
    assert [pause_after(n) for n in (1, 2, 7, 8, 400)] == [
        timedelta(seconds=30),
        timedelta(minutes=1),
        timedelta(minutes=32),
        timedelta(hours=1),
        timedelta(hours=1),
    ]


async def test_our_own_errors_are_told_as_they_are(url: str, office: Connection) -> None:
    class NoAccess(TwinbaseError):
        """The key is no longer valid."""

    async def fail(run: Run) -> Mapping[str, Any]:
        raise NoAccess

    task = source_task(plugins(Source("shut", fail, timedelta(hours=8))), "shut")
    found = await run_task(task, url, utc_now)
    assert (found.state, found.said) == ("failed", "The key is no longer valid.")


async def test_a_success_after_failures_starts_the_count_anew(url: str, office: Connection) -> None:
    failing = True

    async def run(run: Run) -> Mapping[str, Any]:
        if failing:
            raise ValueError
        return {}

    task = source_task(plugins(Source("moody", run, timedelta(hours=8))), "moody")
    for _ in range(2):
        await run_task(task, url, utc_now)
    failing = False
    found = await run_task(task, url, utc_now)
    assert (found.state, found.failures, found.said) == ("done", 0, "")


async def test_by_hand_it_runs_at_once_and_shows_how_far_it_is(url: str) -> None:
    told: list[tuple[str, int, int | None]] = []
    task = source_task(plugins(counting("prices")), "prices")
    found = await run_task(task, url, utc_now, tell=lambda *said: told.append(said))
    assert (found.state, told) == ("done", [("prices", 1, 1)])


async def test_by_hand_while_a_worker_runs_it_is_refused(url: str) -> None:
    held = Held()
    async with working(url, plugins(held.source)):
        await until(lambda: _is(held.inside), "the run")
        with pytest.raises(RunsAlready, match="'held'"):
            await run_task(source_task(plugins(held.source), "held"), url, utc_now)
        held.go.set()


async def test_ctrl_c_stops_a_run_by_hand_and_the_next_is_due_when_it_was(url: str, office: Connection) -> None:
    held = Held()
    task = source_task(plugins(held.source), "held")
    held.go.set()
    before = (await run_task(task, url, utc_now)).next_at
    held.go.clear()
    run = asyncio.create_task(run_task(task, url, utc_now))
    await until(lambda: _is(held.inside), "the run")
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    found = await standing(office, "held")
    assert (found.state, found.next_at, held.ended[-1]) == ("stopped", before, "stopped")


async def test_a_run_that_loses_its_line_is_stopped_for_another_may_begin(url: str, office: Connection) -> None:
    held = Held()
    await _loses_its_line(held, url, office)
    assert held.ended == ["stopped"]


async def test_a_run_that_ends_with_its_worker_is_due_at_once_but_not_again_and_again(
    url: str, office: Connection
) -> None:
    held, clock = Held(), Clock()
    task = source_task(plugins(held.source), "held")
    pauses = []
    for _ in range(4):
        await _loses_its_line(held, url, office, clock)
        began = clock.now
        while not await find_due_tasks(office, [task], clock.now):
            clock.now += timedelta(seconds=1)
        pauses.append((clock.now - began).total_seconds())
    found = await standing(office, "held")
    assert pauses == [0, 30, 60, 120]
    assert (found.failures, found.said) == (3, "Its worker was gone before the run had ended.")
    assert describe_task(found).endswith("not the first time, so it is due " + as_read(began + timedelta(seconds=120)))
    held.go.set()
    assert (await run_task(task, url, clock)).failures == 0


@pytest.mark.parametrize("odd", [float("nan"), "a\x00b", "\ud800"])
async def test_figures_that_cannot_be_kept_fail_the_run_and_do_not_make_it_due_at_once(url: str, odd: Any) -> None:
    async def run(run: Run) -> Mapping[str, Any]:
        return {"rows": odd}

    found = await run_task(source_task(plugins(Source("odd", run, timedelta(hours=8))), "odd"), url, utc_now)
    assert (found.state, found.failures) == ("failed", 1) and "figures by name" in found.said


async def test_a_run_that_calls_sys_exit_ends_itself_and_not_the_worker(url: str, office: Connection) -> None:
    async def leave(run: Run) -> Mapping[str, Any]:
        sys.exit(3)

    async with working(url, plugins(Source("leaves", leave, timedelta(hours=8)), counting("prices"))) as workers:
        await until(lambda: _failed(office, "leaves", 1), "the failure")
        await until(lambda: _done(office, "prices"), "that the worker goes on")
        assert not workers[0].stop.is_set()
    assert "sys.exit()" in (await standing(office, "leaves")).said


async def test_what_a_run_says_of_itself_is_cut_and_never_stops_it(url: str, office: Connection) -> None:
    go = asyncio.Event()

    async def run(run: Run) -> Mapping[str, Any]:
        run.tell("rows\x00 of " + "x" * 10_000, 3, 7)
        await go.wait()
        return {}

    task = source_task(plugins(Source("talks", run, timedelta(hours=1), project=False)), "talks")
    running = asyncio.create_task(run_task(task, url, utc_now))
    said = await until(lambda: _progress(office, "talks"), "the progress")
    go.set()
    assert said.startswith("rows of x") and len(said) == 500 and (await running).state == "done"


async def test_how_far_a_run_is_can_be_seen_from_elsewhere(url: str, office: Connection) -> None:
    held = Held()
    run = asyncio.create_task(run_task(source_task(plugins(held.source), "held"), url, utc_now))
    found = await until(lambda: _progress(office, "held"), "the progress")
    held.go.set()
    assert found == "rows 3 of 7" and (await run).progress == ""


async def test_a_source_that_is_not_there_is_named_with_those_that_are(url: str) -> None:
    with pytest.raises(NoSource, match="'price'; there are: prices"):
        source_task(plugins(counting("prices")), "price")


async def test_jobs_hold_no_data_and_old_ones_go(url: str, office: Connection) -> None:
    async with working(url, plugins(counting("prices"))):
        await until(lambda: _done(office, "prices"), "the run")
    assert await office.fetch("SELECT FROM twinbase.queue") == []
    kept = await office.fetch("SELECT entrypoint, traceback FROM twinbase.queue_log")
    assert {row["entrypoint"] for row in kept} == {"source:prices"} and not any(row["traceback"] for row in kept)
    assert await prune_queue(office, datetime.now(UTC) - timedelta(days=7)) == 0
    assert await prune_queue(office, datetime.now(UTC) + timedelta(days=7)) == len(kept)


async def test_setting_the_queue_up_again_changes_nothing_and_nothing_lies_outside_our_schema(
    url: str, office: Connection
) -> None:
    await asyncio.gather(*(install_queue(url) for _ in range(3)))
    strangers = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%queue%'"
    assert await office.fetchval(strangers) == 0


async def _loses_its_line(held: Held, url: str, office: Connection, clock: Callable[[], datetime] = utc_now) -> None:
    """A run that is left as one is whose worker was killed."""
    run = asyncio.create_task(run_task(source_task(plugins(held.source), "held"), url, clock))
    await until(lambda: _is(held.inside), "the run")
    await office.execute(
        "SELECT pg_terminate_backend(pid, 30000) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND l.pid <> pg_backend_pid() AND d.datname = current_database()"
    )
    with pytest.raises(ConnectionLost):
        await run
    await until(lambda: _dead(office), "that the lock is gone with the line")


async def _dead(office: Connection) -> bool:
    return (await standing(office, "held")).state == "dead"


async def _is(value: Any) -> Any:
    return value


async def _done(office: Connection, name: str) -> Any:
    found = await standing(office, name)
    return found if found.state == "done" else None


async def _failed(office: Connection, name: str, times: int) -> bool:
    found = await standing(office, name)
    return found.state == "failed" and found.failures == times


async def _progress(office: Connection, name: str) -> str:
    return (await standing(office, name)).progress


async def _rows(office: Connection, count: int) -> bool:
    return len(await brought(office)) >= count
