"""An edit that is only late is taken and flagged: the person reads why, the office looks at it, and says so."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from tests.server.phone import Phone

from twinbase import Flag, Identity, IncomingMutation, Mirror, NeighbourQuery, Plugins, Refused, Rows, hookimpl
from twinbase.conflict import ask
from twinbase.errors import WrongHook
from twinbase.replica import ServerDecision
from twinbase.testing import Device, World
from twinbase.testing.world import PASSWORD
from twinbase_server import accounts

LATE = "The job was closed when this arrived. It is taken, and the office looks at it."


class Yard(SQLModel, registry=registry()):
    """Tables of these tests."""


class YardJob(Yard, table=True):
    __tablename__ = "job"
    __table_args__ = {"schema": "yard"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str = ""
    closed: bool = False


class YardPart(Yard, table=True):
    __tablename__ = "part"
    __table_args__ = {"schema": "yard"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    job_id: UUID = Field(foreign_key="yard.job.id")
    name: str = ""


class Late:
    """Jobs are asked about; parts of a closed one are late, and a second boiler contradicts."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(YardJob, direction="both", conflict=ask)
        yield Mirror(YardPart, direction="both", conflict="server_wins", read="parts.read")

    @hookimpl
    def twinbase_permissions(self) -> Mapping[str, str]:
        return {"parts.read": "See parts."}

    @hookimpl
    def twinbase_roles(self) -> Mapping[str, Collection[str]]:
        office = ["office.conflicts"]
        return {"": ["parts.read"], "clerk": [*office, "parts.read"], "blind": office, "writer": ["parts.read"]}

    @hookimpl
    def twinbase_neighbours(self, written: IncomingMutation) -> Iterable[NeighbourQuery]:
        row = {**(written.row or {}), **written.values}
        return [NeighbourQuery("job", "id", row["job_id"])] if written.twin == "part" else []

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation, rows: Rows) -> Flag | None:
        row = {**(written.row or {}), **written.values}
        if written.twin != "part" or not any(job["closed"] for job in rows("job", "id", row["job_id"])):
            return None
        if row["name"] == "boiler":
            raise Refused("second-boiler", "There is a boiler already.")
        return Flag("late", LATE)


class Heavy:
    """Another rule, of another plugin."""

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation, identity: Identity) -> Flag | None:
        heavy = written.values.get("name") == "pump"
        return Flag("heavy", f"Who has carried that, {identity.subject}?") if heavy else None


PLUGINS = Plugins(accounts, Late(), Heavy())


async def a_closed_job(world: World, *devices: Device) -> UUID:
    """It was open when these devices saw it."""
    job = uuid4()
    await world.sql(f"INSERT INTO yard.job VALUES ('{job}', 'Boiler', false)")
    for device in devices:
        await device.sync()
    await world.sql("UPDATE yard.job SET closed = true")
    return job


async def only(device: Device) -> ServerDecision:
    (decision,) = await device.replica.decisions()
    return decision


async def at_desk(world: World, name: str, **claims: Any) -> Any:
    """Somebody of the office: asks by HTTP, and gets what is answered, or the kind of the problem."""
    await world.account(name, **claims)
    http = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=world.application), base_url="http://world.example/api/v1/"
    )
    phone = Phone(http)
    assert (await phone.sign_in(f"{name}@example.org", password=PASSWORD)).status_code == 200

    async def ask_office(path: str, said: Mapping[str, Any] | None = None) -> Any:
        headers, address = phone.headers(), f"office/conflicts{path}"
        answer = await (
            http.get(address, headers=headers) if said is None else http.post(address, json=said, headers=headers)
        )
        return answer.json() if answer.status_code == 200 else answer.json()["type"]

    return ask_office


async def test_what_is_late_is_written_and_says_so_to_whoever_typed_it(world: World) -> None:
    anna = await world.device("anna")
    job = await a_closed_job(world, anna)
    await anna.save(YardPart(job_id=job, name="valve"))
    report = await anna.sync()
    assert report.outcomes == {"applied": 1} and report.is_proven
    assert await world.sql("SELECT name FROM yard.part") == [("valve",)]
    decision = await only(anna)
    assert decision.flags == (Flag("late", LATE),)
    assert (decision.status, decision.asks, decision.office, decision.looked_at) == ("applied", True, None, None)
    assert decision.columns["name"].mine == "valve"
    assert await anna.replica.waiting_edits() == []


