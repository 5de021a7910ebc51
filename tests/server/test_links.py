"""A one-time link gives a person a password once, whoever opens it before or shows it again."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from tests.server.depot import NOON, Device, House, open_house
from tests.server.phone import Phone
from tests.server.watched import DEFAULTS

from twinbase_server.accounts import save_account
from twinbase_server.housekeeping import TURNS_AN_HOUR, run_turn
from twinbase_server.links.link import LinkPurpose, OneTimeLink, find_end, hash_secret, make_address, make_secret
from twinbase_server.links.people import disable_account, enable_account, list_people, rename_account
from twinbase_server.links.store import FORGOTTEN_AFTER, AccountExists, AccountMissing, make_link
from twinbase_server.links.words import WORDS, choose_language

FORM = "application/x-www-form-urlencoded"
CARLA, PASSWORD = "carla@depot", "three old trains"
CLAIMS = {"person": "c", "sectors": ["north"]}


EITHER = pytest.mark.parametrize(("kind", "of"), [("invite", CARLA), ("reset", "anna@depot")])


async def _make(house: House, kind: LinkPurpose = "invite", of: str = CARLA, minutes: int = 60) -> str:
    claims = CLAIMS if kind != "reset" else {}
    link = OneTimeLink(kind, of, find_end(house.clock.now, minutes), claims, "Carla" if claims else "")
    return await make_link(house.office, link, "a test", house.clock.now)


async def _show(house: House, secret: str, password: str = PASSWORD, *, of: str = "192.0.2.1") -> httpx2.Response:
    transport = httpx2.ASGITransport(app=house.app, client=(of, 4711))
    async with httpx2.AsyncClient(transport=transport, base_url="http://depot/api/v1/") as http:
        return await http.post("auth/link", json={"secret": secret, "password": password})


async def _fill_in(house: House, language: str = "en", **fields: str) -> httpx2.Response:
    filled = {"password": PASSWORD, "repeated": PASSWORD, **fields}
    return await house.http.post("auth/link", data=filled, headers={"Accept-Language": language})


def _problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


async def test_an_invited_person_chooses_a_password_and_signs_in(house: House) -> None:
    secret = await _make(house)
    assert (await Device(house.http).login(CARLA, PASSWORD)).status_code == 401
    done = await _show(house, secret)
    assert (done.status_code, done.json(), done.headers["cache-control"]) == (200, {"email": CARLA}, "no-store")
    assert (await Device(house.http).login(CARLA, PASSWORD)).json()["claims"] == CLAIMS


async def test_a_reset_changes_the_password_and_nothing_else_and_only_when_it_is_used(house: House) -> None:
    secret = await _make(house, "reset", "anna@depot")
    before = (await Device(house.http).login("anna@depot")).json()["claims"]
    assert (await _show(house, secret)).status_code == 200
    assert (await Device(house.http).login("anna@depot")).status_code == 401
    assert (await Device(house.http).login("anna@depot", PASSWORD)).json()["claims"] == before


async def test_a_reset_that_is_used_ends_the_sessions_of_the_account_and_of_no_other(house: House) -> None:
    anna, bob = Phone(house.http), Phone(house.http)
    assert {(await anna.sign_in()).status_code, (await bob.sign_in("bob@depot")).status_code} == {200}
    secret = await _make(house, "reset", "anna@depot")
    assert (await anna.me(), (await _show(house, secret, "short")).status_code, await anna.me()) == (200, 422, 200)
    assert (await _show(house, secret)).status_code == 200
    assert await anna.me() == 401 and _problem(await anna.refresh()) == (401, "session-ended")
    assert await bob.me() == 200 and (await bob.refresh()).status_code == 200


async def test_a_mail_scanner_that_opens_a_link_uses_nothing_up(house: House) -> None:
    """It never has the secret: what follows # is not sent. One that knows it, and asks with it, gets no further."""
    secret = await _make(house)
    path = make_address("", secret).partition("#")[0].removeprefix("/api/v1/")
    for method in ("GET", "HEAD", "GET"):
        for address in (path, f"{path}?secret={secret}", f"{path}/{secret}"):
            answer = await house.http.request(method, address)
            assert answer.status_code in (200, 404, 405) and secret not in answer.text
    assert (await _show(house, secret)).status_code == 200


