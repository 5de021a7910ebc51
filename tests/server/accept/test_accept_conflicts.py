"""Both sides changed a row: who wins, and where the rest goes."""

from uuid import uuid4

import pytest
from tests.server.accept.workshop import NOW, Server, a_job, journal, minutes, office, only


async def test_columns_that_only_one_side_changed_are_merged(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    await office(server, id, price=80, office="call first")
    ana.update("job", id, {"report": None}, base, report="Descaled.")
    assert (await only(ana)).status == "merged"
    row = await server.row("job", id=id)
    assert row is not None and (row["report"], row["price"], row["office"]) == ("Descaled.", 80, "call first")
    assert await journal(server) == []


async def test_a_contested_column_stays_the_servers_and_the_other_value_is_in_the_journal(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    await office(server, id, report="Office.")
    ana.update("job", id, {"report": None, "visits": 5}, base, report="Ana.", visits=6)
    outcome = await only(ana)
    assert (outcome.status, outcome.columns) == ("conflict", {"report": "server", "visits": "both"})
    row = await server.row("job", id=id)
    assert row is not None and (row["report"], row["visits"]) == ("Office.", 6)
    (line,) = await journal(server)
    assert line["author"] == ana.identity.subject and line["mutation"] == outcome.id
    assert '"Ana."' in str(line["mine"]) and '"Office."' in str(line["theirs"])


async def test_a_strategy_that_asks_says_so_in_the_outcome(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    await office(server, id, title="Office")
    ana.update("job", id, {"title": "Boiler"}, base, title="Ana")
    outcome = await only(ana)
    assert outcome.ask and outcome.status == "conflict"


async def test_an_edit_on_top_of_an_own_edit_that_lost_is_a_conflict_too(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    await office(server, id, report="Office.")
    ana.update("job", id, {"report": None, "price": None}, base, report="Ana 1.", price="1.00")
    assert (await only(ana)).status == "conflict"
    ana.update("job", id, {"report": "Ana 1."}, base, report="Ana 2.")  # the version is Ana's own by now
    assert (await only(ana)).status == "conflict"
    row = await server.row("job", id=id)
    assert row is not None and row["report"] == "Office."


async def test_sums_count_every_step_of_every_device_once(server: Server) -> None:
    ana = await server.person()
    ben = ana.other()
    await server.connection.execute("INSERT INTO workshop.stock VALUES ('van', 1, 5)")
    base = await server.version("stock", place="van", article=1)
    for device in (ana, ben):
        device.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
        device.update("stock", ("van", 1), {"amount": 6}, base, amount=7)
    await ana.push()
    await ben.push()
    ben.update("stock", ("van", 1), {"amount": 7}, base, amount=8)
    await ben.push()
    row = await server.row("stock", place="van", article=1)
    assert row is not None and row["amount"] == 10


async def test_an_update_of_a_row_that_was_deleted_is_refused_and_kept_in_the_journal(server: Server) -> None:
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    await server.connection.execute("DELETE FROM workshop.job")
    ana.update("job", id, {"report": None}, base, report="Descaled.")
    outcome = await only(ana)
    assert (outcome.status, outcome.reason) == ("refused", "gone")
    assert '"Descaled."' in str((await journal(server))[0]["mine"])


async def test_a_delete_of_a_row_that_somebody_changed_is_for_the_strategy(server: Server) -> None:
    ana, id = await server.person(), uuid4()
    await server.connection.execute("INSERT INTO workshop.rule VALUES ($1, 'a', '')", id)
    base = await server.version("rule", id=id)
    await server.connection.execute("UPDATE workshop.rule SET other = 'b'")
    ana.delete("rule", id, {"id": str(id), "text": "a", "other": ""}, base)
    assert (await only(ana)).status == "conflict"
    assert await server.row("rule", id=id) is not None


async def test_a_second_row_with_the_same_key_and_other_content_is_for_the_strategy(server: Server) -> None:
    ana, id = await server.person(), uuid4()
    await server.connection.execute("INSERT INTO workshop.event VALUES ($1, 'first')", id)
    ana.insert("event", id, text="second")
    assert (await only(ana)).status == "conflict"
    assert await server.row("event", id=id) == {"id": id, "text": "first"}


@pytest.mark.parametrize("first", ["ana", "ben"])
async def test_the_later_write_wins_whoever_pushes_first(server: Server, first: str) -> None:
    ana, id = await server.person(), uuid4()
    ben = ana.other()
    await server.connection.execute("INSERT INTO workshop.note VALUES ($1, 'old')", id)
    base = await server.version("note", id=id)
    ana.update("note", id, {"text": "old"}, base, at=NOW - minutes(20), text="ana")
    ben.update("note", id, {"text": "old"}, base, at=NOW - minutes(10), text="ben")
    for device in (ana, ben) if first == "ana" else (ben, ana):
        await device.push()
    assert await server.row("note", id=id) == {"id": id, "text": "ben"}


async def test_a_clock_that_is_ahead_is_corrected_by_the_offset_measured_at_sync(server: Server) -> None:
    ana, id = await server.person(), uuid4()
    ben = ana.other()
    ben.offset_ms = -30 * 60_000
    await server.connection.execute("INSERT INTO workshop.note VALUES ($1, 'old')", id)
    base = await server.version("note", id=id)
    ana.update("note", id, {"text": "old"}, base, at=NOW - minutes(20), text="ana")
    ben.update("note", id, {"text": "old"}, base, at=NOW - minutes(10), text="ben")  # in truth 40 minutes ago
    await ana.push()
    await ben.push()
    assert await server.row("note", id=id) == {"id": id, "text": "ana"}