async def test_the_journal_has_what_was_taken_and_why(world: World) -> None:
    anna = await world.device("anna")
    job = await a_closed_job(world, anna)
    part = YardPart(job_id=job, name="valve")
    await anna.save(part)
    await anna.sync()
    columns = "kind, op, reason, detail, asks, author, mine ->> 'name', theirs"
    (line,) = await world.sql(f"SELECT {columns} FROM twinbase.journal")
    assert tuple(line) == ("flag", "insert", "late", LATE, True, "anna@example.org", "valve", None)


async def test_only_the_edit_that_is_late_is_flagged_and_what_was_saved_with_it_is_written(world: World) -> None:
    anna = await world.device("anna")
    job = await a_closed_job(world, anna)
    other = YardJob(title="Another")
    await anna.save(YardPart(job_id=job, name="valve"), other)
    assert (await anna.sync()).outcomes == {"applied": 2}
    assert (await only(anna)).twin == "part"


async def test_each_rule_says_its_sentence(world: World) -> None:
    anna = await world.device("anna")
    job = await a_closed_job(world, anna)
    await anna.save(YardPart(job_id=job, name="pump"))
    await anna.sync()
    assert [flag.reason for flag in (await only(anna)).flags] == ["late", "heavy"]
    assert await world.sql("SELECT reason FROM twinbase.journal ORDER BY id") == [("late",), ("heavy",)]


async def test_a_refusal_counts_more_and_then_nothing_is_flagged(world: World) -> None:
    anna = await world.device("anna")
    job = await a_closed_job(world, anna)
    await anna.save(YardPart(job_id=job, name="valve"), YardPart(job_id=job, name="boiler"))
    await anna.sync()
    assert {edit.state for edit in await anna.replica.waiting_edits()} == {"refused", "parked"}
    assert await anna.replica.decisions() == []
    assert await world.sql("SELECT * FROM twinbase.journal") == []


async def test_an_edit_may_meet_another_one_and_be_late_too(world: World) -> None:
    anna = await world.device("anna")
    job, part = uuid4(), uuid4()
    await world.sql(f"INSERT INTO yard.job VALUES ('{job}', 'Boiler', false)")
    await world.sql(f"INSERT INTO yard.part VALUES ('{part}', '{job}', 'valve')")
    await anna.sync()
    await world.sql("UPDATE yard.job SET closed = true")
    await anna.change(YardPart, part, name="tap")
    await anna.sync()
    decision = await only(anna)
    assert (decision.flags[0].reason, decision.columns["name"].base) == ("late", "valve")
    await anna.delete(YardPart, part)
    await anna.sync()
    assert [one.op for one in await anna.replica.decisions()] == ["delete", "update"]


async def test_the_same_batch_again_is_flagged_once(world: World) -> None:
    anna = await world.device("anna")
    job = await a_closed_job(world, anna)
    await anna.save(YardPart(job_id=job, name="valve"))
    await anna.sync()
    await anna.sql("UPDATE _twinbase_outbox SET state = 'pending', n = NULL, outcome = NULL")
    await anna.sql("DELETE FROM _twinbase_decision")
    await anna.sync()
    assert (await only(anna)).flags == (Flag("late", LATE),)
    assert await world.sql("SELECT count(*) FROM twinbase.journal") == [(1,)]


async def test_an_app_of_before_there_were_flags_is_answered_with_what_it_knows(world: World) -> None:
    job = await a_closed_job(world)
    await world.account("anna")
    phone = Phone(
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=world.application), base_url="http://world.example/api/v1/"
        )
    )
    await phone.sign_in("anna@example.org", password=PASSWORD)
    part = {"id": str(uuid4()), "job_id": str(job), "name": "valve"}
    mutation = {"id": str(uuid4()), "tx": 1, "twin": "part", "op": "insert", "key": [part["id"]], "new": part}
    mutation["at"] = world.clock().isoformat()
    body = {"n": 1, "previous": "", "mutations": [mutation]}
    told = {}
    for revision in ("", "2"):
        headers = {**phone.headers(), **({"Twinbase-Revision": revision} if revision else {})}
        answer = await phone.http.post("sync/mark-synced", json=body, headers=headers)
        told[revision] = answer.json()["outcomes"][0]
    assert told["2"]["flags"] == [{"reason": "late", "detail": LATE}]
    assert told[""] == {name: value for name, value in told["2"].items() if name != "flags"}
    assert told[""]["status"] == "applied"