@EITHER
async def test_a_link_is_used_once(house: House, kind: LinkPurpose, of: str) -> None:
    secret = await _make(house, kind, of)
    assert (await _show(house, secret)).status_code == 200
    again = await _show(house, secret, "quite another phrase")
    assert _problem(again) == (410, "link-gone") and "was used" in again.json()["title"]
    assert (await Device(house.http).login(of, PASSWORD)).status_code == 200


@EITHER
async def test_of_many_who_show_one_link_at_once_to_two_servers_one_wins(
    depot_url: str, kind: LinkPurpose, of: str
) -> None:
    async with open_house(depot_url) as one, open_house(depot_url) as other:
        secret = await _make(one, kind, of)
        passwords = [f"three old trains {n}" for n in range(6)]
        shown = [_show((one, other)[n % 2], secret, password) for n, password in enumerate(passwords)]
        answers = await asyncio.gather(*shown)
        won = [n for n, answer in enumerate(answers) if answer.status_code == 200]
        assert len(won) == 1 and {answer.status_code for answer in answers} == {200, 410}
        signed_in = [(await Device(one.http).login(of, password)).status_code for password in passwords[:1]]
        assert signed_in == [200 if won == [0] else 401]
        assert (await Device(one.http).login(of, passwords[won[0]])).status_code == 200


async def test_unknown_ended_and_used_links_get_one_answer(house: House) -> None:
    used, ended = await _make(house), await _make(house, of="dora@depot")
    replaced = await _make(house, of="eve@depot", minutes=120)
    newest = await _make(house, of="eve@depot", minutes=120)
    await _show(house, used)
    house.clock.now += timedelta(minutes=60)
    answers = [await _show(house, secret) for secret in (used, ended, replaced, make_secret(), "", "é\x00")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(410, answers[0].text)}
    assert (await _show(house, newest)).status_code == 200, "the newest of an account is the one that is good"


async def test_a_password_that_is_not_taken_leaves_the_link_as_it_was(house: House) -> None:
    secret = await _make(house)
    for password, fault in (
        ("hunter2", "short"),
        ("passwordpassword", "known"),
        ("carla@depot1", "known"),
        ("é" * 501, "long"),
    ):
        refused = await _show(house, secret, password)
        assert _problem(refused) == (422, "password-unfit") and refused.json()["fault"] == fault
        assert refused.json()["detail"].endswith(".") and password not in refused.text
    assert (await _show(house, secret)).status_code == 200


async def test_who_shows_many_secrets_has_to_wait_and_who_has_a_good_one_elsewhere_does_not(house: House) -> None:
    secret = await _make(house)
    kinds = [_problem(await _show(house, make_secret()))[1] for _ in range(33)]
    assert kinds == ["link-gone"] * 31 + ["too-many-sign-ins"] * 2
    assert _problem(await _show(house, secret)) == (429, "too-many-sign-ins")
    assert (await _show(house, secret, of="198.51.100.7")).status_code == 200


async def test_no_connection_is_kept_and_no_more_are_hashed_than_sign_in_at_one_time(depot_url: str) -> None:
    async with open_house(depot_url, pool_max=1, sign_ins_max=1, pool_wait_seconds=0.1) as house:
        secret = await _make(house)
        async with house.app.state.serving.lanes.sign_ins.enter_lane():
            assert _problem(await _show(house, secret)) == (503, "too-busy")
        device = await house.device()
        showing = asyncio.create_task(_show(house, secret))
        while not showing.done():
            assert (await house.http.get("auth/me", headers=device.headers())).status_code == 200
        assert (await showing).status_code == 200


async def test_a_disabled_account_gets_no_link_and_a_link_enables_nobody(house: House) -> None:
    phone = Phone(house.http)
    await phone.sign_in()
    secret = await _make(house, "reset", "anna@depot")
    await disable_account(house.office, "anna@depot", NOON)
    assert _problem(await _show(house, secret)) == (410, "link-gone")
    with pytest.raises(AccountMissing):
        await _make(house, "reset", "anna@depot")
    await enable_account(house.office, " Anna@depot")
    assert _problem(await phone.refresh()) == (401, "session-ended"), "who comes back signs in again"
    assert _problem(await _show(house, secret)) == (410, "link-gone")
    assert (await Device(house.http).login("anna@depot")).status_code == 200


