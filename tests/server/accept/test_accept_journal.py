"""What a conflict set aside can be had back by the office: as an edit like anybody's, in a colleague's name."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.server.accept.workshop import NOW, Device, Note, Server, Workshop, a_job, job, journal, office, only

from twinbase import Mirror, Plugins, hookimpl
from twinbase.protocol import Outcome
from twinbase_server.devices.journal import LineFilter, NotWaiting, list_lines, read_line, settle_line
from twinbase_server.devices.restore import JournalSide, restore_line


async def quarrel(server: Server) -> tuple[Device, UUID, UUID]:
    """Ana and the office both wrote the report; the office won. Ana, the job and the line of the journal."""
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    await office(server, id, report="Office.", price=80)
    ana.update("job", id, {"report": None, "status": "planned"}, base, report="Ana.", status="started")
    assert (await only(ana)).status == "conflict"
    ((line),) = await journal(server)
    assert isinstance(line["id"], UUID)
    return ana, id, line["id"]


async def restore(server: Server, line: UUID, side: JournalSide, who: Device, **options: object) -> Outcome:
    """In the name of this person, by somebody at the office."""
    arguments = (server.pool, server.plugins, line, side, who.identity, "boss", NOW + timedelta(hours=1))
    return await restore_line(*arguments, **options)  # type: ignore[arg-type]


async def test_the_devices_value_is_written_back_and_nothing_else(server: Server) -> None:
    ana, id, line = await quarrel(server)
    before = await server.version("job", id=id)
    assert (await restore(server, line, "device", ana)).status == "applied"
    row = await server.row("job", id=id)
    assert row is not None
    assert (row["report"], row["price"], row["status"]) == ("Ana.", 80, "started")
    assert await server.version("job", id=id) != before


async def test_a_restore_is_a_line_of_its_own_that_names_what_it_takes_back(server: Server) -> None:
    ana, _, line = await quarrel(server)
    await restore(server, line, "device", ana, note="You were right.")
    conflict, restored = await journal(server)
    assert (restored["kind"], restored["restores"], restored["author"]) == (
        "restore", conflict["mutation"], ana.identity.subject,
    )  # fmt: skip
    assert (restored["theirs"], restored["mine"]) == ('{"report": "Office."}', '{"report": "Ana."}')
    settled = (conflict["settled_as"], conflict["settled_by"], conflict["note"], conflict["restored_by"])
    assert settled == ("device", "boss", "You were right.", "boss")


async def test_a_line_is_restored_once(server: Server) -> None:
    ana, id, line = await quarrel(server)
    assert (await restore(server, line, "device", ana)).status == "applied"
    await office(server, id, report="Settled.")
    with pytest.raises(NotWaiting):
        await restore(server, line, "device", ana)
    with pytest.raises(NotWaiting, match="settled by boss"):
        await settle_line(server.connection, line, "another", "", NOW)
    row = await server.row("job", id=id)
    assert row is not None and row["report"] == "Settled."


async def test_a_row_that_is_gone_stays_gone_and_the_line_still_waits(server: Server) -> None:
    ana, _, line = await quarrel(server)
    await server.connection.execute("DELETE FROM workshop.job")
    outcome = await restore(server, line, "device", ana)
    assert (outcome.status, outcome.reason) == ("refused", "gone")
    found = await read_line(server.connection, line)
    assert found is not None and found.restored_at is None and found.settled_at is None
    assert len(await journal(server)) == 1


async def test_whoever_restores_may_not_write_where_he_may_not_see(server: Server) -> None:
    """The checks are those of anybody's edit: the job is Ana's, and not Bob's."""
    _, id, line = await quarrel(server)
    bob = await server.person("Bob")
    outcome = await restore(server, line, "device", bob)
    assert (outcome.status, outcome.reason) == ("refused", "gone")
    row = await server.row("job", id=id)
    assert row is not None and row["report"] == "Office."


