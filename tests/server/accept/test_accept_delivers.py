"""What is to be handed over is kept with the change that caused it: both, once, or neither."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tests.server.accept.workshop import Server, Workshop, a_job, inserted, office, statuses

from twinbase import AppliedMutation, Delivery, Identity, Plugins, hookimpl
from twinbase_server.problems import ProblemError


class ToErp:
    """Hands every change over; `seen` is what it was asked about."""

    def __init__(self) -> None:
        self.seen: list[Sequence[AppliedMutation]] = []
        self.fails = False

    @hookimpl
    async def twinbase_deliveries(
        self, applied: Sequence[AppliedMutation], identity: Identity, connection: Any, now: datetime
    ) -> Iterable[Delivery]:
        self.seen.append(applied)
        rules = await connection.fetchval("SELECT count(*) FROM workshop.rule")
        if self.fails:
            raise ZeroDivisionError
        return [Delivery("erp", one, f"{one.operation}_{one.twin}", {**one.values, "rules": rules}) for one in applied]


@pytest.fixture
def erp() -> ToErp:
    return ToErp()


@pytest.fixture
def plugins(erp: ToErp) -> Plugins:
    return Plugins(Workshop(), erp)


async def kept(server: Server) -> list[dict[str, Any]]:
    rows = await server.connection.fetch("SELECT * FROM twinbase.deliveries ORDER BY n")
    return [dict(row) for row in rows]


async def test_a_change_is_kept_with_its_delivery_and_the_hook_sees_what_was_written(
    server: Server, plugins: Plugins
) -> None:
    ana = await server.person()
    id = ana.insert("rule", key := uuid4(), text="a", other="")
    await ana.push(plugins=plugins)
    (one,) = await kept(server)
    assert (one["destination"], one["action"], one["state"]) == ("erp", "insert_rule", "waiting")
    assert (one["author"], one["twin"], one["row_key"], one["key"]) == (
        ana.identity.subject,
        "rule",
        str(key),
        f'["{key}"]',
    )
    assert one["mutation"] == id
    payload = await server.value("SELECT payload FROM twinbase.deliveries")
    assert '"rules": 1' in payload and '"text": "a"' in payload


async def test_a_batch_asks_once_about_all_that_was_written_in_order(
    server: Server, plugins: Plugins, erp: ToErp
) -> None:
    ana = await server.person()
    job = await a_job(ana)
    base = await server.version("job", id=job)
    ana.update("job", job, {"title": "Boiler"}, base, title="Pump")
    rule = uuid4()
    ana.transaction(inserted("rule", rule, text="a", other=""))
    ana.update("rule", rule, {"text": "a"}, None, text="b")
    ana.delete("rule", rule, {"text": "b", "other": ""})
    await ana.push(plugins=plugins)
    (applied,) = erp.seen
    assert [(one.twin, one.operation) for one in applied] == [
        ("job", "update"),
        ("rule", "insert"),
        ("rule", "update"),
        ("rule", "delete"),
    ]
    assert applied[0].values == {"title": "Pump"} and applied[3].values == {}
    assert [one["action"] for one in await kept(server)] == ["update_job", "insert_rule", "update_rule", "delete_rule"]


async def test_what_was_refused_or_changed_nothing_is_not_handed_over(
    server: Server, plugins: Plugins, erp: ToErp
) -> None:
    ana, bob = await server.person("Ana"), await server.person("Bob")
    job = await a_job(bob)
    ana.update("job", job, {"title": "Boiler"}, 1, title="Pump")
    ana.insert("rule", uuid4(), text="a", nonsense="")
    ana.delete("rule", uuid4(), {"text": "a", "other": ""})
    outcomes = await ana.push(plugins=plugins)
    assert [outcome.status for outcome in outcomes.values()] == ["refused", "refused", "applied"]
    assert erp.seen == [] and await kept(server) == []


async def test_a_replayed_batch_and_work_offered_again_are_handed_over_once(server: Server, plugins: Plugins) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    body = ana.batch()
    for _ in range(3):
        await ana.send(body, plugins=plugins)
    ana.epoch, ana.n, ana.hash = 2, 0, ""
    await ana.push(plugins=plugins)
    assert len(await kept(server)) == 1


async def test_work_offered_again_to_a_server_out_of_a_backup_is_the_same_delivery_to_the_other_system(
    server: Server, plugins: Plugins
) -> None:
    ana = await server.person()
    ana.transaction(inserted("rule", uuid4(), text="a", other=""), inserted("rule", uuid4(), text="b", other=""))
    body = ana.batch()
    await ana.send(body, plugins=plugins)
    first = [one["id"] for one in await kept(server)]
    await server.connection.execute(
        "TRUNCATE twinbase.deliveries, twinbase.echo, twinbase.ledger, workshop.rule;"
        " UPDATE twinbase.replica SET last_n = 0, last_hash = ''"
    )
    await ana.send(body, plugins=plugins)
    assert [one["id"] for one in await kept(server)] == first and len(set(first)) == 2


async def test_a_hook_that_answers_nothing_hands_nothing_over(server: Server) -> None:
    class Nothing:
        @hookimpl
        async def twinbase_deliveries(self, applied: Sequence[AppliedMutation]) -> None:
            return

    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    (outcome,) = (await ana.push(plugins=Plugins(Workshop(), Nothing()))).values()
    assert outcome.status == "applied" and await kept(server) == []


async def test_two_deliveries_of_one_change_to_one_place_are_two(server: Server) -> None:
    class Twice:
        @hookimpl
        async def twinbase_deliveries(self, applied: Sequence[AppliedMutation]) -> Iterable[Delivery]:
            return [Delivery("erp", one, "change") for one in applied for _ in range(2)]

    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    await ana.push(plugins=Plugins(Workshop(), Twice()))
    assert len({one["id"] for one in await kept(server)}) == 2


async def test_a_connection_that_dies_in_the_hook_leaves_nothing_and_the_retry_keeps_it_once(
    server: Server, plugins: Plugins, erp: ToErp
) -> None:
    class Dies(ToErp):
        @hookimpl
        async def twinbase_deliveries(
            self, applied: Sequence[AppliedMutation], identity: Identity, connection: Any, now: datetime
        ) -> Iterable[Delivery]:
            self.seen.append(applied)
            if len(self.seen) == 1:
                killer = await asyncpg.connect(server.url)
                await killer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND state = 'idle in transaction'"
                )
                await killer.close()
            await connection.execute("SELECT 1")
            return [Delivery("erp", one, "change") for one in applied]

    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    dies = Dies()
    outcomes = await ana.push(plugins=Plugins(Workshop(), dies))
    assert [outcome.status for outcome in outcomes.values()] == ["applied"]
    assert len(dies.seen) == 2 and len(await kept(server)) == 1
    assert await server.value("SELECT count(*) FROM workshop.rule") == 1


async def test_a_hook_that_fails_undoes_the_batch_and_the_device_tries_again(
    server: Server, plugins: Plugins, erp: ToErp
) -> None:
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    body, erp.fails = ana.batch(), True
    with pytest.raises(ProblemError) as caught:
        await ana.send(body, plugins=plugins)
    assert (caught.value.kind, caught.value.status) == ("plugin-failed", 503)
    assert "Retry-After" in caught.value.headers and "Division" not in str(caught.value.make_body())
    for table in ("workshop.rule", "twinbase.ledger", "twinbase.deliveries"):
        assert await server.value(f"SELECT count(*) FROM {table}") == 0
    erp.fails = False
    assert (await ana.send(body, plugins=plugins)).outcomes[0].status == "applied"
    assert len(await kept(server)) == 1


async def test_what_a_conflict_wrote_is_handed_over_and_no_more(server: Server, plugins: Plugins, erp: ToErp) -> None:
    ana = await server.person()
    job = await a_job(ana, report="office")
    base = await server.version("job", id=job)
    await office(server, job, title="Office")
    ana.update("job", job, {"title": "Boiler", "report": "office"}, base, title="Pump", report="device")
    (outcome,) = (await ana.push(plugins=plugins)).values()
    written = {column for one in erp.seen for change in one for column in change.values}
    row = await server.connection.fetchrow("SELECT title, report FROM workshop.job WHERE id = $1", job)
    device = {"title": "Pump", "report": "device"}
    assert row is not None and outcome.status in ("merged", "conflict")
    assert written == {column for column, value in device.items() if row[column] == value}


async def test_no_plugin_that_delivers_costs_nothing(server: Server) -> None:
    assert not Plugins(Workshop()).has_deliveries
    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    assert await statuses(ana) == ["applied"] and await kept(server) == []


async def test_a_payload_that_is_no_json_undoes_the_batch_too(server: Server) -> None:
    class Odd:
        @hookimpl
        async def twinbase_deliveries(
            self, applied: Sequence[AppliedMutation], identity: Identity, connection: Any, now: datetime
        ) -> Iterable[Delivery]:
            return [Delivery("erp", one, "change", {"odd": object()}) for one in applied]

    ana = await server.person()
    ana.insert("rule", uuid4(), text="a", other="")
    with pytest.raises(ProblemError, match="plugin-failed"):
        await ana.push(plugins=Plugins(Workshop(), Odd()))
    assert await server.value("SELECT count(*) FROM workshop.rule") == 0
