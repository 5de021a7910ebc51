"""Signing out: what is unsent is said and kept; then the session ends, and the key and the file are gone."""

import pytest
from tests.sync.shop import Job

from twinbase.enrolment import show_code
from twinbase.errors import NotSignedIn, ReplicaClosed, UnsentWork
from twinbase.testing import World
from twinbase_server.database.connection import connect
from twinbase_server.devices.enrolment import make_code

ANNA, LEAD = "anna@example.org", {"lead": "anna"}


async def live_sessions(world: World) -> int:
    return len(await world.sql("SELECT 1 FROM twinbase.session WHERE ended_at IS NULL"))


async def test_a_device_that_is_signed_out_has_nothing_any_more_and_its_session_is_over(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    await anna.save(Job(lead="anna", title="boiler"))
    await anna.sync()
    world.clock.advance(hours=1)
    await anna.replica.sign_out()
    assert await live_sessions(world) == 0
    assert [path.name for path in anna.path.parent.glob("anna*")] == []
    with pytest.raises(ReplicaClosed):
        await anna.sync()
    await anna.reopen()
    assert await anna.all(Job) == []
    with pytest.raises(NotSignedIn):
        await anna.sync()


@pytest.mark.parametrize("up", [True, False])
async def test_what_is_unsent_is_not_lost_unless_that_is_wanted(world: World, up: bool) -> None:
    anna = await world.device("anna", claims=LEAD)
    await anna.sync()
    await anna.save(Job(lead="anna", title="boiler"), Job(lead="anna", title="pump"))
    anna.wire.up = up
    with pytest.raises(UnsentWork, match="2 edits"):
        await anna.replica.sign_out()
    assert len(await anna.all(Job)) == 2 and await live_sessions(world) == 1
    await anna.replica.sign_out(lose_unsent=True)
    assert not anna.path.exists() and await live_sessions(world) == int(not up)


async def test_a_code_of_the_office_signs_in_without_a_password(world: World) -> None:
    await world.account("anna", **LEAD)
    tablet = await world.device("tablet", signed_in=False)
    connection = await connect(world.database_url)
    code = show_code(await make_code(connection, ANNA, "the office", world.clock()))
    await connection.close()
    with pytest.raises(NotSignedIn):
        await tablet.replica.enroll("0000-0000")
    await tablet.replica.enroll(code.lower(), device_name="Anna's tablet")
    assert (await tablet.sync()).is_proven
    world.clock.advance(days=3)
    assert (await tablet.sync()).is_proven
