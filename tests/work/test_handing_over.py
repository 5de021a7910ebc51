"""Deliveries reach the other system in the order of their row, at least once, and what became of them is known."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.crash.processes import Killable
from tests.work.desk import plugins, standing, until, working
from tests.work.process import send_and_stay

from twinbase import (
    AppliedMutation,
    Delivery,
    DeliveryOutcome,
    Exporter,
    Identity,
    Plugins,
    Run,
    WaitingDelivery,
    hookimpl,
)
from twinbase_server.accept.deliveries import keep_deliveries
from twinbase_server.database.connection import Connection
from twinbase_server.jobs import decisions, deliveries
from twinbase_server.jobs.decisions import Chosen
from twinbase_server.jobs.exporters import exporter_tasks
from twinbase_server.jobs.run import run_task
from twinbase_server.jobs.schedule import TaskStatus

START = datetime(2030, 5, 1, 12, tzinfo=UTC)
Answer = Callable[[WaitingDelivery], DeliveryOutcome | None]


@dataclass
class Erp:
    """The other system: what it was given, call by call, and what it says to each."""

    answer: Answer = lambda one: DeliveryOutcome(one.id, "sent", "Sent to the ERP.")
    back: set[UUID] = field(default_factory=set)
    calls: list[list[WaitingDelivery]] = field(default_factory=list)
    asked: list[list[UUID]] = field(default_factory=list)
    batch: int = 100
    now: datetime = START

    async def send(self, waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        self.calls.append(list(waiting))
        return [said for one in waiting if (said := self.answer(one))]

    async def acknowledged(self, sent: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        self.asked.append([one.id for one in sent])
        return [DeliveryOutcome(one.id, "acknowledged", "It is in the ERP.") for one in sent if one.id in self.back]

    @property
    def exporter(self) -> Exporter:
        return Exporter("erp", self.send, self.acknowledged, batch=self.batch)

    async def run(self, url: str) -> TaskStatus:
        task = exporter_tasks(plugins(exporters=(self.exporter,)))["erp"]
        return await run_task(task, url, lambda: self.now)

    @property
    def actions(self) -> list[list[str]]:
        return [[one.action for one in call] for call in self.calls]


async def enter(office: Connection, *changes: tuple[str, str], destination: str = "erp", at: datetime = START) -> None:
    """Somebody changes rows: (row, action), in this order."""

    class Hands:
        @hookimpl
        async def twinbase_deliveries(self, applied: Sequence[AppliedMutation]) -> list[Delivery]:
            return [
                Delivery(destination, one, action, {"text": action})
                for one, (_, action) in zip(applied, changes, strict=True)
            ]

    written = [AppliedMutation(uuid4(), "note", "update", (row,), {}) for row, _ in changes]
    await keep_deliveries(office, Plugins(Hands()), Identity("anna"), written, at)


async def states(office: Connection) -> dict[str, str]:
    rows = await office.fetch("SELECT action, state FROM twinbase.deliveries ORDER BY n")
    return {row["action"]: row["state"] for row in rows}


async def id_of(office: Connection, action: str) -> UUID:
    return UUID(str(await office.fetchval("SELECT id FROM twinbase.deliveries WHERE action = $1", action)))


async def test_the_oldest_go_first_and_a_row_s_second_goes_after_its_first_has_gone(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3"))
    erp = Erp()
    found = await erp.run(url)
    assert erp.actions == [["a1", "b1"], ["a2"], ["a3"]]
    assert found.figures == {"sent": 4} and set((await states(office)).values()) == {"sent"}
    assert erp.calls[0][0].payload == {"text": "a1"} and erp.calls[0][0].key == ("a",)


async def test_what_waits_for_its_next_try_is_not_overtaken_by_a_later_one_of_its_row(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"), ("a", "a2"), ("b", "b1"))
    erp = Erp(lambda one: DeliveryOutcome(one.id, "waiting" if one.action == "a1" and one.attempts < 2 else "sent"))
    await erp.run(url)
    assert erp.actions == [["a1", "b1"]]
    for seconds in (29, 1, 59, 1):
        erp.now += timedelta(seconds=seconds)
        await erp.run(url)
    assert erp.actions == [["a1", "b1"], ["a1"], ["a1"], ["a2"]]
    assert [call[0].attempts for call in erp.calls] == [0, 1, 2, 0]


async def test_the_other_system_may_say_when_to_try_again(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"))
    erp = Erp(lambda one: DeliveryOutcome(one.id, "waiting", "Busy.", timedelta(hours=5)))
    await erp.run(url)
    erp.now += timedelta(hours=4)
    await erp.run(url)
    assert len(erp.calls) == 1


async def test_a_refused_one_lets_later_ones_pass_and_a_held_one_does_not(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"), ("a", "a2"), ("b", "b1"), ("b", "b2"))
    said = {"a1": "refused", "b1": "held"}
    erp = Erp(lambda one: DeliveryOutcome(one.id, said.get(one.action, "sent"), "Too long."))  # type: ignore[arg-type]
    await erp.run(url)
    assert await states(office) == {"a1": "refused", "a2": "sent", "b1": "held", "b2": "waiting"}
    said.clear()
    assert await decisions.release(office, Chosen(), erp.now) == [await id_of(office, "b1")]
    await erp.run(url)
    assert erp.actions[-2:] == [["b1"], ["b2"]]


async def test_a_person_tries_a_refused_one_again_unless_that_would_undo_a_later_one(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"), ("a", "a2"), ("b", "b1"))
    erp = Erp(lambda one: DeliveryOutcome(one.id, "sent" if one.action == "a2" else "refused", "No."))
    await erp.run(url)
    assert await decisions.retry(office, Chosen(), erp.now) == [await id_of(office, "b1")]
    erp.answer = Erp().answer
    await erp.run(url)
    assert await states(office) == {"a1": "refused", "a2": "sent", "b1": "sent"}


async def test_a_held_one_waits_for_a_person_and_only_where_it_was_asked_for(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"))
    await enter(office, ("a", "x1"), destination="other")
    assert await decisions.hold(office, Chosen(destination="erp")) == [await id_of(office, "a1")]
    await (erp := Erp()).run(url)
    assert erp.calls == [] and await states(office) == {"a1": "held", "x1": "waiting"}


async def test_what_is_not_answered_for_waits_on_longer_each_time(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"))
    erp = Erp(lambda one: None)
    for pause in (30, 60, 120):
        await erp.run(url)
        wait = await office.fetchval("SELECT next_at FROM twinbase.deliveries") - erp.now
        assert wait == timedelta(seconds=pause)
        erp.now += wait
    (one,) = await decisions.list_deliveries(office)
    assert (one.state, one.attempts) == ("waiting", 3) and "tried again" in one.said


async def test_an_exporter_that_fails_loses_nothing_and_says_so(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"))

    def fail(one: WaitingDelivery) -> DeliveryOutcome:
        raise RuntimeError("password=secret")

    erp = Erp(fail)
    found = await erp.run(url)
    assert found.state == "failed" and "RuntimeError" in found.said and "secret" not in found.said
    (one,) = await decisions.list_deliveries(office)
    assert (one.state, one.attempts) == ("waiting", 1) and "secret" not in one.said


async def test_an_answer_for_a_delivery_that_was_not_given_counts_for_nothing(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"), ("a", "a2"))
    second = await id_of(office, "a2")
    await decisions.hold(office, Chosen((second,)))
    await Erp(lambda one: DeliveryOutcome(second, "acknowledged")).run(url)
    assert await states(office) == {"a1": "waiting", "a2": "held"}


async def test_what_came_back_is_acknowledged_and_the_rest_is_asked_for_again_later(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"), ("b", "b1"))
    erp = Erp()
    erp.back = {await id_of(office, "a1")}
    await erp.run(url)
    assert await states(office) == {"a1": "acknowledged", "b1": "sent"}
    await erp.run(url)
    assert [len(ids) for ids in erp.asked] == [2]
    erp.now += timedelta(minutes=1)
    erp.back.add(b1 := await id_of(office, "b1"))
    await erp.run(url)
    assert erp.asked[-1] == [b1] and await states(office) == {"a1": "acknowledged", "b1": "acknowledged"}
    (one, _) = await decisions.list_deliveries(office)
    assert (one.sent_at, one.acknowledged_at) == (START, erp.now)


async def test_to_be_asked_whether_it_came_back_and_say_that_it_is_still_on_its_way_ends_the_asking(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"))
    erp = Erp()

    async def still_sent(sent: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        erp.asked.append([one.id for one in sent])
        assert len(erp.asked) < 3, "asked again and again in one run"
        return [DeliveryOutcome(one.id, "sent", "The ERP has not imported it yet.") for one in sent]

    exporter = Exporter("erp", erp.send, still_sent)
    task = exporter_tasks(plugins(exporters=(exporter,)))["erp"]
    found = await run_task(task, url, lambda: erp.now)
    assert (found.state, len(erp.asked)) == ("done", 1) and await states(office) == {"a1": "sent"}
    erp.now += exporter.every
    await run_task(task, url, lambda: erp.now)
    assert len(erp.asked) == 2


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(seconds=-5)])
async def test_to_try_again_at_once_is_to_try_again_in_the_next_run(
    url: str, office: Connection, pause: timedelta
) -> None:
    """The other system's clock is behind ours: the moment that it names has passed already."""
    await enter(office, ("a", "a1"))

    def busy(one: WaitingDelivery) -> DeliveryOutcome:
        assert one.attempts == 0, "tried again and again in one run"
        return DeliveryOutcome(one.id, "waiting", "Busy.", pause)

    found = await (erp := Erp(busy)).run(url)
    assert found.state == "done" and len(erp.calls) == 1


