"""What a conflict set aside can be had back."""

from datetime import timedelta
from uuid import UUID, uuid4

from tests.server.accept.workshop import NOW, Server, a_job, job, journal, office, only

from twinbase_server.accept import restore_from_journal


async def quarrel(server: Server) -> tuple[UUID, UUID]:
    """Ana and the office both wrote the report; the office won. The job and the line of the journal."""
    ana = await server.person()
    id = await a_job(ana)
    base = await server.version("job", id=id)
    await office(server, id, report="Office.", price=80)
    ana.update("job", id, {"report": None, "status": "planned"}, base, report="Ana.", status="started")
    assert (await only(ana)).status == "conflict"
    ((line),) = await journal(server)
    assert isinstance(line["id"], UUID)
    return id, line["id"]


async def test_the_devices_value_is_written_back_and_nothing_else(server: Server) -> None:
    id, line = await quarrel(server)
    before = await server.version("job", id=id)
    assert await restore_from_journal(server.connection, server.plugins.registry, line, "device", NOW)
    row = await server.row("job", id=id)
    assert row is not None
    assert (row["report"], row["price"], row["status"]) == ("Ana.", 80, "started")
    assert await server.version("job", id=id) != before


async def test_a_line_is_restored_once(server: Server) -> None:
    id, line = await quarrel(server)
    registry = server.plugins.registry
    assert await restore_from_journal(server.connection, registry, line, "device", NOW)
    await office(server, id, report="Settled.")
    assert not await restore_from_journal(server.connection, registry, line, "device", NOW + timedelta(days=1))
    assert (await journal(server))[0]["restored_at"] == NOW
    row = await server.row("job", id=id)
    assert row is not None and row["report"] == "Settled."


async def test_a_row_that_is_gone_stays_gone(server: Server) -> None:
    _, line = await quarrel(server)
    await server.connection.execute("DELETE FROM workshop.job")
    assert not await restore_from_journal(server.connection, server.plugins.registry, line, "device", NOW)
    assert (await journal(server))[0]["restored_at"] is None


async def test_the_servers_value_can_be_had_back_where_the_device_won(server: Server) -> None:
    ana = await server.person()
    await server.connection.execute("INSERT INTO workshop.stock VALUES ('van', 1, 5)")
    base = await server.version("stock", place="van", article=1)
    await server.connection.execute("UPDATE workshop.stock SET amount = 10")
    ana.update("stock", ("van", 1), {"amount": 5}, base, amount=6)
    await only(ana)
    line = (await journal(server))[0]["id"]
    assert isinstance(line, UUID)
    assert await restore_from_journal(server.connection, server.plugins.registry, line, "server", NOW)
    assert await server.value("SELECT amount FROM workshop.stock") == 10


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