async def test_a_rule_that_answers_something_else_is_told_what_to_answer() -> None:
    class Yes:
        @hookimpl
        async def twinbase_before_mutation(self, written: IncomingMutation) -> Any:
            return True

    written = IncomingMutation("part", "insert", ("1",), None, {})
    with pytest.raises(WrongHook, match="answers a bool: return Flag"):
        await Plugins(Yes()).check_mutation(written, Identity("a", {}), None, None)  # type: ignore[arg-type]


async def test_the_office_lists_what_is_flagged_and_says_that_it_has_looked(world: World) -> None:
    anna = await world.device("anna")
    clerk = await at_desk(world, "clerk", role="clerk")
    job = await a_closed_job(world, anna)
    await anna.save(YardPart(job_id=job, name="valve"), YardPart(job_id=job, name="tap"))
    await anna.sync()
    first = await clerk("?kind=flag&waiting=true&limit=1")
    (line,) = first["lines"]
    assert (line["detail"], line["author"], line["mine"]["name"]) == (LATE, "anna@example.org", "tap")
    second = await clerk(f"?kind=flag&waiting=true&limit=1&before={first['next']}")
    assert second["lines"][0]["mine"]["name"] == "valve"
    assert (await clerk(f"?before={second['next']}"))["lines"] == []

    done = await clerk(f"/{line['id']}/settle", {"note": "Invoiced."})
    assert (done["settled_by"], done["settled_as"]) == ("clerk@example.org", "looked-at")
    assert await clerk(f"/{line['id']}/settle", {}) == "not-found"
    assert await clerk(f"/{line['id']}/restore", {"side": "device"}) == "not-found"
    assert len((await clerk("?waiting=true"))["lines"]) == 1

    await anna.sync()
    looked = {one.columns["name"].mine: one.looked_at for one in await anna.replica.decisions()}
    assert looked["valve"] is None and looked["tap"] is not None
    assert (looked["tap"].by, looked["tap"].note) == ("clerk@example.org", "Invoiced.")
    assert {one.columns["name"].mine for one in await anna.replica.decisions() if one.asks} == {"valve"}


async def asked(world: World, device: Device) -> tuple[UUID, UUID]:
    """Anna and the office called a job differently, and a person has to decide: the job, and the edit."""
    job = uuid4()
    await world.sql(f"INSERT INTO yard.job VALUES ('{job}', 'Boiler', false)")
    await device.sync()
    await world.sql("UPDATE yard.job SET title = 'Heat pump'")
    await device.change(YardJob, job, title="Burner")
    await device.sync()
    return job, (await only(device)).id


async def test_what_is_asked_waits_on_the_device_until_the_office_has_decided(world: World) -> None:
    anna = await world.device("anna")
    clerk = await at_desk(world, "clerk", role="clerk")
    job, edit = await asked(world, anna)
    assert (await only(anna)).asks and len(await anna.replica.waiting_edits()) == 1
    (line,) = (await clerk("?waiting=true"))["lines"]
    assert (line["kind"], line["mutation"], line["strategy"]) == ("conflict", str(edit), "ask")
    outcome = await clerk(f"/{line['id']}/restore", {"side": "device", "note": "Yours."})
    assert outcome["status"] == "applied"

    await anna.sync()
    assert (await anna.read(YardJob, job)).title == "Burner"  # type: ignore[union-attr]
    decision = await only(anna)
    assert decision.office is not None and not decision.asks
    assert (decision.office.kept, decision.office.by, decision.office.note) == ("device", "clerk@example.org", "Yours.")
    assert await anna.replica.waiting_edits() == [] and anna.replica.status.now.conflicts == 0
    settled = await clerk(f"/{line['id']}")
    assert (settled["settled_as"], settled["restored_by"]) == ("device", "clerk@example.org")
    assert [one["kind"] for one in (await clerk(""))["lines"]] == ["restore", "conflict"]


