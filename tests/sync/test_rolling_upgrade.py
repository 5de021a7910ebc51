"""Servers of two versions behind one address, during an upgrade or after one that was taken back: work waits."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.sync.test_two_versions import NEW, OLD, NewVisit, OldVisit

from twinbase.errors import TransportError
from twinbase.testing import Device, World, drop_answer

PLUGINS = OLD
AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


@pytest.fixture
async def worlds(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[World, World]]:
    """The old server and the new one, over one database that has been upgraded."""
    async with World.open(database_url, OLD, tmp_path) as old:
        await old.sql("ALTER TABLE versions.visit ADD COLUMN floor integer")
        async with World.open(database_url, NEW, tmp_path) as new:
            yield old, new
            new.raise_crashes()
        old.raise_crashes()


def balance(dice: Random, *applications: AsgiApp) -> AsgiApp:
    """One address, and any of these behind it at each request."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await dice.choice(applications)(scope, receive, send)

    return application


async def floors(world: World) -> list[tuple[str, int | None]]:
    return [(title, floor) for title, floor in await world.sql("SELECT title, floor FROM versions.visit ORDER BY 1")]


async def test_work_of_the_new_app_that_meets_the_old_server_waits_for_the_new_one(worlds: tuple[World, World]) -> None:
    old, new = worlds
    phone = await new.device("phone", plugins=NEW)
    await phone.sync()
    await phone.save(NewVisit(title="cellar", floor=-1))
    phone.wire.application = old.application

    met = await phone.sync()

    assert set(met.outcomes) <= {"applied"} and await floors(new) in ([], [("cellar", None)])
    assert [visit.floor for visit in await phone.all(NewVisit)] == [-1], "who typed it goes on seeing it"
    phone.wire.application = new.application
    late = await phone.sync()
    assert late.is_proven and await floors(new) == [("cellar", -1)]
    assert await phone.replica.waiting_edits() == []


async def test_a_batch_that_the_new_server_took_is_answered_by_the_old_one_too(worlds: tuple[World, World]) -> None:
    old, new = worlds
    phone = await new.device("phone", plugins=NEW)
    await phone.sync()
    await phone.save(NewVisit(title="cellar", floor=-1))
    phone.wire.spoil("sync/mark-synced", drop_answer())
    with pytest.raises(TransportError):
        await phone.sync()
    phone.wire.application = old.application

    met = await phone.sync()

    assert met.outcomes == {"applied": 1}
    phone.wire.application = new.application
    assert (await phone.sync()).is_proven and await floors(new) == [("cellar", -1)]
    assert await new.sql("SELECT count(*) FROM twinbase.ledger") == [(1,)]


async def test_columns_that_the_new_server_filled_explain_what_differs_at_the_old_one(
    worlds: tuple[World, World],
) -> None:
    """The rows' hashes are of all the columns then, and the old one's are not."""
    old, new = worlds
    phone = await old.device("phone", plugins=OLD)
    await phone.save(OldVisit(title="cellar"), OldVisit(title="attic"))
    assert (await phone.sync()).is_proven
    await new.sql("UPDATE versions.visit SET floor = 3")
    await phone.sync()
    await new.sql("UPDATE versions.visit SET notes = 'newer' WHERE title = 'attic'")
    await phone.reopen(plugins=NEW)
    phone.wire.application = change_over(new.application, old.application, after="sync/initial")

    report = await phone.sync()

    assert report.requests > 4 and "backfill" in report.seconds and not report.unexplained
    assert {visit.floor for visit in await phone.all(NewVisit)} == {3}


def change_over(first: AsgiApp, then: AsgiApp, *, after: str) -> AsgiApp:
    """One address: the first answers until such a request was answered, and then the other."""
    seen: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await (then if seen else first)(scope, receive, send)
        if scope["path"].endswith(after):
            seen.append(scope["path"])

    return application


@pytest.mark.parametrize("seed", range(6))
async def test_whichever_of_them_answers_nothing_is_refused_and_nothing_is_lost(
    worlds: tuple[World, World], seed: int
) -> None:
    old, new = worlds
    dice = Random(seed)
    phone = await new.device("phone", plugins=NEW)
    phone.wire.application = balance(dice, old.application, new.application)
    for number in range(12):
        await _work(dice, phone, number)
        with suppress(TransportError):
            await phone.sync()
    phone.wire.application = new.application

    await phone.sync()
    report = await phone.sync()

    assert report.is_proven and not report.unexplained
    # A first sync from the old server has no floors: what is typed over one that was not shown is a conflict, and kept.
    waiting = {edit.state for edit in await phone.replica.waiting_edits()}
    assert waiting <= {"conflict"} and phone.replica.status.now.pending == 0
    here = sorted((visit.title, visit.floor) for visit in await phone.all(NewVisit))
    assert await floors(new) == here and any(floor is not None for _, floor in here)


async def _work(dice: Random, phone: Device, number: int) -> None:
    visits = await phone.all(NewVisit)
    if visits and dice.random() < 0.6:
        await phone.change(NewVisit, dice.choice(visits).id, floor=number)
    else:
        await phone.save(NewVisit(title=f"visit {number}", floor=number))
    if visits and dice.random() < 0.3:
        await phone.change(NewVisit, dice.choice(visits).id, notes=f"note {number}")