async def test_whatever_the_other_system_says_what_it_took_counts_as_handed_over(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"), ("b", "b1"))
    said = {"a1": "Taken.\x00\ud800 " + "<html>" * 1_000, "b1": ""}
    found = await (erp := Erp(lambda one: DeliveryOutcome(one.id, "sent", said[one.action]))).run(url)
    assert found.state == "done" and set((await states(office)).values()) == {"sent"} and len(erp.calls) == 1
    (_, one) = await decisions.list_deliveries(office)
    assert one.said.startswith("Taken.? <html>") and len(one.said) == 500


async def test_an_answer_that_is_none_does_not_keep_the_others_from_being_noted(url: str, office: Connection) -> None:
    await enter(office, ("a", "a1"), ("b", "b1"))
    state: Any = {"a1": "sent", "b1": "finished"}
    found = await Erp(lambda one: DeliveryOutcome(one.id, state[one.action])).run(url)
    assert found.state == "failed" and "'finished'" in found.said
    assert await states(office) == {"a1": "sent", "b1": "waiting"}
    (one, _) = await decisions.list_deliveries(office)
    assert one.next_at == START + timedelta(seconds=30)


async def test_an_exporter_that_answers_nothing_at_all_is_asked_again_later(url: str, office: Connection) -> None:
    async def forgetful(waiting: Sequence[WaitingDelivery], run: Run) -> Any:
        return None

    await enter(office, ("a", "a1"))
    task = exporter_tasks(plugins(exporters=(Exporter("erp", forgetful),)))["erp"]
    assert (await run_task(task, url, lambda: START)).state == "failed"
    (one,) = await decisions.list_deliveries(office)
    assert (one.state, one.next_at) == ("waiting", START + timedelta(seconds=30))


@pytest.mark.parametrize(("said", "then"), [("sent", "sent"), ("refused", "refused"), ("waiting", "held")])
async def test_one_that_is_held_while_it_is_being_handed_over_is_not_handed_over_twice(
    url: str, office: Connection, said: Any, then: str
) -> None:
    await enter(office, ("a", "a1"))

    async def send(waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        assert await decisions.hold(office, Chosen()) == [one.id for one in waiting]
        return [DeliveryOutcome(one.id, said) for one in waiting]

    task = exporter_tasks(plugins(exporters=(Exporter("erp", send),)))["erp"]
    await run_task(task, url, lambda: START)
    assert await states(office) == {"a1": then}


async def test_where_nothing_ever_comes_back_nothing_is_left_to_do_once_all_is_sent(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"), ("a", "x1"))
    assert await deliveries.find_due_destinations(office, START, ["erp"]) == {"erp"}
    await Erp().run(url)
    assert await deliveries.find_due_destinations(office, START + timedelta(days=1), ["erp"]) == set()
    assert await deliveries.find_due_destinations(office, START + timedelta(days=1), []) == {"erp"}


async def test_no_call_gets_more_than_it_asked_for(url: str, office: Connection) -> None:
    await enter(office, *((str(n), f"n{n}") for n in range(25)))
    erp = Erp(batch=10)
    await erp.run(url)
    assert [len(call) for call in erp.calls] == [10, 10, 5]
    assert [one.action for call in erp.calls for one in call] == [f"n{n}" for n in range(25)]


async def test_a_worker_hands_over_when_there_is_something_and_leaves_the_exporter_alone_when_not(
    url: str, office: Connection
) -> None:
    erp = Erp()
    clock: Callable[[], datetime] = lambda: erp.now  # noqa: E731
    async with working(url, plugins(exporters=(erp.exporter,)), count=2, clock=clock):
        await until(lambda: _looked(office), "that the worker has looked")
        assert erp.calls == [] and (await standing(office, "erp", "exporter")).state == "never"
        await enter(office, ("a", "a1"))
        await until(lambda: _sent(office, 1), "the delivery")
        await enter(office, ("b", "b1"))
        erp.now += timedelta(minutes=1)
        await until(lambda: _sent(office, 2), "the second delivery")
    assert erp.actions == [["a1"], ["b1"]]


async def test_a_worker_that_is_killed_between_sending_and_noting_hands_the_same_delivery_over_again(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"), at=datetime.now(UTC))
    holder = await asyncpg.connect(url)
    await holder.execute("SELECT pg_advisory_lock(78, 1)")
    victim = Killable(send_and_stay, url)
    try:
        await until(lambda: office.fetchval("SELECT count(*) FROM brought"), "that the other system has it")
    finally:
        victim.kill()
        await holder.close()
    heir = Killable(send_and_stay, url)
    try:
        await until(lambda: _sent(office, 1), "that it is noted")
    finally:
        heir.kill()
    given = [row["what"] for row in await office.fetch("SELECT what FROM brought ORDER BY n")]
    assert given == [f"{(id := await id_of(office, 'a1'))} 0", f"{id} 1"]


async def test_the_acknowledged_are_forgotten_in_time_and_nothing_that_is_still_open(
    url: str, office: Connection
) -> None:
    await enter(office, ("a", "a1"), ("b", "b1"), ("c", "c1"), ("d", "d1"))
    for action, state in (("a1", "acknowledged"), ("b1", "sent"), ("c1", "refused")):
        await office.execute(
            "UPDATE twinbase.deliveries SET state = $2, sent_at = $3, acknowledged_at = $3 WHERE action = $1",
            action,
            state,
            START,
        )
    assert await deliveries.prune(office, [], START) == 0
    assert await deliveries.prune(office, [], START + timedelta(seconds=1)) == 1
    assert await states(office) == {"b1": "sent", "c1": "refused", "d1": "waiting"}
    assert await deliveries.prune(office, ["erp"], START + timedelta(seconds=1)) == 1


async def test_changes_of_one_row_by_many_at_once_keep_their_order(url: str, office: Connection) -> None:
    """Whoever writes a row holds it until his delivery is committed, so the numbers are in the order of the writes."""
    await office.execute("INSERT INTO brought (what) VALUES ('row')")

    async def change() -> None:
        connection = await asyncpg.connect(url)
        async with connection.transaction():
            before = await connection.fetchval("UPDATE brought SET what = what || '.' RETURNING length(what)")
            await enter(connection, ("a", f"v{before}"))
        await connection.close()

    await asyncio.gather(*(change() for _ in range(8)))
    await (erp := Erp()).run(url)
    assert [one.action for call in erp.calls for one in call] == [f"v{n}" for n in range(4, 12)]


async def _sent(office: Connection, count: int) -> Awaitable[bool] | bool:
    return bool(await office.fetchval("SELECT count(*) = $1 FROM twinbase.deliveries WHERE state = 'sent'", count))


async def _looked(office: Connection) -> bool:
    looked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%twinbase.queue%' OR query LIKE '%deliveries%'"
    return bool(await office.fetchval(looked))