async def test_the_office_may_leave_the_row_as_it_is_and_the_device_hears_of_it_too(world: World) -> None:
    anna = await world.device("anna")
    clerk = await at_desk(world, "clerk", role="clerk")
    job, _ = await asked(world, anna)
    (line,) = (await clerk("?waiting=true"))["lines"]
    await clerk(f"/{line['id']}/settle", {})
    await anna.sync()
    assert (await anna.read(YardJob, job)).title == "Heat pump"  # type: ignore[union-attr]
    decision = await only(anna)
    assert decision.office is not None and decision.office.kept == "" and not decision.asks
    assert await anna.replica.waiting_edits() == []


async def test_a_device_that_begins_anew_or_loses_an_answer_hears_of_it_all_the_same(world: World) -> None:
    anna = await world.device("anna")
    clerk = await at_desk(world, "clerk", role="clerk")
    await asked(world, anna)
    (line,) = (await clerk("?waiting=true"))["lines"]
    await clerk(f"/{line['id']}/settle", {"note": "Seen."})
    await anna.sql("UPDATE _twinbase_state SET cursor = ''")
    await anna.sync()
    assert (await only(anna)).office.note == "Seen."  # type: ignore[union-attr]
    await anna.sync()
    assert (await only(anna)).office.note == "Seen."  # type: ignore[union-attr]


async def test_two_devices_of_one_person_hear_each_of_their_own(world: World) -> None:
    anna, tablet = await world.device("anna"), await world.device("tablet", account="anna")
    clerk = await at_desk(world, "clerk", role="clerk")
    job = await a_closed_job(world, anna, tablet)
    await anna.save(YardPart(job_id=job, name="valve"))
    await anna.sync(), await tablet.sync()
    (line,) = (await clerk("?waiting=true"))["lines"]
    await clerk(f"/{line['id']}/settle", {})
    await tablet.sync(), await anna.sync()
    assert (await only(anna)).looked_at is not None
    assert await tablet.replica.decisions() == []


async def test_the_office_decides_with_a_role_and_about_what_it_may_read(world: World) -> None:
    anna = await world.device("anna")
    writer, blind = await at_desk(world, "writer", role="writer"), await at_desk(world, "blind", role="blind")
    job = await a_closed_job(world, anna)
    await anna.save(YardPart(job_id=job, name="valve"))
    await anna.sync()
    ((line,),) = await world.sql("SELECT id FROM twinbase.journal")
    assert await writer("") == "not-permitted"
    assert (await blind(""))["lines"] == []
    assert await blind(f"/{line}") == await blind(f"/{line}/settle", {}) == "not-found"
    assert await blind(f"/{uuid4()}") == "not-found"


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=501", "?before=now", "?kind=all", "?waiting=perhaps", "?row=%00", "?twin=" + "x" * 129],
)
async def test_a_question_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    clerk = await at_desk(world, "clerk", role="clerk")
    assert await clerk(query) == "bad-request"


async def test_nobody_writes_in_the_name_of_somebody_who_may_more(world: World) -> None:
    anna = await world.device("anna", claims={"role": "clerk"})
    await world.account("root", role="clerk")
    clerk = await at_desk(world, "blind", role="blind")
    await asked(world, anna)
    ((line,),) = await world.sql("SELECT id FROM twinbase.journal")
    assert await clerk(f"/{line}/restore", {"side": "device", "account": "root@example.org"}) == "not-permitted"
    assert await world.sql("SELECT title FROM yard.job") == [("Heat pump",)]


async def test_an_edit_may_be_written_back_in_the_name_of_whoever_typed_it(world: World) -> None:
    anna = await world.device("anna")
    clerk = await at_desk(world, "clerk", role="clerk")
    await asked(world, anna)
    ((line,),) = await world.sql("SELECT id FROM twinbase.journal")
    said = {"side": "device", "account": "anna@example.org"}
    assert (await clerk(f"/{line}/restore", said))["status"] == "applied"
    rows = await world.sql("SELECT kind, author, settled_by FROM twinbase.journal ORDER BY id")
    assert rows == [
        ("conflict", "anna@example.org", "clerk@example.org as anna@example.org"),
        ("restore", "anna@example.org", None),
    ]
