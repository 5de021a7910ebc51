"""A technician signs in once: the device goes on with the session by itself, whatever the line and the battery do."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sync.shop import Job

from twinbase.errors import ForeignReplica, HalfAnswer, KeystoreFailed, NotSignedIn, Offline, TransportError, WrongKey
from twinbase.replica.replica import Replica
from twinbase.replica.tokens import MemoryTokens, VaultTokens
from twinbase.replica.tokens.kept import read_kept
from twinbase.testing import Device, ManualClock, World
from twinbase.testing.wire import drop_answer, drop_request
from twinbase.testing.world import KEY, PASSWORD

ANNA, LEAD = "anna@example.org", {"lead": "anna"}


def sign_ins(device: Device) -> int:
    return len(device.wire.list_requests("auth/login"))


async def work_in(device: Device, title: str) -> None:
    await device.save(Job(lead="anna", title=title))


async def test_a_device_syncs_for_weeks_with_one_sign_in(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    for week in range(5):
        world.clock.advance(days=7)
        await work_in(anna, f"week {week}")
        assert (await anna.sync()).pushed == 1
        await anna.reopen()
    assert sign_ins(anna) == 1


async def test_a_month_with_every_token_expired_loses_nothing_and_wants_one_sign_in(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    await anna.sync()
    anna.wire.up = False
    for day in range(30):
        world.clock.advance(days=4)
        await work_in(anna, f"day {day}")
        await anna.reopen()
        with pytest.raises(TransportError):
            await anna.sync()
    anna.wire.up = True
    with pytest.raises(NotSignedIn):
        await anna.sync()
    assert anna.replica.status.now.signed_in is False and anna.replica.status.now.pending == 30
    await anna.sign_in(ANNA, PASSWORD)
    report = await anna.sync()
    assert (report.pushed, report.is_proven) == (30, True)
    world.clock.advance(days=1)
    assert (await anna.sync()).is_proven and sign_ins(anna) == 2


async def test_an_answer_to_a_refresh_that_is_lost_signs_nobody_out(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    for fault in (drop_answer(), drop_request(), drop_answer(), drop_answer()):
        world.clock.advance(hours=1)
        anna.wire.spoil("auth/refresh", fault)
        with pytest.raises(TransportError):
            await anna.sync()
        await anna.reopen()
        assert (await anna.sync()).is_proven
    assert sign_ins(anna) == 1


@pytest.mark.parametrize("off", [{"minutes": 10}, {"minutes": -10}, {"days": 9000}, {"days": -9000}])
async def test_a_clock_that_is_wrong_on_the_device_signs_nobody_out(world: World, off: dict[str, int]) -> None:
    clock = ManualClock(world.clock.now + timedelta(**off))
    anna = await world.device("anna", claims=LEAD, clock=clock)
    for _ in range(3):
        await work_in(anna, "boiler")
        world.clock.advance(hours=2)
        clock.advance(hours=2)
        assert (await anna.sync()).is_proven
    assert sign_ins(anna) == 1


async def test_two_apps_over_one_file_refresh_at_once_and_both_go_on(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    other = await Replica.open(
        anna.path, KEY, plugins=world.plugins, server=anna.url, clock=world.clock, transport=anna.wire
    )
    async with other:
        for _ in range(4):
            world.clock.advance(hours=1)
            reports = await asyncio.gather(anna.sync(), other.sync())
            assert all(report.is_proven for report in reports)
    assert sign_ins(anna) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["sync", "lost", "restart", "other", "day"]), max_size=10))
async def test_no_order_of_what_goes_wrong_signs_a_device_out(world: World, steps: list[str]) -> None:
    """Before each of these days the device was signed in, and it is still after them."""
    anna = await world.device(f"anna-{len(world.devices)}", claims=LEAD)
    other = await Replica.open(
        anna.path, KEY, plugins=world.plugins, server=anna.url, clock=world.clock, transport=anna.wire
    )
    async with other:
        for step in steps:
            match step:
                case "sync":
                    await _sync_over_a_bad_line(anna.replica)
                case "lost":
                    anna.wire.spoil("auth/refresh", drop_answer())
                case "restart":
                    await anna.reopen()
                case "other":
                    await _sync_over_a_bad_line(other)
                case "day":
                    world.clock.advance(days=1)
        anna.wire.mend()
        assert (await anna.sync()).is_proven and (await other.sync()).is_proven
    assert sign_ins(anna) == 1


async def _sync_over_a_bad_line(replica: Replica) -> None:
    """What the line does to it is nothing; that nobody is signed in would be."""
    with suppress(Offline, HalfAnswer):
        await replica.sync()


async def test_what_the_office_takes_from_an_account_goes_at_the_next_sync(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    await work_in(anna, "boiler")
    await anna.sync()
    await world.account("anna", lead="bob")
    await anna.sync()
    identity = await anna.replica.read_identity()
    assert identity is not None and identity.claims == {"lead": "bob"} and sign_ins(anna) == 1


async def test_neither_the_file_nor_the_vault_shows_a_token(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    await anna.sync()
    kept = read_kept(anna.replica.syncing.session.store, (await anna.sql("SELECT replica FROM _twinbase_state"))[0][0])
    assert kept is not None
    notes = str(await anna.sql("SELECT * FROM _twinbase_sync")) + str(await anna.sql("SELECT * FROM _twinbase_state"))
    access = await anna.replica.syncing.session.find_access_token(None)  # type: ignore[arg-type]
    assert access and access not in notes and kept.refresh_token not in notes
    for path in anna.path.parent.glob("anna*"):
        content = path.read_bytes()
        assert kept.refresh_token.encode() not in content and access.encode() not in content, path


async def test_a_changed_key_takes_the_session_along(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    await anna.replica.rekey(bytes(32))
    await anna.close()
    anna._key = bytes(32)
    await anna.reopen()
    world.clock.advance(days=1)
    assert (await anna.sync()).is_proven and sign_ins(anna) == 1


async def test_a_file_of_before_the_sessions_goes_on_with_its_token_and_then_signs_in(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    token = await anna.replica.syncing.session.find_access_token(None)  # type: ignore[arg-type]
    await anna.close()
    for path in anna.path.parent.glob("anna*-tokens"):
        path.unlink()
    await anna.reopen()
    await anna.sql("INSERT INTO _twinbase_sync VALUES ('access_token', ?)", token)
    await work_in(anna, "boiler")
    assert (await anna.sync()).pushed == 1
    assert not await anna.sql("SELECT * FROM _twinbase_sync WHERE name = 'access_token'")
    world.clock.advance(days=1)
    with pytest.raises(NotSignedIn):
        await anna.sync()
    await anna.sign_in(ANNA, PASSWORD)
    assert (await anna.sync()).is_proven


async def test_a_vault_opens_by_its_pin_alone(world: World, tmp_path: Path) -> None:
    vault = VaultTokens(tmp_path / "vault", "482193")
    anna = await world.device("anna", signed_in=False)
    await anna.close()
    anna.replica = await Replica.open(
        anna.path, KEY, plugins=world.plugins, server=anna.url, clock=world.clock, transport=anna.wire, tokens=vault
    )
    await anna.sign_in(*await _account(world))
    replica = (await anna.sql("SELECT replica FROM _twinbase_state"))[0][0]
    assert read_kept(VaultTokens(vault.path, "482193"), replica) is not None
    with pytest.raises(WrongKey):
        read_kept(VaultTokens(vault.path, "482194"), replica)


async def _account(world: World) -> tuple[str, str]:
    await world.account("anna", lead="anna")
    return ANNA, PASSWORD


class Locked(MemoryTokens):
    """A keyring that nobody unlocks."""

    def read(self, name: str) -> str | None:
        raise KeystoreFailed("(KeyringLocked)")

    def write(self, name: str, text: str) -> None:
        raise KeystoreFailed("(KeyringLocked)")


async def test_a_locked_keyring_keeps_nobody_from_signing_in(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    options = {"plugins": world.plugins, "server": anna.url, "clock": world.clock, "transport": anna.wire}
    await anna.close()
    anna.replica = await Replica.open(anna.path, KEY, tokens=Locked(), **options)  # type: ignore[arg-type]
    with pytest.raises(KeystoreFailed):
        await anna.sync()
    await anna.sign_in(ANNA, PASSWORD)
    for _ in range(3):
        world.clock.advance(hours=1)
        assert (await anna.sync()).is_proven


async def test_a_store_that_forgets_wants_a_sign_in_after_each_start(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    options = {"plugins": world.plugins, "server": anna.url, "clock": world.clock, "transport": anna.wire}
    await anna.close()
    anna.replica = await Replica.open(anna.path, KEY, tokens=MemoryTokens(), **options)  # type: ignore[arg-type]
    with pytest.raises(NotSignedIn, match="Nobody has signed in"):
        await anna.sync()


async def test_a_file_that_lost_its_sign_in_with_the_wal_is_told_whose_it_is_by_the_session(world: World) -> None:
    """A power cut may take what a sync wrote last; the session is kept elsewhere, and nobody has to sign in again."""
    anna = await world.device("anna", claims=LEAD)
    await work_in(anna, "typed before the power went")
    await anna.sql("UPDATE _twinbase_state SET account = ''")
    await anna.sql("DELETE FROM _twinbase_sync WHERE name = 'claims'")
    await anna.reopen()
    report = await anna.sync()
    assert (report.pushed, report.is_proven, sign_ins(anna)) == (1, True, 1)
    identity = await anna.replica.read_identity()
    assert identity is not None and identity.subject == ANNA


async def test_a_file_of_somebody_else_is_not_taken_over_by_a_session(world: World) -> None:
    anna = await world.device("anna", claims=LEAD)
    await anna.sql("UPDATE _twinbase_state SET account = 'bob@example.org'")
    await anna.reopen()
    with pytest.raises(ForeignReplica):
        await anna.sync()
