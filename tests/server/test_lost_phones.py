"""A phone that is lost is cut off, or wiped, at its next contact on whatever route; nobody else has a say in it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.server.depot import ANNA, BOB, NOON, House, open_house
from tests.server.phone import Phone, a_job
from tests.server.watched import DEFAULTS

from twinbase_server.database.connection import open_pool
from twinbase_server.devices.salvage import NotSalvaged, accept_salvaged, discard_salvaged, list_salvaged
from twinbase_server.devices.store import (
    CannotCancel,
    UnknownDevice,
    cancel_wipe,
    list_devices,
    read_device,
    readmit_device,
    rename_device,
    revoke_device,
    wipe_device,
)
from twinbase_server.housekeeping import forget_history
from twinbase_server.sessions.store import forget_sessions, list_sessions

REVOKED, WIPED = (403, "device-revoked"), (410, "device-wiped")


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


async def a_phone(house: House, *, keyed: bool = True, email: str = "anna@depot") -> Phone:
    phone = Phone(house.http, key=Ed25519PrivateKey.generate() if keyed else None)
    assert (await phone.sign_in(email)).status_code == 200
    await phone.agree(house.schema())
    return phone


async def ask_everything(house: House, phone: Phone) -> list[tuple[int, str]]:
    """What every route says to a device that holds a token."""
    headers = phone.headers()
    answers = [
        await house.http.get("auth/me", headers=headers),
        await house.http.get("auth/sessions", headers=headers),
        await house.http.post("auth/sessions/end", json={}, headers=headers),
        await house.http.post("auth/sign-out", headers=headers),
        await house.http.get("sync/status", headers=headers),
        await house.http.post("sync/schema", json={"twins": house.schema()}, headers=headers),
        await house.http.post("sync/initial", json={}, headers=headers),
        await phone.push(a_job(ANNA, "too late")),
        await phone.ask(),
        await phone.sign_in(),
    ]
    return [said(answer) for answer in answers]


async def told(phone: Phone) -> dict[str, Any]:
    """The problem by which the phone learns that it is to be wiped."""
    answer = await phone.ask()
    assert said(answer) == WIPED
    problem: dict[str, Any] = answer.json()
    return problem


async def test_a_device_that_is_cut_off_gets_nothing_any_more_and_its_session_is_over(house: House) -> None:
    phone, other = await a_phone(house), await a_phone(house)
    cursor = (await phone.initial()).end["cursor"]
    assert [one["status"] for one in (await phone.push(a_job(ANNA, "before"))).json()["outcomes"]] == ["applied"]
    await revoke_device(house.office, phone.replica, NOON)
    assert set(await ask_everything(house, phone)) <= {REVOKED, (401, "session-ended")}
    assert (await phone.pending(cursor)).problem["type"] == "device-revoked"
    assert await house.office.fetchval("SELECT count(*) FROM depot.job WHERE title = 'too late'") == 0
    assert [session.replica for session in await list_sessions(house.office, "anna@depot")] == [other.replica]
    assert (await other.refresh()).status_code == 200


async def test_a_device_that_was_let_in_again_signs_in_and_sends_what_it_has(house: House) -> None:
    phone = await a_phone(house)
    await revoke_device(house.office, phone.replica, NOON)
    await readmit_device(house.office, phone.replica)
    assert (await phone.sign_in()).status_code == 200
    assert (await phone.push(a_job(ANNA, "kept on it"))).status_code == 200


async def test_a_device_is_told_to_wipe_itself_on_every_route(house: House) -> None:
    phone = await a_phone(house)
    cursor = (await phone.initial()).end["cursor"]
    await wipe_device(house.office, phone.replica, NOON)
    assert await ask_everything(house, phone) == [WIPED] * 10
    assert (await phone.pending(cursor)).problem["type"] == "device-wiped"
    assert (await phone.repair(cursor, {})).problem["ticket"]


@pytest.mark.parametrize("keyed", [True, False])
async def test_so_it_is_when_its_access_token_has_expired(house: House, keyed: bool) -> None:
    phone = await a_phone(house, keyed=keyed)
    await wipe_device(house.office, phone.replica, NOON)
    house.clock.now += timedelta(days=3)
    assert await ask_everything(house, phone) == [WIPED] * 10


@pytest.mark.parametrize("keyed", [True, False])
async def test_so_it_is_when_everything_has_expired_for_months(house: House, keyed: bool) -> None:
    phone = await a_phone(house, keyed=keyed)
    await wipe_device(house.office, phone.replica, NOON)
    house.clock.now += timedelta(days=200)
    await forget_sessions(house.office, house.clock.now)
    assert said(await phone.ask()) == WIPED


async def test_a_device_is_known_by_its_key_though_no_token_of_it_is(house: House) -> None:
    phone = await a_phone(house)
    await house.office.execute("DELETE FROM twinbase.session")
    await wipe_device(house.office, phone.replica, NOON)
    assert said(await phone.ask(refresh_token="of a server before")) == WIPED


async def test_a_stranger_who_knows_the_device_neither_learns_of_it_nor_causes_anything(house: House) -> None:
    phone, bobs = await a_phone(house), await a_phone(house, email="bob@depot")
    strangers = [Phone(house.http, replica=phone.replica), Phone(house.http, replica=phone.replica, key=None)]
    strangers += [Phone(house.http, replica=phone.replica, refresh_token=bobs.refresh_token, key=bobs.key)]

    async def ask(stranger: Phone) -> list[tuple[int, str]]:
        wrong = {"email": "anna@depot", "password": "wrong", "replica": str(stranger.replica)}
        answers = [
            await stranger.ask(),
            await house.http.post("auth/login", json=wrong, headers={"Twinbase-Protocol": "1"}),
            await stranger.enroll("0" * 8),
            await house.http.get("auth/me", headers=stranger.headers()),
            await house.http.get("auth/me", headers={**bobs.headers(), "Twinbase-Replica": str(stranger.replica)}),
            await house.http.get("sync/status", headers={**bobs.headers(), "Twinbase-Replica": str(phone.replica)}),
            await stranger.sign_in("bob@depot"),
        ]
        return [said(answer) for answer in answers]

    before = [await ask(stranger) for stranger in strangers]
    await house.office.execute("DELETE FROM twinbase.attempt")
    await wipe_device(house.office, phone.replica, NOON)
    assert [await ask(stranger) for stranger in strangers] == before
    assert (await read_device(house.office, phone.replica)).wipe_reached_at is None
    ticket = (await told(phone))["ticket"]
    for stranger in strangers:
        assert said(await stranger.say_wiped(ticket)) == (403, "other-device")
        assert said(await stranger.hand_over(ticket, a_job(ANNA, "not hers"))) == (403, "other-device")
    for made_up in ("", "x", bobs.token, phone.token, phone.refresh_token):
        assert said(await phone.say_wiped(made_up)) == (401, "token-invalid")
    assert (await read_device(house.office, phone.replica)).wiped_at is None
    assert await list_salvaged(house.office) == []


async def test_a_wipe_that_was_not_reached_is_cancelled_and_the_device_goes_on(house: House) -> None:
    phone = await a_phone(house)
    await wipe_device(house.office, phone.replica, NOON)
    await cancel_wipe(house.office, phone.replica)
    assert (await phone.refresh()).status_code == 200 and await phone.me() == 200
    with pytest.raises(CannotCancel, match="None was asked for"):
        await cancel_wipe(house.office, phone.replica)


async def test_a_wipe_that_the_device_knows_of_is_not_cancelled(house: House) -> None:
    phone = await a_phone(house)
    await wipe_device(house.office, phone.replica, NOON)
    await told(phone)
    with pytest.raises(CannotCancel, match="was told"):
        await cancel_wipe(house.office, phone.replica)
    assert (await read_device(house.office, phone.replica)).state == "told to wipe"


async def test_a_device_that_has_wiped_itself_says_so_once_or_twice_and_is_cut_off(house: House) -> None:
    phone = await a_phone(house)
    await wipe_device(house.office, phone.replica, NOON)
    ticket = (await told(phone))["ticket"]
    assert [(await phone.say_wiped(ticket)).status_code for _ in range(2)] == [200, 200]
    assert (await read_device(house.office, phone.replica)).state == "wiped"
    assert said(await phone.sign_in()) == REVOKED and await phone.me() == 403
    assert (await phone.hand_over(ticket, a_job(ANNA, "afterwards"))).json() == {"taken": 0}
    await wipe_device(house.office, phone.replica, NOON)
    assert said(await phone.sign_in()) == REVOKED


async def test_what_is_unsent_is_kept_once_and_changes_nothing_until_it_is_accepted_one_by_one(house: House) -> None:
    phone = await a_phone(house)
    await wipe_device(house.office, phone.replica, NOON)
    ticket = (await told(phone))["ticket"]
    first, second, third = a_job(ANNA, "first"), a_job(ANNA, "second", tx=2), a_job(ANNA, "third", tx=3)
    for _ in range(2):
        assert (await phone.hand_over(ticket, first, second)).json() == {"taken": 2}
    await phone.hand_over(ticket, third, n=2)
    await phone.say_wiped(ticket)
    assert await titles(house) == []
    waiting = await list_salvaged(house.office)
    assert [edit.mutation["new"]["title"] for edit in waiting] == ["first", "second", "third"]
    assert {edit.device_name for edit in waiting} == {"tablet"}

    assert await accept(house, third) == ["applied"]
    assert await titles(house) == ["third"]
    assert await discard_salvaged(house.office, waiting[1].id, "office", NOON) == 1
    assert await accept(house, first) == ["applied"]
    assert await titles(house) == ["first", "third"] and await list_salvaged(house.office) == []
    assert [edit.outcome for edit in await list_salvaged(house.office, decided=True)] == [
        "applied", "discarded", "applied",
    ]  # fmt: skip
    with pytest.raises(NotSalvaged):
        await accept(house, first)
    assert [device.id for device in await list_devices(house.office)] == [phone.replica]


async def test_what_was_saved_together_is_accepted_together(house: House) -> None:
    phone = await a_phone(house)
    await wipe_device(house.office, phone.replica, NOON)
    one, other = a_job(ANNA, "one"), a_job(ANNA, "other")
    await phone.hand_over((await told(phone))["ticket"], one, other, a_job(ANNA, "apart", tx=2))
    assert await accept(house, other) == ["applied", "applied"]
    assert await titles(house) == ["one", "other"] and len(await list_salvaged(house.office)) == 1


async def test_what_the_account_may_not_do_is_refused_and_what_others_changed_is_a_conflict(house: House) -> None:
    phone = await a_phone(house)
    (job,) = await house.jobs(ANNA)
    row = (await phone.initial()).rows("job")[0]
    change = {
        "id": str(uuid4()), "tx": 2, "twin": "job", "op": "update", "key": [str(job)], "base": row[0],
        "old": {"title": f"job of {ANNA}"}, "new": {"title": "typed"}, "at": "2030-05-01T11:00:00+00:00",
    }  # fmt: skip
    await wipe_device(house.office, phone.replica, NOON)
    bobs = a_job(BOB, "not hers")
    await phone.hand_over((await told(phone))["ticket"], bobs, change)
    await house.office.execute("UPDATE depot.job SET title = 'by the office' WHERE id = $1", job)
    assert await accept(house, bobs) == ["refused"]
    assert await accept(house, change) == ["conflict"]
    assert await titles(house) == ["by the office"]


async def test_what_the_server_has_had_is_not_kept_again(house: House) -> None:
    phone, sent = await a_phone(house), a_job(ANNA, "sent")
    assert (await phone.push(sent)).status_code == 200
    await wipe_device(house.office, phone.replica, NOON)
    await phone.hand_over((await told(phone))["ticket"], sent)
    assert await list_salvaged(house.office) == []


async def test_what_was_accepted_is_not_kept_again_though_it_is_forgotten_who_accepted_it(house: House) -> None:
    """The phone was switched off before it had wiped itself: a year later it hands over the same."""
    phone, first, second = await a_phone(house), a_job(ANNA, "first"), a_job(ANNA, "second", tx=2)
    await wipe_device(house.office, phone.replica, NOON)
    ticket = (await told(phone))["ticket"]
    await phone.hand_over(ticket, first, second)
    assert await accept(house, first) == ["applied"]
    assert await discard_salvaged(house.office, UUID(second["id"]), "office", NOON) == 1
    for _ in range(2):
        await forget_history(house.office, NOON + timedelta(days=400), DEFAULTS)
        assert (await phone.hand_over(ticket, first, second)).status_code == 200
    assert await list_salvaged(house.office) == []
    await house.office.execute("DELETE FROM twinbase.salvaged")
    await phone.hand_over(ticket, first)
    assert await list_salvaged(house.office) == [] and await titles(house) == ["first"]


async def test_a_server_may_choose_to_take_nothing(depot_url: str) -> None:
    async with open_house(depot_url, wipe_keeps_unsent=False) as house:
        phone = await a_phone(house)
        await wipe_device(house.office, phone.replica, NOON)
        problem = await told(phone)
        assert problem["keeps_unsent"] is False
        assert said(await phone.hand_over(problem["ticket"], a_job(ANNA, "lost"))) == (400, "bad-request")


async def test_what_is_no_batch_is_not_kept(house: House) -> None:
    phone = await a_phone(house)
    await wipe_device(house.office, phone.replica, NOON)
    ticket = (await told(phone))["ticket"]
    assert said(await phone.hand_over(ticket, {"id": "none"})) == (422, "bad-batch")
    strange = {"id": str(uuid4()), "tx": "\x00", "key": 7, "new": "\ud83d", "twin": "\x00"}
    assert (await phone.hand_over(ticket, strange)).json() == {"taken": 1}
    assert await accept(house, strange) == ["refused"]


async def test_the_office_sees_its_devices_and_names_them(house: House) -> None:
    phone, bobs = await a_phone(house), await a_phone(house, email="bob@depot")
    await rename_device(house.office, phone.replica, "Anna's new one")
    assert [device.device_name for device in await list_devices(house.office, "anna@depot")] == ["Anna's new one"]
    assert {device.id for device in await list_devices(house.office)} == {phone.replica, bobs.replica}
    for change in (revoke_device, wipe_device):
        with pytest.raises(UnknownDevice):
            await change(house.office, uuid4(), NOON)


async def titles(house: House) -> list[str]:
    return [row["title"] for row in await house.office.fetch("SELECT title FROM depot.job ORDER BY title")]


async def accept(house: House, mutation: dict[str, Any]) -> list[str]:
    """As the office does, on connections of its own."""
    async with open_pool(house.url, min_size=1, max_size=2) as pool:
        outcomes = await accept_salvaged(pool, house.plugins, UUID(mutation["id"]), "office", NOON)
    return [outcome.status for outcome in outcomes]


async def test_the_office_sees_what_a_device_tells_of_itself_at_a_pull(house: House) -> None:
    phone = await a_phone(house)
    cursor = (await phone.initial()).end["cursor"]
    said_of_itself = {
        "unsent": 3,
        "storage": 4_096_000,
        "proven_at": "2030-05-01T10:00:00+00:00",
        "platform": "Android 15\x07",
    }
    assert (await phone.pending(cursor, **said_of_itself, oldest_outbox="2030-04-30T10:00:00+00:00")).status == 200
    (device,) = await list_devices(house.office, "anna@depot")
    assert (device.unsent, device.storage_bytes, device.platform) == (3, 4_096_000, "Android 15")
    assert device.proven_at == NOON - timedelta(hours=2) and device.oldest_unsent == NOON - timedelta(hours=26)
    house.clock.now += timedelta(minutes=2)
    await phone.pending(cursor, unsent=0, proven_at="2099-01-01T00:00:00+00:00")
    (device,) = await list_devices(house.office, "anna@depot")
    assert (device.unsent, device.storage_bytes, device.oldest_unsent) == (0, 4_096_000, None)
    assert device.proven_at == house.clock.now, "no later than now, whatever its clock says"
    house.clock.now += timedelta(minutes=2)
    assert (await phone.pending(cursor)).status == 200, "an older app says nothing"
    assert (await list_devices(house.office))[0].unsent == 0


@pytest.mark.parametrize("wrong", [{"unsent": -1}, {"storage": "x"}, {"proven_at": "now"}, {"platform": "x" * 65}])
async def test_a_report_that_cannot_be_is_refused(house: House, wrong: dict[str, Any]) -> None:
    phone = await a_phone(house)
    cursor = (await phone.initial()).end["cursor"]
    assert (await phone.pending(cursor, **wrong)).problem["type"] == "bad-request"


async def test_a_device_that_was_cut_off_is_told_so_and_not_to_sign_in_again(house: House) -> None:
    phone = Phone(house.http)
    await phone.sign_in()
    await revoke_device(house.office, phone.replica, house.clock.now)
    answer = (await phone.ask()).json()
    assert answer["type"] == "device-revoked" and "Sign in" not in answer["detail"]
