"""Many at once, and very much at once."""

import asyncio
from uuid import uuid4

from tests.server.accept.workshop import Device, Server, a_job, inserted, job, updated


async def test_devices_that_push_to_the_same_rows_at_the_same_time_lose_no_update(server: Server) -> None:
    ana = await server.person()
    devices = [ana, *(ana.other() for _ in range(5))]
    jobs = [await a_job(ana, visits=0) for _ in range(10)]
    bases = {id: await server.version("job", id=id) for id in jobs}
    for round in range(4):
        for device in devices:
            for id in jobs if round % 2 else reversed(jobs):
                device.update("job", id, {"visits": round}, bases[id], visits=round + 1)
        answers = await asyncio.gather(*(device.push() for device in devices))
        assert {o.status for answer in answers for o in answer.values()} <= {"applied", "merged"}
    visits = await server.connection.fetch("SELECT visits FROM workshop.job")
    assert {row["visits"] for row in visits} == {len(devices) * 4}


async def test_an_office_that_writes_meanwhile_is_seen(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana, visits=0)
    base = await server.version("job", id=id)

    async def office_adds() -> None:
        for _ in range(40):
            await server.connection.execute("UPDATE workshop.job SET visits = visits + 1")

    async def device_adds(device: Device) -> None:
        for step in range(15):
            device.update("job", id, {"visits": step}, base, visits=step + 1)
            await device.push()

    await asyncio.gather(office_adds(), device_adds(ana), device_adds(ana.other()))
    assert await server.value("SELECT visits FROM workshop.job") == 70


async def test_one_device_that_sends_a_batch_twice_at_the_same_time_gets_one_effect(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana, visits=0)
    ana.update("job", id, {"visits": 0}, await server.version("job", id=id), visits=1)
    body = ana.batch()
    answers = await asyncio.gather(*(ana.send(body) for _ in range(4)))
    assert sorted(answer.replayed for answer in answers) == [False, True, True, True]
    assert await server.value("SELECT visits FROM workshop.job") == 1


async def test_a_poison_mutation_harms_no_other_among_ten_thousand(server: Server) -> None:
    ana = await server.person()
    good = [inserted("rule", uuid4(), text="x", other="") for _ in range(9_998)]
    for start in range(0, len(good), 100):
        ana.transaction(*good[start : start + 100])
        if start == 5_000:
            poison = ana.transaction(job(uuid4(), ana.person, visits=-1), inserted("rule", uuid4(), text="y", other=""))
    outcomes = await ana.push()
    assert [outcomes[id].status for id in poison] == ["refused", "parked"]
    assert sum(outcome.status == "applied" for outcome in outcomes.values()) == 9_998
    assert await server.value("SELECT count(*) FROM workshop.rule") == 9_998


async def test_two_hundred_poisoned_transactions_leave_few_subtransactions_and_all_the_good_work(
    server: Server,
) -> None:
    ana = await server.person()
    goods, bads = [], []
    for number in range(200):
        goods += ana.transaction(inserted("rule", uuid4(), text=str(number), other=""))
        bads += ana.transaction(job(uuid4(), ana.person, visits=-1))
    outcomes = await ana.push()
    assert {outcomes[id].status for id in goods} == {"applied"}
    assert {outcomes[id].status for id in bads} == {"refused"}
    written_by = await server.value("SELECT count(DISTINCT xmin::text) FROM workshop.rule")
    assert written_by <= 60  # one for each subtransaction that stood


async def test_a_deferred_rule_of_the_database_refuses_its_own_transaction_only(server: Server) -> None:
    await server.connection.execute("""
        CREATE FUNCTION workshop.no_odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.text = 'odd' THEN RAISE EXCEPTION 'Rules may not be odd.'; END IF; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER no_odd AFTER INSERT ON workshop.rule DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION workshop.no_odd()""")
    ana = await server.person()
    for text in ("a", "odd", "b"):
        ana.transaction(inserted("rule", uuid4(), text=text, other=""), inserted("event", uuid4(), text=text))
    outcomes = list((await ana.push()).values())
    assert [outcome.status for outcome in outcomes] == ["applied"] * 2 + ["parked", "refused"] + ["applied"] * 2
    assert outcomes[3].detail == "Rules may not be odd."


async def test_a_row_that_a_trigger_of_the_database_swallows_is_refused(server: Server) -> None:
    await server.connection.execute("""
        CREATE FUNCTION workshop.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER swallow BEFORE INSERT ON workshop.event FOR EACH ROW EXECUTE FUNCTION workshop.swallow()""")
    ana = await server.person()
    ana.insert("event", uuid4(), text="a")
    ana.insert("rule", uuid4(), text="a", other="")
    first, second = (await ana.push()).values()
    assert (first.status, first.reason, second.status) == ("refused", "not-written", "applied")


async def test_a_refused_step_in_the_middle_leaves_the_sum_of_the_others(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana, visits=5)
    base = await server.version("job", id=id)
    ana.transaction(
        updated("job", id, {"visits": 5}, base, visits=6),
        updated("job", id, {"status": "planned"}, base, status="done"),
    )
    ana.update("job", id, {"visits": 6}, base, visits=8)
    assert [o.status for o in (await ana.push()).values()] == ["parked", "refused", "applied"]
    assert await server.value("SELECT visits FROM workshop.job") == 7