async def test_a_rule_of_the_database_holds_for_whoever_restores(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    await office(server, id, status="started")
    base = await server.version("job", id=id)
    await office(server, id, title="Pump")
    ana.update("job", id, {"title": "Boiler", "status": "started"}, base, title="Mine", status="done")
    assert (await only(ana)).ask
    line = (await journal(server))[0]["id"]
    assert isinstance(line, UUID)
    await server.connection.execute("ALTER TABLE workshop.job ADD CONSTRAINT no_mine CHECK (title <> 'Mine')")
    outcome = await restore(server, line, "device", ana)
    assert (outcome.status, outcome.reason) == ("refused", "check")
    found = await read_line(server.connection, line)
    assert found is not None and found.waits


async def test_what_others_have_written_since_is_overwritten_with_open_eyes(server: Server) -> None:
    """The office looks at the row as it is, and decides: that is no conflict."""
    ana, id, line = await quarrel(server)
    await office(server, id, report="Third.")
    assert (await restore(server, line, "device", ana)).status == "applied"
    row = await server.row("job", id=id)
    assert row is not None and row["report"] == "Ana."


async def test_the_servers_value_can_be_had_back_where_the_device_won(server: Server) -> None:
    ana = await server.person()
    await server.connection.execute("INSERT INTO workshop.stock VALUES ('van', 1, 5)")
    base = await server.version("stock", place="van", article=1)
    await server.connection.execute("UPDATE workshop.stock SET amount = 10")
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    await only(ana)
    line = (await journal(server))[0]["id"]
    assert isinstance(line, UUID)
    assert (await restore(server, line, "server", ana)).status == "applied"
    assert await server.value("SELECT amount FROM workshop.stock") == 10


async def test_two_restores_at_one_moment_in_one_name_are_both_written(server: Server) -> None:
    ana = await server.person()
    for _ in range(4):
        id = await a_job(ana)
        base = await server.version("job", id=id)
        await office(server, id, report="Office.")
        ana.update("job", id, {"report": None}, base, report="Ana.")
    await ana.push()
    lines = await list_lines(server.connection, LineFilter())
    outcomes = await asyncio.gather(*(restore(server, line.id, "device", ana) for line in lines))
    assert [outcome.status for outcome in outcomes] == ["applied"] * 4


async def test_lines_are_found_by_what_they_are_about_and_page_by_page(server: Server) -> None:
    ana, id, line = await quarrel(server)
    stock = "INSERT INTO workshop.stock VALUES ('van', 1, 5)"
    await server.connection.execute(stock)
    base = await server.version("stock", place="van", article=1)
    await server.connection.execute("UPDATE workshop.stock SET amount = 10")
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    await only(ana)

    async def found(**wanted: object) -> list[str]:
        return [one.twin for one in await list_lines(server.connection, LineFilter(**wanted))]  # type: ignore[arg-type]

    assert await found() == ["stock", "job"]
    assert await found(twin="job", row=str(id)) == ["job"]
    assert await found(row='["van", 1]') == ["stock"]
    assert await found(account=ana.identity.subject, kind="conflict") == ["stock", "job"]
    assert await found(account="nobody") == await found(kind="flag") == await found(waiting=True) == []
    assert await found(twins=["job"]) == ["job"]
    first = (await list_lines(server.connection, LineFilter(limit=1)))[0]
    assert await found(before=first.id) == ["job"]
    assert first.id != line


async def test_a_device_that_takes_a_value_back_is_in_the_journal_and_the_line_says_so(server: Server) -> None:
    ana, id, line = await quarrel(server)
    found = await read_line(server.connection, line)
    assert found is not None
    ana.update("job", id, {"report": "Office."}, await server.version("job", id=id), report="Ana.")
    ana.pending[-1]["restores"] = str(found.mutation)
    assert (await only(ana)).status == "applied"
    again = await read_line(server.connection, line)
    assert again is not None and again.restored_by == ana.identity.subject and again.settled_at is None
    assert [one.kind for one in await list_lines(server.connection, LineFilter())] == ["restore", "conflict"]


async def test_nobody_marks_anothers_line_by_naming_it(server: Server) -> None:
    """What a device names is a name: Bob leads the job now, and writes what he likes, in his own name."""
    _, id, line = await quarrel(server)
    found = await read_line(server.connection, line)
    assert found is not None
    bob = await server.person("Bob")
    await office(server, id, lead_id=bob.person)
    bob.update("job", id, {"report": "Office."}, await server.version("job", id=id), report="Bob.")
    bob.pending[-1]["restores"] = str(found.mutation)
    assert (await only(bob)).status == "applied"
    again = await read_line(server.connection, line)
    assert again is not None and again == replace(found)


@pytest.mark.parametrize("named", [7, "", "a value", [], {"id": 1}])
async def test_a_restore_of_nothing_is_told_and_harms_no_other_edit(server: Server, named: object) -> None:
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    ana.update("job", id, {"report": None}, base, report="Ana.")
    ana.pending[-1]["restores"] = named
    ana.insert("note", uuid4(), text="Beside it.")
    first, second = (await ana.push()).values()
    assert (first.status, first.reason, second.status) == ("refused", "malformed", "applied")


async def test_what_was_refused_for_a_row_that_is_gone_is_kept_however_often_the_rest_is_tried(server: Server) -> None:
    """Among so many bad changes that the good ones are written again as one."""
    ana, gone = await server.person(), uuid4()
    ana.update("job", gone, {"title": "Boiler"}, None, title="Pump")
    for number in range(60):
        ana.insert("rule", uuid4(), text=str(number), other="")
        ana.transaction(job(uuid4(), ana.person, visits=-1))
    outcomes = list((await ana.push()).values())
    assert (outcomes[0].status, outcomes[0].reason) == ("refused", "gone")
    (line,) = await journal(server)
    assert "Pump" in str(line["mine"])


class WrittenOnly(Workshop):
    """To notes devices only write."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        yield Mirror(Note, direction="push", conflict="last_write_wins")


async def test_a_device_is_not_told_what_it_never_reads(server: Server) -> None:
    """What its edit met there is nobody's business but the office's."""
    ana = await server.person()
    note = uuid4()
    await server.connection.execute("INSERT INTO workshop.note VALUES ($1, 'Secret.')", note)
    for hidden, plugins in ((True, Plugins(WrittenOnly())), (False, server.plugins)):
        ana.update("note", note, {"text": "Old."}, 1, at=NOW - timedelta(days=1), text="Mine.")
        (outcome,) = (await ana.push(plugins=plugins)).values()
        assert outcome.decision is not None and outcome.status == "conflict"
        assert outcome.decision.theirs == (None if hidden else {"text": "Secret."})
    assert all("Secret." in str(line["theirs"]) for line in await journal(server))
