"""Two people and one tablet: nobody's work goes out under another name (H30)."""

from uuid import UUID

import pytest
from tests.sync.shop import Job

from twinbase.errors import ForeignReplica
from twinbase.identity import Identity
from twinbase.replica.replica import Replica
from twinbase.testing import World
from twinbase.testing.device import Device
from twinbase.testing.world import KEY


async def _annas_tablet(world: World) -> Device:
    """Anna has typed in the cellar and has not synced; Bob takes her tablet."""
    tablet = await world.device("tablet", account="anna", claims={"lead": "anna"})
    await tablet.sync()
    await tablet.save(Job(lead="anna", title="typed by Anna"))
    await world.account("bob", lead="bob")
    return tablet


async def _token_of(world: World, tablet: Device, subject: str) -> str:
    """A token that a sign-in of another kind would hand out for this very device."""
    replica = UUID((await tablet.sql("SELECT replica FROM _twinbase_state"))[0][0])
    identity = Identity(subject, {"lead": subject.split("@")[0]})
    token: str = world.application.state.serving.tokens.make(identity, replica, world.clock())
    return token


async def test_another_person_cannot_sign_in_on_a_file_that_has_an_owner(world: World) -> None:
    tablet = await _annas_tablet(world)

    with pytest.raises(ForeignReplica, match="one file per account"):
        await world.sign_in(tablet, "bob")

    assert (await tablet.sync()).outcomes == {"applied": 1}
    assert await world.sql("SELECT lead, title FROM workshop.job") == [("anna", "typed by Anna")]


async def test_a_renewed_token_of_another_person_sends_nothing(world: World) -> None:
    tablet = await _annas_tablet(world)
    await tablet.close()
    world.clock.advance(days=1)

    async def renew() -> str:
        return await _token_of(world, tablet, "bob@example.org")

    tablet.replica = await Replica.open(
        tablet.path,
        KEY,
        plugins=world.plugins,
        server=tablet.url,
        clock=world.clock,
        transport=tablet.wire,
        renew=renew,
    )
    with pytest.raises(ForeignReplica, match="belongs to another"):
        await tablet.sync()
    assert await world.sql("SELECT title FROM workshop.job") == []

    await world.sign_in(tablet, "anna")
    assert (await tablet.sync()).outcomes == {"applied": 1}


async def test_work_of_another_author_is_parked_with_a_sentence_and_never_sent(world: World) -> None:
    tablet = await _annas_tablet(world)
    await tablet.sql("UPDATE _twinbase_outbox SET author = 'bob@example.org'")
    await tablet.save(Job(lead="anna", title="typed later by Anna"))

    report = await tablet.sync()

    (waiting,) = await tablet.replica.waiting_edits()
    assert (waiting.state, waiting.reason, waiting.author) == ("parked", "other-account", "bob@example.org")
    assert "another account" in waiting.detail and waiting.new["title"] == "typed by Anna"
    assert await world.sql("SELECT title FROM workshop.job") == [("typed later by Anna",)]
    assert report.is_proven and tablet.replica.status.now.parked == 1


async def test_what_was_typed_before_the_first_sign_in_is_of_the_first_who_does(world: World) -> None:
    tablet = await world.device("tablet", signed_in=False)
    await tablet.save(Job(lead="anna", title="typed before"))
    await world.account("anna", lead="anna")
    await world.sign_in(tablet, "anna")

    report = await tablet.sync()

    assert report.outcomes == {"applied": 1}
