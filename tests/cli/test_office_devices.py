"""`twinbase device`, `session` and `salvage`: what the office does about a phone, typed."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tests.cli.conftest import EMAIL, PASSWORD, PLUGINS, VISIT, Company
from tests.cli.said import Twinbase
from tests.server.phone import Phone

from twinbase.enrolment import read_enrolment_uri


def phone_of(company: Company, ask: Any) -> Any:
    """What a phone gets from the server; `ask` is given the phone."""

    async def run() -> Any:
        async with httpx2.AsyncClient(base_url=f"{company.server}/api/v1/") as http:
            return await ask(Phone(http))

    return asyncio.run(run())


async def sign_in(phone: Phone) -> Phone:
    body = {"email": EMAIL, "password": PASSWORD, "replica": str(phone.replica), "device_name": "Anna's [phone]"}
    phone.take(await phone.http.post("auth/login", json={**body, "device_key": phone._shown_key()}, headers=HEAD))
    assert phone.token
    return phone


HEAD = {"Twinbase-Protocol": "1"}


def test_a_code_is_shown_to_type_and_to_scan_and_enrols_a_device(
    twinbase: Twinbase, company: Company, tmp_path: Path
) -> None:
    at, picture = ("--database-url", company.url), tmp_path / "code.svg"
    made = twinbase("device", "code", EMAIL, "--server", company.server, "--svg", str(picture), *at, "--json").json
    offer = read_enrolment_uri(made["uri"])
    assert offer.server == company.server and made["code"].replace("-", "") == offer.code
    assert picture.read_text().startswith("<svg")

    async def enroll(phone: Phone) -> httpx2.Response:
        body = {"code": made["code"].lower(), "replica": str(phone.replica), "device_name": "new"}
        return await phone.http.post("auth/enroll", json=body, headers=HEAD)

    assert phone_of(company, enroll).json()["subject"] == EMAIL
    said = twinbase("device", "code", EMAIL, "--server", company.server, *at).out
    assert "enrols one device" in said and "█" in said
    assert "█" not in twinbase("device", "code", EMAIL, *at, TWINBASE_SERVER="").out
    unknown = twinbase("device", "code", "nobody@example.com", *at)
    assert unknown.status == 1 and "twinbase account add" in unknown.err


def test_a_device_is_listed_renamed_cut_off_let_in_and_its_session_is_ended(
    twinbase: Twinbase, company: Company
) -> None:
    at, phone = ("--database-url", company.url), phone_of(company, sign_in)
    id = str(phone.replica)

    def state() -> dict[str, Any]:
        return next(one for one in twinbase("device", "list", *at, "--json").json if one["id"] == id)

    assert (state()["device_name"], state()["state"]) == ("Anna's [phone]", "admitted")
    assert "Anna's [phone]" in twinbase("device", "list", *at).out
    assert twinbase("device", "rename", id[:13], "the [old] one", *at).status == 0
    assert "the [old] one" in twinbase("session", "list", *at).out
    assert twinbase("session", "end", phone.session, *at, "--json").json == {"ended": 1}
    assert twinbase("session", "end", phone.session, *at).status == 1
    ended = twinbase("session", "list", "--account", EMAIL, "--ended", *at, "--json").json
    assert {one["ended_why"] for one in ended if one["id"] == phone.session} == {"The office ended it."}

    assert twinbase("device", "revoke", id, *at).status == 0 and state()["state"] == "revoked"
    assert twinbase("device", "readmit", id, *at).status == 0 and state()["state"] == "admitted"
    assert twinbase("device", "wipe", id, "--yes", *at).status == 0 and state()["state"] == "to be wiped"
    assert twinbase("device", "cancel-wipe", id, *at).status == 0 and state()["state"] == "admitted"
    for wrong in (str(uuid4()), "", "zz"):
        said = twinbase("device", "revoke", wrong, *at)
        assert said.status == 1 and "twinbase device list" in said.err
    assert twinbase("session", "end", "--account", EMAIL, *at).status == 0
    assert twinbase("session", "end", *at).status == 2


def test_what_was_salvaged_is_shown_accepted_and_discarded(twinbase: Twinbase, company: Company) -> None:
    at = ("--database-url", company.url)
    edits = [change(tx, title) for tx, title in enumerate(("Chaudière murale", "Poêle"), 1)]

    async def hand_over(phone: Phone) -> None:
        await sign_in(phone)
        assert twinbase_in_thread("device", "wipe", str(phone.replica), "--yes", *at)
        ticket = (await phone.ask()).json()["ticket"]
        answer = await phone.hand_over(ticket, *edits)
        assert answer.json() == {"taken": 2}
        assert (await phone.say_wiped(ticket)).status_code == 200

    def twinbase_in_thread(*arguments: str) -> bool:
        import threading

        said: list[int] = []
        thread = threading.Thread(target=lambda: said.append(twinbase(*arguments).status))
        thread.start()
        thread.join()
        return said == [0]

    phone_of(company, hand_over)
    first, second = (one["id"] for one in edits)
    listed = twinbase("salvage", "list", *at, "--json").json
    assert [one["id"] for one in listed] == [first, second]
    shown = twinbase("salvage", "show", first, *at).out
    assert "Chaudière murale" in shown and EMAIL in shown
    accepted = twinbase("salvage", "accept", first, "--plugins", PLUGINS, *at, "--json")
    assert [one["id"] for one in accepted.json] == [first]
    assert twinbase("salvage", "discard", second, *at, "--json").json == {"discarded": 1}
    assert "Nothing waits" in twinbase("salvage", "list", *at).out
    decided = twinbase("salvage", "list", "--decided", *at, "--json").json
    assert decided[1]["outcome"] == "discarded" and "command line" in decided[1]["decided_by"]
    assert twinbase("salvage", "accept", str(uuid4()), "--plugins", PLUGINS, *at).status == 1


def test_what_a_thief_typed_gives_the_terminal_of_the_office_no_orders(twinbase: Twinbase, company: Company) -> None:
    at, id = ("--database-url", company.url), str(uuid4())
    typed = {
        "id": id,
        "tx": 1,
        "twin": "\x1b[2J",
        "op": ["\x1b]0;"],
        "key": 7,
        "old": [],
        "new": {"\x1b[1m": "\x1b[31m"},
    }
    mutation = json.dumps(typed).replace("'", "''")
    company.sql(
        "WITH r AS (INSERT INTO twinbase.replica (id, account, device_name)"
        " VALUES (gen_random_uuid(), 'thief', E'\\x1b[8m') RETURNING id)"
        " INSERT INTO twinbase.salvaged (id, replica, tx, offset_ms, mutation, salvaged_at)"
        f" SELECT '{id}', id, '1', 0, '{mutation}', now() FROM r"
    )
    for command in (("salvage", "list"), ("salvage", "show", id), ("device", "list"), ("session", "list")):
        said = twinbase(*command, *at)
        assert said.status == 0 and "\x1b" not in said.out
    assert twinbase("salvage", "discard", id, *at).status == 0


def change(tx: int, title: str) -> dict[str, Any]:
    """What a technician typed about his visit."""
    return {
        "id": str(uuid4()), "tx": tx, "twin": "interventions", "op": "update", "key": [str(VISIT)], "base": 1,
        "old": {"title": "Chaudière"}, "new": {"title": title}, "at": "2026-11-28T11:00:00+00:00",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["status", "outbox", "verify"])
def test_the_commands_of_a_file_are_found_by_their_old_name_too(twinbase: Twinbase, name: str, tmp_path: Path) -> None:
    said = [twinbase(group, name, str(tmp_path / "none.twin")) for group in ("file", "device")]
    assert said[0].err == said[1].err and "twinbase file enroll" in said[0].err
