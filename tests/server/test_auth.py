"""Signing in: who, on which device, for how long; and every way in which it is refused."""

import time
from datetime import timedelta
from uuid import uuid4

import httpx2
import jwt
import pytest
from tests.server.depot import ANNA, NOON, TWINS, Device, House, open_house

from twinbase_server.accounts import save_account

CUTS = [
    "UPDATE twinbase.replica SET revoked_at = now() WHERE account = 'anna@depot'",
    "UPDATE twinbase.account SET disabled = true WHERE email = 'anna@depot'",
]


async def test_a_sign_in_gives_a_short_token_that_names_person_device_and_claims(house: House) -> None:
    device = Device(house.http)
    answer = (await device.login("anna@depot")).json()
    assert answer["expires_in_seconds"] == 900
    assert answer["claims"] == {"person": str(ANNA), "sectors": ["north", "west"]}
    me = (await house.http.get("auth/me", headers=device.headers())).json()
    assert (me["subject"], me["replica"]) == ("anna@depot", str(device.replica))
    assert me["expires_at"] == (NOON + timedelta(minutes=15)).isoformat()


async def test_an_account_signs_in_by_its_e_mail_in_any_case(house: House) -> None:
    await save_account(house.office, " Carla@Depot ", "three old trains", {})
    assert (await Device(house.http).login("CARLA@depot", "three old trains")).status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("anna@depot", "hunter2"),
        ("nobody@depot", "correct horse"),
        ("", ""),
        ("anna\x00@depot", "zz"),
        ("anna@depot", "\x00"),
    ],
)
async def test_a_wrong_sign_in_says_the_same_whatever_was_wrong(house: House, email: str, password: str) -> None:
    answer = await Device(house.http).login(email, password)
    assert (answer.status_code, answer.json()["type"]) == (401, "credentials-wrong")
    assert not password or password not in answer.text


async def test_a_disabled_account_cannot_sign_in(house: House) -> None:
    await house.office.execute("UPDATE twinbase.account SET disabled = true")
    assert (await Device(house.http).login("anna@depot")).status_code == 401


async def test_a_device_file_belongs_to_the_account_that_first_signed_in_on_it(house: House) -> None:
    anna = await house.device("anna@depot")
    answer = await Device(house.http, replica=anna.replica).login("bob@depot")
    assert (answer.status_code, answer.json()["type"]) == (403, "other-account")


async def test_a_device_that_was_cut_off_can_neither_sign_in_nor_pull(house: House) -> None:
    device = await house.device()
    await house.office.execute("UPDATE twinbase.replica SET revoked_at = now()")
    assert (await device.initial()).problem["type"] == "device-revoked"
    assert (await device.login("anna@depot")).json()["type"] == "device-revoked"


@pytest.mark.parametrize("cut", CUTS, ids=["the device was cut off", "the account was disabled"])
async def test_a_token_is_no_good_any_more_whatever_is_asked_with_it(house: House, cut: str) -> None:
    device = await house.device("anna@depot")
    bob = await house.device("bob@depot")
    cursor = (await device.initial()).end["cursor"]
    await house.office.execute(cut)
    wanted = {"twins": {"products": {"version": 1, "columns": ["id", "name"]}}}
    answers = {
        "auth/me": await house.http.get("auth/me", headers=device.headers()),
        "sync/status": await house.http.get("sync/status", headers=device.headers()),
        "sync/schema": await house.http.post("sync/schema", json=wanted, headers=device.headers()),
    }
    assert {name: (one.status_code, one.json()["type"]) for name, one in answers.items()} == {
        name: (403, "device-revoked") for name in answers
    }
    assert (await device.pending(cursor)).problem["type"] == "device-revoked"
    assert (await device.initial()).problem["type"] == "device-revoked"
    assert (await house.http.get("auth/me", headers=bob.headers())).status_code == 200
    assert (await bob.initial()).end


async def test_the_token_of_one_device_is_no_good_on_another(house: House) -> None:
    device = await house.device()
    device.replica = uuid4()
    answer = await device.initial()
    assert (answer.status, answer.problem["type"]) == (403, "other-device")


async def test_an_expired_token_is_told_from_a_forged_one(house: House) -> None:
    device = await house.device()
    house.clock.now = NOON + timedelta(minutes=15)
    assert (await device.initial()).problem["type"] == "token-expired"
    house.clock.now = NOON
    claims = jwt.decode(device.token, options={"verify_signature": False})
    for forged in (
        jwt.encode(claims, "0123456789abcdef0123456789abcdef", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        device.token[:-4] + "AAAA",
        "garbage",
        "",
    ):
        device.token = forged
        answer = await device.initial()
        assert (answer.status, answer.problem["type"]) == (401, "token-invalid")


async def test_a_device_that_the_server_has_forgotten_is_asked_to_sign_in_again(house: House) -> None:
    device = await house.device()
    await house.office.execute("DELETE FROM twinbase.replica")
    assert (await device.initial()).problem["type"] == "token-invalid"


async def test_two_servers_over_one_database_take_each_others_tokens_and_cursors(house: House) -> None:
    await house.products("boiler")
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    async with open_house(house.url) as other:
        device.http = other.http
        assert set((await device.pending(cursor)).end["proven_by_skip"]) == set(TWINS)


async def test_an_app_too_old_another_protocol_and_a_paused_server_are_each_told(depot_url: str) -> None:
    async with open_house(depot_url, minimum_client="1.10") as house:
        device = await house.device()
        for headers, kind in (
            ({"Twinbase-Client": "1.9.9"}, "upgrade-required"),
            ({"Twinbase-Client": "1.10.0"}, None),
            ({"Twinbase-Protocol": "2"}, "upgrade-required"),
            ({"Twinbase-Protocol": ""}, "protocol"),
            ({"Twinbase-Epoch": "one"}, "protocol"),
            ({"Twinbase-Replica": "mine"}, "protocol"),
        ):
            answer = await house.http.get("sync/status", headers={**device.headers(), **headers})
            assert answer.json().get("type") == kind
    async with open_house(depot_url, sync_enabled=False) as house:
        answer = await house.http.get("sync/status", headers=device.headers())
        assert (answer.status_code, answer.json()["type"]) == (503, "sync-off")
        assert int(answer.headers["retry-after"]) > 0


async def test_the_status_says_how_far_a_device_has_come(house: House) -> None:
    device = await house.device()
    await device.initial()
    status = (await house.http.get("sync/status", headers=device.headers())).json()
    assert (status["epoch"], status["last_n"], status["last_pull"]) == (1, 0, NOON.isoformat())
    assert status["twins"] == list(house.plugins.registry.twins)


async def test_an_unknown_account_is_refused_after_as_long_as_a_wrong_password(house: House) -> None:
    """Nobody learns by a clock who has an account. The quicker one would be so by a hundred times, were it not so."""
    await save_account(house.office, "carla@depot", "three old trains", {})
    await Device(house.http).login("nobody@depot")  # what it is compared with is made once
    times: dict[str, list[float]] = {"carla@depot": [], "nobody@depot": []}
    for number in range(5):
        for email, took in times.items():
            transport = httpx2.ASGITransport(app=house.app, client=(f"192.0.2.{number}", 4711))
            async with httpx2.AsyncClient(transport=transport, base_url="http://depot/api/v1/") as http:
                start = time.perf_counter()
                assert (await Device(http).login(email, "wrong")).status_code == 401
                took.append(time.perf_counter() - start)
    known, unknown = map(min, times.values())
    assert 1 / 3 < known / unknown < 3
