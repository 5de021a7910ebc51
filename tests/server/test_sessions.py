"""A session: it goes on for as long as it is used, whatever the line loses, and ends for whoever has a copy of it."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.depot import NOON, Depot, House, open_house
from tests.server.phone import Phone

from twinbase import Identity, Plugins, hookimpl
from twinbase_server import accounts
from twinbase_server.keys.store import rotate_keys
from twinbase_server.sessions.store import end_sessions, list_sessions

ENDED = (401, "session-ended")


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


async def a_phone(house: House, *, keyed: bool = True) -> Phone:
    phone = Phone(house.http, key=Ed25519PrivateKey.generate() if keyed else None)
    assert (await phone.sign_in()).status_code == 200
    return phone


@pytest.mark.parametrize("keyed", [True, False])
async def test_a_session_goes_on_when_its_access_token_has_expired(house: House, keyed: bool) -> None:
    phone = await a_phone(house, keyed=keyed)
    for _ in range(5):
        house.clock.now += timedelta(minutes=20)
        assert await phone.me() == 401
        assert (await phone.refresh()).status_code == 200 and await phone.me() == 200


@pytest.mark.parametrize("keyed", [True, False])
async def test_an_answer_that_was_lost_comes_again_to_the_same_request(house: House, keyed: bool) -> None:
    phone = await a_phone(house, keyed=keyed)
    rotation = uuid4().hex
    lost = [(await phone.ask(rotation=rotation)).json()["refresh_token"] for _ in range(3)]
    assert (await phone.refresh(rotation=rotation)).json()["refresh_token"] == lost[0] == lost[1] == lost[2]
    assert (await phone.refresh()).status_code == 200


async def test_a_device_that_never_got_the_new_token_may_show_the_last_one_again(house: House) -> None:
    phone = await a_phone(house)
    lost = (await phone.ask()).json()["refresh_token"]
    assert (await phone.refresh()).json()["refresh_token"] == lost
    assert (await phone.refresh()).status_code == 200


async def test_two_processes_of_a_device_that_refresh_at_once_both_go_on(house: House) -> None:
    phone = await a_phone(house)
    answers = await asyncio.gather(*(phone.ask() for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    phone.take(answers[3])
    assert (await phone.refresh()).status_code == 200


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("behind", [2, 3, 7])
async def test_a_token_that_was_used_long_before_ends_the_session_for_both(
    house: House, behind: int, keyed: bool
) -> None:
    phone = await a_phone(house, keyed=keyed)
    copied = phone.refresh_token
    for _ in range(behind):
        assert (await phone.refresh()).status_code == 200
    assert said(await phone.ask(refresh_token=copied)) == ENDED
    assert said(await phone.ask()) == ENDED
    assert await phone.me() == 401, "the access token is over as well"
    (session,) = await list_sessions(house.office, "anna@depot", ended=True)
    assert "copy" in str(session.ended_why)


async def test_without_a_key_the_last_token_in_another_request_ends_the_session(house: House) -> None:
    phone = await a_phone(house, keyed=False)
    await phone.ask(rotation=uuid4().hex)
    assert said(await phone.ask(rotation=uuid4().hex)) == ENDED


async def test_a_stolen_token_is_worth_nothing_without_the_key_and_spoils_nothing(house: House) -> None:
    phone = await a_phone(house)
    thief = Phone(house.http, replica=phone.replica, refresh_token=phone.refresh_token)
    unsigned = Phone(house.http, replica=phone.replica, refresh_token=phone.refresh_token, key=None)
    for one in (thief, unsigned):
        assert said(await one.ask()) == (403, "other-device")
    await phone.refresh()
    await phone.refresh()
    assert said(await thief.ask()) == (403, "other-device"), "a spent token without the key ends nothing either"
    assert (await phone.refresh()).status_code == 200


@pytest.mark.parametrize("keyed", [True, False])
async def test_a_refresh_token_is_no_good_on_another_device(house: House, keyed: bool) -> None:
    phone = await a_phone(house, keyed=keyed)
    assert said(await phone.ask(replica=uuid4())) == (403, "other-device")
    assert (await phone.refresh()).status_code == 200


async def test_a_signature_of_another_request_is_none(house: House) -> None:
    phone = await a_phone(house)
    assert said(await phone.ask(proof=phone._prove(phone.refresh_token, "x" * 32, phone.replica))) == (
        403, "other-device"
    )  # fmt: skip


async def test_tokens_that_were_made_up_or_are_of_another_kind_are_refused(house: House) -> None:
    phone = await a_phone(house)
    for text in ("", "x", phone.token, phone.refresh_token[:-4] + "AAAA", "a.b.c"):
        assert said(await phone.ask(refresh_token=text)) == ENDED
    headers = {**phone.headers(), "Authorization": f"Bearer {phone.refresh_token}"}
    assert (await house.http.get("auth/me", headers=headers)).json()["type"] == "token-invalid"


async def test_a_sign_in_ends_the_session_that_it_replaces_and_no_other_devices(house: House) -> None:
    phone, other = await a_phone(house), await a_phone(house)
    before, its = phone.refresh_token, phone.session
    await phone.sign_in(replaces=other.session)
    assert (await other.refresh()).status_code == 200
    await phone.sign_in(replaces=its)
    assert said(await phone.ask(refresh_token=before)) == ENDED
    assert (await phone.refresh()).status_code == 200


async def test_copies_of_a_device_have_sessions_of_their_own_but_not_without_end(house: House) -> None:
    replica = uuid4()
    copies = [Phone(house.http, replica=replica) for _ in range(6)]
    for copy in copies:
        assert (await copy.sign_in()).status_code == 200
        house.clock.now += timedelta(minutes=1)
    assert [(await copy.ask()).status_code for copy in copies] == [401, 401, 200, 200, 200, 200]


async def test_sign_ins_at_once_on_one_device_are_all_answered(depot_url: str) -> None:
    async with open_house(depot_url, pool_wait_seconds=120) as house:
        replica = uuid4()
        phones = [Phone(house.http, replica=replica) for _ in range(6)]
        answers = await asyncio.gather(*(phone.sign_in() for phone in phones))
        assert {answer.status_code for answer in answers} == {200}
        assert sum([(await phone.ask()).status_code == 200 for phone in phones]) == 4


async def test_a_session_that_is_not_used_ends_and_one_that_is_used_does_not(depot_url: str) -> None:
    async with open_house(depot_url, session_days=30) as house:
        used, idle = await a_phone(house), await a_phone(house)
        for _ in range(4):
            house.clock.now += timedelta(days=20)
            assert (await used.refresh()).status_code == 200
        assert said(await idle.ask()) == ENDED


async def test_a_session_ends_at_its_longest_however_much_it_is_used(depot_url: str) -> None:
    async with open_house(depot_url, session_days=10, session_days_max=25) as house:
        phone = await a_phone(house)
        for _ in range(3):
            house.clock.now += timedelta(days=8)
            assert (await phone.refresh()).status_code == 200
        house.clock.now += timedelta(days=2)
        assert said(await phone.ask()) == ENDED


async def test_ended_sessions_are_over_on_every_route_at_once(house: House) -> None:
    phone, other = await a_phone(house), await a_phone(house)
    await phone.agree(house.schema())
    cursor = (await phone.initial()).end["cursor"]
    await end_sessions(house.office, "anna@depot", "The office ended it.", NOON)
    answers = [
        await house.http.get("auth/me", headers=phone.headers()),
        await house.http.get("auth/sessions", headers=phone.headers()),
        await house.http.post("auth/sign-out", headers=phone.headers()),
        await house.http.post("auth/sessions/end", json={}, headers=phone.headers()),
        await house.http.get("sync/status", headers=phone.headers()),
        await phone.agree(house.schema()),
        await phone.ask(),
        await other.ask(),
    ]
    assert [said(answer) for answer in answers] == [ENDED] * len(answers)
    streams = [await phone.initial(), await phone.pending(cursor), await phone.repair(cursor, {})]
    assert {stream.problem["type"] for stream in streams} == {"session-ended"}
    push = {"protocol": 1, "n": 1, "prev": "", "sent_at": NOON.isoformat(), "offset_ms": 0, "mutations": []}
    answer = await house.http.post("sync/mark-synced", json=push, headers=phone.headers())
    assert answer.status_code in (401, 422)


async def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(house: House) -> None:
    phone, tablet, bob = await a_phone(house), await a_phone(house), Phone(house.http)
    await bob.sign_in("bob@depot")
    listed = (await house.http.get("auth/sessions", headers=phone.headers())).json()["sessions"]
    assert {one["session"]: one["is_this"] for one in listed} == {phone.session: True, tablet.session: False}
    for session, ended in ((bob.session, 0), (tablet.session, 1), (tablet.session, 0)):
        body = {"session": session}
        answer = await house.http.post("auth/sessions/end", json=body, headers=phone.headers())
        assert answer.json() == {"ended": ended}
    assert (await bob.refresh()).status_code == 200 and said(await tablet.ask()) == ENDED
    again = await a_phone(house)
    assert (await house.http.post("auth/sessions/end", json={}, headers=phone.headers())).json() == {"ended": 1}
    assert said(await again.ask()) == ENDED and await phone.me() == 200


async def test_signing_out_ends_the_session_that_asks(house: House) -> None:
    phone = await a_phone(house)
    assert (await house.http.post("auth/sign-out", headers=phone.headers())).json() == {"ended": 1}
    assert await phone.me() == 401 and said(await phone.ask()) == ENDED


async def test_what_an_account_may_see_counts_at_the_next_request(house: House) -> None:
    phone = await a_phone(house)
    claims = {"person": str(uuid4()), "sectors": ["south"]}
    await house.office.execute("UPDATE twinbase.account SET claims = $1 WHERE email = 'anna@depot'", json.dumps(claims))
    answer = await house.http.get("auth/me", headers=phone.headers())
    assert said(answer) == (401, "token-expired")
    assert (await phone.refresh()).json()["claims"] == claims and await phone.me() == 200


async def test_a_disabled_account_and_a_device_that_was_cut_off_do_not_go_on(house: House) -> None:
    phone, tablet = await a_phone(house), await a_phone(house)
    await house.office.execute("UPDATE twinbase.replica SET revoked_at = now() WHERE id = $1", tablet.replica)
    assert said(await tablet.ask()) == (403, "device-revoked")
    await house.office.execute("UPDATE twinbase.account SET disabled = true WHERE email = 'anna@depot'")
    assert said(await phone.ask()) == ENDED and "disabled" in (await phone.ask()).json()["detail"]
    await house.office.execute("UPDATE twinbase.account SET disabled = false WHERE email = 'anna@depot'")
    assert (await phone.refresh()).status_code == 200, "nothing was ended that could not come back"


class Failing:
    """A directory that does not answer."""

    @hookimpl
    async def twinbase_identify_again(self, identity: Identity, connection: Any) -> Identity | None:
        raise RuntimeError("the directory is away")


async def test_a_plugin_that_fails_ends_no_session(house: House) -> None:
    phone = await a_phone(house)
    house.app.state.serving.plugins = Plugins(Failing(), Depot(), accounts)
    for _ in range(3):
        assert said(await phone.ask()) == (503, "plugin-failed")
    house.app.state.serving.plugins = house.plugins
    assert (await phone.refresh()).status_code == 200


@pytest.mark.parametrize(("keyed", "after"), [(True, (200, "")), (False, ENDED)])
async def test_a_server_that_was_restored_knows_a_device_by_its_key(
    house: House, keyed: bool, after: tuple[int, str]
) -> None:
    phone = await a_phone(house, keyed=keyed)
    await phone.refresh()
    kept = await house.office.fetchrow("SELECT serial, rotation FROM twinbase.session")
    assert kept is not None
    for _ in range(4):
        await phone.refresh()
    await house.office.execute("UPDATE twinbase.session SET serial = $1, rotation = $2", *kept)
    assert said(await phone.refresh()) == after
    if keyed:
        assert (await phone.refresh()).status_code == 200


async def test_a_session_that_began_after_the_backup_signs_in_again(house: House) -> None:
    phone = await a_phone(house)
    await house.office.execute("DELETE FROM twinbase.session")
    assert await phone.me() == 401 and said(await phone.ask()) == ENDED


async def test_refresh_tokens_outlive_a_rotation_of_their_key_but_not_its_end(house: House) -> None:
    phone, other = await a_phone(house), await a_phone(house)
    await rotate_keys(house.office, "refresh", None, NOON)
    house.clock.now += timedelta(minutes=10)
    await house.app.state.serving.read_keys_again(house.office)
    assert (await phone.refresh()).status_code == 200
    await rotate_keys(house.office, "refresh", None, house.clock.now, end_old=True)
    house.clock.now += timedelta(minutes=10)
    await house.app.state.serving.read_keys_again(house.office)
    assert said(await phone.ask()) == ENDED and said(await other.ask()) == ENDED


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["got", "lost", "twice", "thief", "late"]), max_size=14))
async def test_no_order_of_lost_answers_and_thieves_without_the_key_signs_a_device_out(
    house: House, steps: list[str]
) -> None:
    phone = await a_phone(house)
    thief = Phone(house.http, replica=phone.replica, refresh_token=phone.refresh_token)
    for step in steps:
        match step:
            case "got":
                assert (await phone.refresh()).status_code == 200
            case "lost":
                assert (await phone.ask()).status_code == 200
            case "twice":
                answers = await asyncio.gather(phone.ask(), phone.ask())
                assert {phone.take(answer).status_code for answer in answers} == {200}
            case "thief":
                assert (await thief.ask()).status_code == 403
                thief.refresh_token = phone.refresh_token
            case "late":
                house.clock.now += timedelta(days=6)
    assert (await phone.refresh()).status_code == 200 and await phone.me() == 200
