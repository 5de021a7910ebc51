"""The replica on its own thread: asked, watched, cancelled, closed."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.presentation.phone import BAKERY, Phone, paris, visit

from twinbase.errors import NewerReplica, ReplicaClosed, ReplicaLocked, TwinbaseError
from twinbase.replica import Replica, ReplicaSession
from twinbase_mobile.tables import Customer, Intervention
from twinbase_presentation import Runner
from twinbase_presentation.turns import Turns


async def test_the_work_runs_on_the_other_thread_and_its_answer_comes_back(phone: Phone) -> None:
    async def work(replica: Replica) -> tuple[str, bool]:
        return threading.current_thread().name, isinstance(replica, Replica)

    assert await phone.runner.ask(work) == ("twinbase replica", True)
    assert threading.current_thread().name != "twinbase replica"

    async def read(session: ReplicaSession) -> str | None:
        return (await session.get_one(Customer, BAKERY)).name

    assert await phone.runner.read(read) == "Boulangerie Noël"


async def test_its_error_is_raised_where_it_was_asked(phone: Phone) -> None:
    async def work(replica: Replica) -> None:
        raise NewerReplica("of a test")

    with pytest.raises(NewerReplica, match="of a test"):
        await phone.runner.ask(work)


async def test_a_screen_that_is_left_cancels_its_read_and_no_write(phone: Phone) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def endless(replica: Replica) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    reading = asyncio.ensure_future(phone.runner.ask(endless))
    await asyncio.to_thread(begun.wait)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await asyncio.to_thread(ended.wait, 60)

    inside, go_on = threading.Event(), threading.Event()

    async def slow(session: ReplicaSession) -> None:
        session.add(visit(1, paris(10, 10), number=None, made_on_site=True))
        await session.flush()
        inside.set()
        await asyncio.to_thread(go_on.wait)

    writing = asyncio.ensure_future(phone.runner.write(slow))
    await asyncio.to_thread(inside.wait)
    async with phone.hearing("rows:interventions"):
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        go_on.set()
    assert await phone.sql("SELECT count(*) FROM interventions") == [(1,)]


async def test_what_is_written_is_one_transaction_or_nothing(phone: Phone) -> None:
    async def half(session: ReplicaSession) -> None:
        session.add(visit(1, paris(10, 10), number=None, made_on_site=True))
        await session.flush()
        raise TwinbaseError("before the end")

    with pytest.raises(TwinbaseError, match="before the end"):
        await phone.runner.write(half)
    assert await phone.sql("SELECT count(*) FROM interventions") == [(0,)]


async def test_who_watches_is_told_in_his_own_loop_of_the_last_change_and_seldom(phone: Phone) -> None:
    heard: list[int] = []
    counted = asyncio.Event()

    def note() -> None:
        assert threading.current_thread() is threading.main_thread()
        heard.append(phone.runner.status.pending)
        if heard[-1] == 40:
            counted.set()

    stop = phone.runner.watch("status", note)

    async def many(replica: Replica) -> None:
        for number in range(1, 41):
            replica.status.set(pending=number)

    await phone.runner.ask(many)
    await counted.wait()
    stop()
    assert len(heard) <= 3, "forty changes within a moment are told at most now and once more"
    await phone.runner.ask(lambda replica: _set(replica, 41))
    assert heard[-1] == 40


async def _set(replica: Replica, number: int) -> None:
    replica.status.set(pending=number)


async def test_a_write_tells_of_its_rows(phone: Phone) -> None:
    async with phone.hearing("rows:interventions"):
        await phone.save(visit(1, paris(10, 10), number=None, made_on_site=True))
    async with phone.hearing("status"):
        await phone.save(visit(2, paris(10, 10), number=None, made_on_site=True))
    assert phone.runner.status.pending >= 1


async def test_it_opens_another_file_and_forgets_the_first(phone: Phone, tmp_path: Path) -> None:
    await phone.runner.open(lambda: Replica.open(tmp_path / "bob.twin", plugins=phone.plugins, plain=True))

    async def count(session: ReplicaSession) -> int:
        return int((await session.execute(text("SELECT count(*) FROM customers"))).scalar_one())

    assert await phone.runner.read(count) == 0
    await phone.runner.let_go()
    assert not phone.runner.is_open
    with pytest.raises(ReplicaClosed):
        await phone.runner.read(count)
    await phone.open()
    assert await phone.runner.read(count) == 1


async def test_when_it_is_closed_its_thread_is_gone_and_nothing_can_be_asked() -> None:
    runner = Runner()
    assert not runner.is_open
    with pytest.raises(ReplicaClosed):
        await runner.ask(lambda replica: _set(replica, 1))
    runner.close()
    runner.close()
    assert [one.name for one in threading.enumerate() if one.name == "twinbase replica"] == []
    with pytest.raises(ReplicaClosed):
        await runner.ask(lambda replica: _set(replica, 1))


async def test_a_loop_that_runs_already_will_do(phone: Phone, tmp_path: Path) -> None:
    """For whoever draws in a terminal, and for a test in which the server is in the same loop."""
    runner = Runner(asyncio.get_running_loop())
    await runner.open(lambda: Replica.open(tmp_path / "here.twin", plugins=phone.plugins, plain=True))
    assert await runner.ask(_thread_of) is threading.current_thread()
    assert await runner.read(lambda session: session.pending_edits(Intervention)) == []
    await runner.let_go()


async def _thread_of(replica: Replica) -> threading.Thread:
    return threading.current_thread()


LONG = text("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n")


@pytest.mark.parametrize("turns", [0, 1, 5, 40])
async def test_it_ends_while_a_read_that_was_left_ends_its_connection(phone: Phone, turns: int) -> None:
    """The connection is closed behind what it still computes, and the app with it."""
    begun = threading.Event()

    async def count(session: ReplicaSession) -> None:
        await session.exec(text("SELECT 1"))  # type: ignore[call-overload]
        begun.set()
        await session.exec(LONG)  # type: ignore[call-overload]

    reading = asyncio.ensure_future(phone.runner.read(count))
    await asyncio.to_thread(begun.wait)
    for _ in range(turns):
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    async with asyncio.timeout(30):
        await asyncio.to_thread(phone.runner.close)


async def test_who_needs_the_file_alone_has_it_and_the_others_wait(phone: Phone) -> None:
    seen, inside, go_on = list[str](), threading.Event(), threading.Event()

    async def alone(replica: Replica) -> None:
        seen.append("alone")
        inside.set()
        await asyncio.to_thread(go_on.wait)
        seen.append("done")

    async def beside(replica: Replica) -> None:
        seen.append("beside")

    await phone.runner.start_syncing()
    working = asyncio.ensure_future(phone.runner.ask_alone(alone))
    await asyncio.to_thread(inside.wait)
    asked = [asyncio.ensure_future(phone.runner.ask(beside)) for _ in range(3)]
    assert phone.runner._syncing is None
    go_on.set()
    await asyncio.gather(working, *asked)
    assert seen == ["alone", "done", *["beside"] * 3]
    assert phone.runner._syncing is not None, "it syncs again"


async def test_nobody_waits_for_ever_for_those_who_work() -> None:
    turns = Turns(seconds_max=0.01)
    async with turns.take_one():
        with pytest.raises(ReplicaLocked):
            async with turns.take_all():
                raise AssertionError("Somebody works.")
        async with turns.take_one():
            """Who comes then is not kept waiting."""
    async with turns.take_all():
        """Nobody works any more."""
