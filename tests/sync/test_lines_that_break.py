"""What the network does to a sync, and what a server says no to: nothing is lost, the next sync goes on."""

import pytest
from tests.sync.shop import Job, Product

from twinbase.errors import HalfAnswer, NotSignedIn, NotTwinbase, Offline
from twinbase.testing import Device, World, cut, drop_answer, drop_request, show_portal

ROWS = 3_000


async def _products(world: World, rows: int = ROWS) -> None:
    await world.sql(
        "INSERT INTO workshop.product (id, name, price)"
        " SELECT i, md5(i::text), i / 100.0 FROM generate_series(1, :rows) i",
        rows=rows,
    )


@pytest.mark.parametrize("after", [0, 700, 80_000])
async def test_a_first_sync_goes_on_after_the_last_page_that_was_kept(world: World, after: int) -> None:
    await _products(world)
    anna = await world.device("anna", claims={"lead": "anna"})
    anna.wire.spoil("sync/initial", cut(after))

    with pytest.raises(HalfAnswer):
        await anna.sync()
    await anna.close()
    await anna.reopen()
    report = await anna.sync()

    assert len(await anna.all(Product)) == ROWS and report.is_proven
    assert after < 80_000 or report.pulled < ROWS


async def test_nothing_of_a_first_sync_is_seen_before_all_of_it_is_here(world: World) -> None:
    await _products(world)
    anna = await world.device("anna", claims={"lead": "anna"})
    anna.wire.spoil("sync/initial", cut(80_000))

    with pytest.raises(HalfAnswer):
        await anna.sync()

    assert await anna.all(Product) == []


@pytest.mark.parametrize("after", [0, 1, 200, 800])
async def test_half_a_pull_changes_nothing_and_the_next_one_brings_all(world: World, after: int) -> None:
    await _products(world)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await world.sql("UPDATE workshop.product SET name = 'renamed'")
    anna.wire.spoil("sync/pending", *[cut(after)] * 4)

    with pytest.raises(HalfAnswer):
        await anna.sync()
    before = {product.name for product in await anna.all(Product)}
    anna.wire.mend()
    report = await anna.sync()

    assert "renamed" not in before
    assert {product.name for product in await anna.all(Product)} == {"renamed"} and report.is_proven


async def test_a_portal_that_answers_instead_of_the_server_is_not_believed(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    await anna.save(Job(lead="anna", title="boiler"))
    for path in ("sync/mark-synced", "sync/pending"):
        anna.wire.spoil(path, show_portal())
        with pytest.raises(NotTwinbase):
            await anna.sync()

    report = await anna.sync()

    assert report.is_proven and await world.sql("SELECT title FROM workshop.job") == [("boiler",)]


async def test_without_a_network_work_goes_on_and_the_status_says_since_when(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    anna.wire.up = False
    since = world.clock()
    with pytest.raises(Offline):
        await anna.sync()
    world.clock.advance(minutes=5)
    await anna.save(Job(lead="anna", title="boiler"))
    with pytest.raises(Offline):
        await anna.sync()

    assert anna.replica.status.now.offline_since == since
    anna.wire.up = True
    assert (await anna.sync()).outcomes == {"applied": 1}
    assert anna.replica.status.now.offline_since is None


async def test_with_an_expired_session_nothing_is_lost_and_signing_in_again_is_enough(world: World) -> None:
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    world.clock.advance(days=100)
    await anna.save(Job(lead="anna", title="boiler"))

    with pytest.raises(NotSignedIn):
        await anna.sync()
    assert not anna.replica.status.now.signed_in
    await world.sign_in(anna, "anna")

    assert (await anna.sync()).outcomes == {"applied": 1}


@pytest.mark.parametrize("path", ["sync/schema", "sync/initial", "sync/pending", "sync/mark-synced", "sync/repair"])
@pytest.mark.parametrize("fault", [drop_request(), drop_answer()], ids=["request", "answer"])
async def test_whatever_is_lost_on_the_way_the_next_sync_settles(world: World, path: str, fault: object) -> None:
    await _products(world, 5)
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.save(Job(lead="anna", title="boiler", visits=1))
    anna.wire.spoil(path, fault)  # type: ignore[arg-type]

    for _ in range(2):
        try:
            await anna.sync()
        except (Offline, HalfAnswer):
            continue
    report = await anna.sync()

    assert report.is_proven and len(await anna.all(Product)) == 5
    assert await world.sql("SELECT title, visits FROM workshop.job") == [("boiler", 1)]
    assert await anna.sql("SELECT state FROM _twinbase_outbox") == [("applied",)]


async def test_an_edit_is_called_sent_only_when_the_server_has_answered_it(world: World) -> None:
    """A device that tries all day in a cellar freezes what it tries; nobody there is to believe that it has gone."""
    anna = await world.device("anna", claims={"lead": "anna"})
    await anna.sync()
    for place, fault in (("sync/mark-synced", drop_request()), ("sync/mark-synced", drop_answer())):
        await anna.save(Job(lead="anna", title=f"boiler {fault.kind}"))
        anna.wire.spoil(place, *[fault] * 8)
        with pytest.raises(Offline):
            await anna.sync()
        anna.wire.mend()
        assert await _tell_states(anna) == {"pending"}
    anna.wire.spoil("sync/pending", *[drop_request()] * 8)
    with pytest.raises(Offline):
        await anna.sync()
    assert await _tell_states(anna) == {"sent"}, "taken, and not brought back yet"
    anna.wire.mend()
    await anna.sync()
    assert await _tell_states(anna) == set()


async def _tell_states(anna: Device) -> set[str]:
    async with anna.replica.read() as session:
        return {edit.state for edit in await session.pending_edits(Job)}
