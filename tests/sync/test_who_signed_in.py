"""The device knows whose rows it holds, without a network."""

from uuid import UUID

from tests.sync.shop import Job

from twinbase.identity import Identity
from twinbase.replica.replica import Replica
from twinbase.testing import World
from twinbase.testing.world import KEY

ANNA = "anna@example.org"


async def test_a_sign_in_is_remembered_with_its_claims(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna", "depots": [1, 2]})
    await anna.reopen()
    anna.wire.up = False
    assert await anna.replica.read_identity() == Identity(ANNA, {"lead": "anna", "depots": [1, 2]})


async def test_before_anybody_signed_in_nobody_is_known(world: World) -> None:
    tablet = await world.device("tablet", signed_in=False)
    assert await tablet.replica.read_identity() is None


async def test_the_claims_are_not_asked_for_at_every_sync(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    for _ in range(2):
        await anna.sync()
    assert anna.wire.list_requests("auth/me") == []


async def test_a_renewed_token_with_other_claims_is_noticed(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.close()
    world.clock.advance(days=1)

    async def renew() -> str:
        replica = UUID((await anna.sql("SELECT replica FROM _twinbase_state"))[0][0])
        identity = Identity(ANNA, {"lead": "bob"})
        return str(world.application.state.serving.tokens.make(identity, replica, world.clock()))

    anna.replica = await Replica.open(
        anna.path, KEY, plugins=world.plugins, server=anna.url, clock=world.clock, transport=anna.wire, renew=renew
    )
    await anna.sync()
    assert await anna.replica.read_identity() == Identity(ANNA, {"lead": "bob"})
    await anna.sync()
    assert len(anna.wire.list_requests("auth/me")) == 1


async def test_a_file_that_did_not_keep_the_claims_learns_them_at_its_next_sync(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.sql("DELETE FROM _twinbase_sync WHERE name = 'claims'")
    assert await anna.replica.read_identity() is None
    await anna.save(Job(lead="anna", title="boiler"))
    await anna.sync()
    assert await anna.replica.read_identity() == Identity(ANNA, {"lead": "anna"})
