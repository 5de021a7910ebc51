"""What became of a technician's work in the systems behind the server, beside the work itself."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.plugins.mobile.reading.company import ME, NOW, Company, ident, paris
from tests.plugins.mobile.reading.test_days import visit
from tests.plugins.mobile.reading.test_stock import VAN, filled, movement, stock

from twinbase import Plugins
from twinbase.replica import Replica
from twinbase_mobile.reading import my_deliveries, my_stock, read_job

SCREW = ident(20)


async def deliver(company: Company, twin: str, row: UUID, state: str, said: str = "", who: str = "anna") -> None:
    """The server notes that a row is handed over."""
    await company.world.sql(
        "INSERT INTO twinbase.deliveries (id, destination, state, said, author, twin, row_key, key, action, payload,"
        " mutation, created_at, next_at, sent_at) VALUES (:id, 'ebp', :state, :said, :author, :twin, :row, '[]', 'x',"
        " '{}', :id, :now, :now, :now)",
        id=uuid4(),
        state=state,
        said=said,
        author=f"{who}@example.org",
        twin=twin,
        row=str(row),
        now=NOW,
    )


async def test_a_visit_says_that_it_was_sent_or_refused_there(company: Company) -> None:
    await company.add(visit(1, paris(10, 8)))
    await deliver(company, "interventions", ident(1001), "refused", "EBP: the period is closed.")
    await deliver(company, "interventions", ident(1002), "sent")
    await deliver(company, "interventions", ident(1003), "sent", who="bob")
    await company.add_and_sync()
    async with company.phone.replica.read() as session:
        found = await read_job(session, ident(1001), now=NOW)
        every = await my_deliveries(session)
        assert await my_deliveries(session, twin="expenses") == ()
    assert found is not None
    (one,) = found.deliveries
    assert (one.destination, one.state, one.said) == ("ebp", "refused", "EBP: the period is closed.")
    assert one.sent_at is not None and (one.sent_at, one.sent_at.hour) == (NOW, 10)
    assert {line.row_key for line in every} == {str(ident(1001)), str(ident(1002))}


@pytest.mark.parametrize(("state", "left"), [("sent", 98), ("refused", 98), ("acknowledged", 100)])
async def test_a_movement_counts_until_the_erp_has_it(company: Company, state: str, left: int) -> None:
    """Between the phone's sync and the ERP's answer the level is still the old one: the van does not fill up again."""
    await filled(company)
    await company.phone.save(movement(1, SCREW, "2", from_storehouse_id=VAN))
    await company.phone.sync()
    await deliver(company, "stock_movements", ident(101), state)
    await company.phone.sync()
    assert (await stock(company)).lines[-1].here == left


async def test_where_nothing_is_handed_over_there_is_nothing_to_say(tmp_path: Path) -> None:
    replica = await Replica.open(tmp_path / "plain.db", plain=True, plugins=Plugins("mobile"))
    async with replica, replica.read() as session:
        assert await my_deliveries(session) == ()
        assert await my_stock(session, ME) == ()