async def test_a_link_that_was_looked_at_before_the_account_was_disabled_is_no_good_after(house: House) -> None:
    """The password was being hashed meanwhile, and a link of an older server's may be open still."""
    secret = await _make(house, "reset", "anna@depot")
    await house.office.execute("UPDATE twinbase.account SET disabled = true WHERE email = 'anna@depot'")
    assert _problem(await _show(house, secret)) == (410, "link-gone")
    await enable_account(house.office, "anna@depot")
    assert (await Device(house.http).login("anna@depot")).status_code == 200, "with the old password"


async def test_whoever_has_an_account_is_not_invited_and_whoever_has_none_gets_no_reset(house: House) -> None:
    kinds: tuple[LinkPurpose, ...] = ("invite", "admin")
    for kind in kinds:
        with pytest.raises(AccountExists):
            await _make(house, kind, "Anna@Depot")
    with pytest.raises(AccountMissing):
        await _make(house, "reset", CARLA)
    with pytest.raises(AccountMissing):
        await disable_account(house.office, CARLA, NOON)


@EITHER
async def test_a_password_that_is_set_otherwise_ends_the_links(house: House, kind: LinkPurpose, of: str) -> None:
    secret = await _make(house, kind, of)
    await save_account(house.office, of.upper(), "another old train", {"person": "x"})
    assert _problem(await _show(house, secret)) == (410, "link-gone")
    assert (await Device(house.http).login(of, "another old train")).status_code == 200


async def test_everybody_is_listed_with_what_becomes_of_them(house: House) -> None:
    await _make(house)
    await _make(house, "reset", "bob@depot")
    await house.device("anna@depot")
    await rename_account(house.office, "anna@depot", " Anna Martin ")
    await disable_account(house.office, "anna@depot", NOON)
    people = {one.email: one for one in await list_people(house.office, NOON)}
    assert [(one.email, one.name, one.state, one.link) for one in people.values()] == [
        ("anna@depot", "Anna Martin", "disabled", None),
        ("bob@depot", "", "active", "reset"),
        (CARLA, "Carla", "invited", "invite"),
    ]
    assert (people["anna@depot"].last_seen, people["bob@depot"].last_seen) == (NOON, None)
    assert people[CARLA].claims == CLAIMS and people[CARLA].link_ends_at == NOON + timedelta(minutes=60)
    await disable_account(house.office, CARLA, NOON)
    assert CARLA not in {one.email for one in await list_people(house.office, NOON)}, "the invitation is taken back"


async def test_the_database_holds_no_secret_and_forgets_links_after_a_while(house: House) -> None:
    secret = await _make(house)
    kept = await house.office.fetchrow("SELECT * FROM twinbase.link")
    assert kept is not None and kept["hash"] == hash_secret(secret) and secret not in str(dict(kept))
    assert (kept["made_by"], kept["made_at"], kept["used_at"]) == ("a test", NOON, None)
    for age, left in ((FORGOTTEN_AFTER, 1), (FORGOTTEN_AFTER + timedelta(hours=2), 0)):
        await run_turn(house.office, NOON + age, TURNS_AN_HOUR, DEFAULTS)
        assert await house.office.fetchval("SELECT count(*) FROM twinbase.link") == left


