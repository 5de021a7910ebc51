"""Guessing a password is slowed down, for all processes alike, and nobody keeps another out by it."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.depot import NOON, Device, House, open_house
from tests.server.watched import DEFAULTS

from twinbase import Credentials, UncheckedIdentity, hookimpl
from twinbase_server import accounts
from twinbase_server.housekeeping import TURNS_AN_HOUR, run_turn
from twinbase_server.sign_in.delays import DELAYS, Delay, find_network

WRONG = "correct house"


async def _type(
    house: House, email: str = "anna@depot", password: str = WRONG, *, of: str = "192.0.2.1"
) -> httpx2.Response:
    """A sign-in on a new device, from an address."""
    transport = httpx2.ASGITransport(app=house.app, client=(of, 4711))
    async with httpx2.AsyncClient(transport=transport, base_url="http://depot/api/v1/") as http:
        return await Device(http).login(email, password)


async def _kinds(house: House, count: int, email: str = "anna@depot", **more: str) -> list[str]:
    return [(await _type(house, email, **more)).json()["type"] for _ in range(count)]


async def test_after_a_few_wrong_passwords_each_next_one_has_to_wait_longer(house: House) -> None:
    assert await _kinds(house, 5) == ["credentials-wrong"] * 4 + ["too-many-sign-ins"]
    waits = []
    for _ in range(4):
        refused = await _type(house, password="correct horse")
        assert refused.status_code == 429, "the right one has to wait as well, or it could be guessed"
        waits.append(int(refused.headers["Retry-After"]))
        house.clock.now += timedelta(seconds=waits[-1])
        assert (await _type(house)).json()["type"] == "credentials-wrong"
    assert waits == [1, 2, 4, 8]
    house.clock.now += timedelta(seconds=16)
    assert (await _type(house, password="correct horse")).status_code == 200
    assert await _kinds(house, 4) == ["credentials-wrong"] * 4, "it begins anew"


async def test_whether_an_account_exists_is_not_told_by_the_waiting(house: House) -> None:
    known, unknown = [await _kinds(house, 6, email) for email in ("bob@depot", "nobody@depot")]
    assert known == unknown
    assert (await _type(house, "bob@depot")).json() == (await _type(house, "nobody@depot")).json()


async def test_who_guesses_at_many_accounts_from_one_address_has_to_wait_too(house: House) -> None:
    kinds = [(await _type(house, f"{n}@depot", of=f"2001:db8::{n:x}")).json()["type"] for n in range(33)]
    assert kinds[:31] == ["credentials-wrong"] * 31 and kinds[-1] == "too-many-sign-ins"
    elsewhere = await _type(house, password="correct horse", of="2001:db8:0:1::1")
    assert elsewhere.status_code == 200


async def test_to_sign_in_oneself_makes_nothing_good_that_was_guessed_at_others(house: House) -> None:
    for n in range(31):
        await _type(house, f"{n}@depot")
    house.clock.now += timedelta(seconds=1)
    assert (await _type(house, password="correct horse")).status_code == 200
    assert await _kinds(house, 2, "other@depot") == ["credentials-wrong", "too-many-sign-ins"]


async def test_a_stranger_does_not_keep_a_person_out(house: House) -> None:
    """Not on a device that is the person's already, and on a new one from elsewhere for half a minute at most."""
    device = await house.device("anna@depot")
    for n in range(60):
        await _type(house, of=f"198.51.100.{n}")
    assert (await device.login("anna@depot", "correct horse")).status_code == 200
    new = await _type(house, password="correct horse", of="203.0.113.7")
    if new.status_code == 429:
        assert int(new.headers["Retry-After"]) <= 30
        house.clock.now += timedelta(seconds=30)
        new = await _type(house, password="correct horse", of="203.0.113.7")
    assert new.status_code == 200


async def test_guessing_on_a_device_of_the_account_is_slowed_down_as_well(house: House) -> None:
    device = await house.device("anna@depot")
    kinds = [(await device.login("anna@depot", WRONG)).json()["type"] for _ in range(5)]
    assert kinds == ["credentials-wrong"] * 4 + ["too-many-sign-ins"]
    device.replica = uuid4()
    assert (await device.login("anna@depot", "correct horse")).status_code == 200, "another device is not held up"


async def test_of_many_that_come_at_once_no_more_are_looked_at_than_one_after_the_other(depot_url: str) -> None:
    async with open_house(depot_url) as one, open_house(depot_url) as other:
        answers = await asyncio.gather(*(_type(house) for _ in range(20) for house in (one, other)))
        kinds = [answer.json()["type"] for answer in answers]
        assert kinds.count("credentials-wrong") == 4 and set(kinds) == {"credentials-wrong", "too-many-sign-ins"}


async def test_no_connection_is_kept_while_a_password_is_looked_at(depot_url: str) -> None:
    """With a single one, a second request is served while the first waits for its hash."""
    served = asyncio.Event()

    class Slow:
        @hookimpl
        async def twinbase_authenticate(self, credentials: Credentials) -> UncheckedIdentity:
            loop = asyncio.get_running_loop()
            asked = asyncio.run_coroutine_threadsafe
            return UncheckedIdentity(None, lambda: asked(asyncio.wait_for(served.wait(), 10), loop).result())

    async with open_house(depot_url, pool_max=1) as house:
        device = await house.device()
        house.plugins._register(Slow())
        signing_in = asyncio.create_task(_type(house, "slow@depot"))
        try:
            assert (await device.initial()).status == 200
        finally:
            served.set()
        assert (await signing_in).json()["type"] == "credentials-wrong"


async def test_while_a_directory_is_down_nobody_is_taken_for_a_guesser(house: House) -> None:
    class Down:
        @hookimpl
        async def twinbase_authenticate(self) -> None:
            raise ConnectionRefusedError

    down = Down()
    house.plugins._register(down)
    assert await _kinds(house, 6) == ["plugin-failed"] * 6
    house.plugins._manager.unregister(down)
    assert await _kinds(house, 5) == ["credentials-wrong"] * 4 + ["too-many-sign-ins"]


async def test_what_was_counted_is_forgotten_after_a_day_and_holds_no_name(house: House) -> None:
    await _kinds(house, 2)
    rows = await house.office.fetch("SELECT kind, name FROM twinbase.attempt")
    assert len(rows) == 3 and all(b"anna" not in bytes(row["name"]) for row in rows)
    await run_turn(house.office, NOON + timedelta(hours=25), TURNS_AN_HOUR, DEFAULTS)
    assert await house.office.fetchval("SELECT count(*) FROM twinbase.attempt") == 0


@given(st.sampled_from(sorted(DELAYS)), st.integers(0, 10**9))
def test_a_wait_never_ends_later_than_it_says(kind: str, failures: int) -> None:
    delay: Delay = DELAYS[kind]
    wait, longer = delay.find_wait(failures), delay.find_wait(failures + 1)
    assert timedelta() <= wait <= longer <= delay.longest
    assert (wait == timedelta()) is (failures <= delay.free)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_whoever_has_one_address_of_a_network_has_them_all(address: str, network: str) -> None:
    assert find_network(address) == network


def test_the_built_in_accounts_leave_the_hash_to_be_checked_without_a_connection() -> None:
    assert accounts.twinbase_authenticate.__annotations__["return"] is UncheckedIdentity
