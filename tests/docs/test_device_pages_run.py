"""The pages about a new phone and a lost one, followed at a terminal, with a database."""

import asyncio
import json
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import make_certificate
from tests.docs.page_blocks import executes, find_blocks
from tests.docs.terminal import OpenTerminal

from twinbase import Plugins
from twinbase.clock import utc_now
from twinbase.enrolment import EnrolmentOffer, read_enrolment_uri
from twinbase.errors import HalfAnswer, NotTwinbase, Offline
from twinbase.replica.certificate import find_fingerprint
from twinbase_server import accounts

CODE, LISTS = find_blocks("docs/how-to/enrol-a-phone.md", "bash")
SCANNED, TRUST = find_blocks("docs/how-to/enrol-a-phone.md", "python")
REVOKE, WIPE, SALVAGE = find_blocks("docs/how-to/lost-device.md", "bash")
PHONE = "0198c5a0-0000-7000-8000-000000000001"
ACCOUNT = "INSERT INTO twinbase.account VALUES ('anna@example.org', '', '{}')"
DEVICE = f"INSERT INTO twinbase.replica (id, account, device_name) VALUES ('{PHONE}', 'anna@example.org', 'phone')"
EDIT = """
INSERT INTO twinbase.salvaged (id, replica, tx, offset_ms, mutation, salvaged_at)
VALUES ('0198c5a0-1111-7000-8000-00000000000{n}', '{phone}', '{n}', 0, '{mutation}', now())
"""


def _edit(n: int) -> str:
    """Of a twin that the accounts alone do not bring."""
    mutation = {"id": f"0198c5a0-1111-7000-8000-00000000000{n}", "tx": n, "twin": "note", "op": "insert"}
    told = {"key": ["1"], "new": {"text": "The boiler leaks"}, "at": "2026-05-04T08:59:30+00:00"}
    return EDIT.format(n=n, phone=PHONE, mutation=json.dumps({**mutation, **told}))


@executes(CODE, LISTS)
def test_a_code_is_made_for_a_new_phone(open_terminal: OpenTerminal, database_url: str, ask: Any) -> None:
    terminal = open_terminal({})
    terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
    terminal.run_line("twinbase db init")
    ask(ACCOUNT)
    (shown,) = terminal.run(CODE)
    assert "enrols one device for anna@example.org" in shown.out
    assert ask("SELECT account, used_at FROM twinbase.enrolment") == [("anna@example.org", None)]
    ask(DEVICE)
    assert PHONE in terminal.run(LISTS)[0].out


@executes(SCANNED)
def test_what_was_scanned_is_shown_before_it_is_joined() -> None:
    page: dict[str, Any] = {}
    exec(SCANNED.take(), page)
    assert read_enrolment_uri(page["SCANNED"]) == page["offer"]


@executes(TRUST)
async def test_a_certificate_that_was_scanned_is_trusted(tmp_path: Path) -> None:
    page: dict[str, Any] = {}
    exec(TRUST.take(), page)
    pem, key = make_certificate(tmp_path)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(pem, key)
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=shown) as server:
        address = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        offer = EnrolmentOffer(address, "7K3MQ9TD", utc_now(), find_fingerprint(pem.read_text()))
        replica = await page["open_replica"](tmp_path / "a.twin", bytes(32), Plugins(accounts), offer)
        async with replica:
            with pytest.raises((HalfAnswer, Offline)):
                await replica.enroll(offer.code)
        with pytest.raises(NotTwinbase):
            await page["open_replica"](
                tmp_path / "b.twin", bytes(32), Plugins(accounts), replace(offer, certificate="0")
            )


@executes(REVOKE, WIPE, SALVAGE)
def test_a_lost_phone_is_cut_off_and_wiped_and_what_it_had_is_decided(
    open_terminal: OpenTerminal, database_url: str, ask: Any
) -> None:
    terminal = open_terminal({})
    terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
    terminal.run_line("twinbase db init")
    for statement in (ACCOUNT, DEVICE, _edit(1), _edit(2)):
        ask(statement)
    assert "phone" in terminal.run(REVOKE)[0].out
    assert ask("SELECT revoked_at IS NOT NULL FROM twinbase.replica") == [(True,)]
    terminal.run(WIPE)
    assert ask("SELECT wipe_asked_at IS NOT NULL FROM twinbase.replica") == [(True,)]
    listed, shown, accepted, _ = terminal.run(SALVAGE, fails="twinbase salvage accept")
    assert "note" in listed.out and "The boiler leaks" in shown.out and "refused" in accepted.out
    assert ask("SELECT outcome FROM twinbase.salvaged ORDER BY tx") == [("refused",), ("discarded",)]