async def test_the_page_is_whole_by_itself_and_tells_nobody_of_its_reader(house: House) -> None:
    page = await house.http.get("auth/link")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert {name: page.headers[name] for name in ("cache-control", "referrer-policy", "x-content-type-options")} == {
        "cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff",
    }  # fmt: skip
    policy = dict(part.strip().partition(" ")[::2] for part in page.headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    (nonce,) = set(re.findall(r'nonce="(.+?)"', page.text))
    assert policy["script-src"] == policy["style-src"] == f"'nonce-{nonce}'"
    assert nonce not in (await house.http.get("auth/link")).text
    assert not re.search(r"(src|href|url\()\s*=?\s*[\"']?(https?:)?//|style=", page.text)


async def test_a_person_fills_in_the_form_and_is_told_what_is_wrong_in_their_language(house: House) -> None:
    secret = await _make(house)
    differs = await _fill_in(house, "fr-FR,en;q=0.5", secret=secret, repeated="three old trams")
    assert differs.status_code == 422 and WORDS["fr"]["different"] in differs.text and 'lang="fr"' in differs.text
    assert secret in differs.text and PASSWORD not in differs.text, (
        "the form goes on with the link, not with a password"
    )
    short = await _fill_in(house, secret=f"https://depot/api/v1/auth/link#{secret} ", password="ab", repeated="ab")
    assert short.status_code == 422 and "fewer than 12 letters" in short.text
    done = await _fill_in(house, secret=f"https://depot/api/v1/auth/link#{secret} ")
    assert done.status_code == 200 and CARLA in done.text and WORDS["en"]["done_title"] in done.text
    gone = await _fill_in(house, secret=secret)
    assert gone.status_code == 410 and WORDS["en"]["gone_title"] in gone.text and "<form" not in gone.text


async def test_a_busy_server_tells_whoever_filled_in_the_form_to_try_again(depot_url: str) -> None:
    async with open_house(depot_url, sign_ins_max=1, pool_wait_seconds=0.1) as house:
        secret = await _make(house)
        async with house.app.state.serving.lanes.sign_ins.enter_lane():
            busy = await _fill_in(house, secret=secret)
        assert busy.status_code == 503 and WORDS["en"]["later"] in busy.text and secret in busy.text
        await house.office.execute("ALTER TABLE twinbase.link RENAME TO gone")
        assert (await _fill_in(house, secret=secret)).status_code == 500
        await house.office.execute("ALTER TABLE twinbase.gone RENAME TO link")
        assert (await _fill_in(house, secret=secret)).status_code == 200


async def test_what_was_typed_is_text_on_the_page_and_nothing_else(house: House) -> None:
    await _make(house)
    for _ in range(31):
        await _show(house, "guess", of="127.0.0.1")
    waits = await _fill_in(house, secret='"><script>alert(1)</script>')
    assert waits.status_code == 429 and int(waits.headers["retry-after"]) > 0
    assert WORDS["en"]["wait"] in waits.text and "<script>" not in waits.text


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, (400, "bad-request")),
        ({"json": {"secret": "x" * 401, "password": PASSWORD}}, (400, "bad-request")),
        ({"json": {"secret": "x"}}, (400, "bad-request")),
        ({"data": {"password": "x"}}, (400, "bad-request")),
        ({"data": {f"f{n}": "x" for n in range(17)}}, (400, "bad-request")),
        ({"content": b"\xff=%ff", "headers": {"Content-Type": FORM}}, (400, "bad-request")),
        ({"content": b"secret", "headers": {"Content-Type": "text/plain"}}, (415, "media-type")),
        ({"json": {"secret": "x", "password": "x" * 9000}}, (413, "body-too-large")),
    ],
)  # fmt: skip
async def test_what_is_no_form_is_refused_without_being_shown(
    house: House, sent: Any, expected: tuple[int, str]
) -> None:
    answer = await house.http.post("auth/link", **sent)
    assert _problem(answer) == expected and PASSWORD not in answer.text and "xxx" not in answer.text


@pytest.mark.parametrize(("minutes", "good"), [(1, 15), (15, 15), (1440, 1440), (10_080, 10_080), (10**6, 10_080)])
def test_a_link_is_good_for_a_quarter_of_an_hour_at_least_and_for_a_week_at_most(minutes: int, good: int) -> None:
    assert find_end(NOON, minutes) - NOON == timedelta(minutes=good)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"), ("*", "en"), ("de", "en"), ("fr", "fr"), ("fr-CA", "fr"), ("fr;q=0", "en"),
        ("fr-FR,fr;q=0.9,en-US;q=0.8", "fr"), ("en-GB,en;q=0.9,fr;q=0.8", "en"), ("de,fr;q=0.3", "fr"),
        ("fr;q=x", "fr"), ("," * 9000, "en"),
    ],
)  # fmt: skip
def test_the_page_speaks_the_language_that_a_browser_asks_for(accepted: str, language: str) -> None:
    assert choose_language(accepted) == language


def test_all_that_is_said_is_said_in_both_languages() -> None:
    english, french = WORDS["en"], WORDS["fr"]
    assert english.keys() == french.keys() and all(english[key] != french[key] for key in english.keys() - {"code"})
    for key in english:
        assert re.findall(r"\{\w+\}", english[key]) == re.findall(r"\{\w+\}", french[key])
