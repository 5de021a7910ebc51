"""The page about accounts, followed with a database and a mail server."""

import json
import re
from typing import Any

from tests.cli.mail_server import MailBox, listening
from tests.docs.page_blocks import executes, find_blocks
from tests.docs.terminal import OpenTerminal, Terminal

FIRST, MAIL, RESET, LEAVE, CHANGE, ADD = find_blocks("docs/how-to/accounts.md", "bash")
LINK = re.compile(r"https://sync\.example\.com/api/v1/auth/link#[\w-]{43}\s")


def _states(terminal: Terminal) -> dict[str, str]:
    people: list[dict[str, Any]] = json.loads(terminal.run_line("twinbase user list --json").out)
    return {one["email"].partition("@")[0]: one["state"] for one in people}


@executes(FIRST, MAIL, RESET, LEAVE, CHANGE, ADD)
def test_people_are_invited_by_hand_and_by_mail_reset_and_cut_off(
    open_terminal: OpenTerminal, database_url: str, ask: Any
) -> None:
    box = MailBox()
    with listening(box) as port:
        terminal = open_terminal({"smtp://user:password@mail.example.com": f"smtp+plain://127.0.0.1:{port}"})
        terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
        terminal.run_line("twinbase db init")
        _, chief, anna, listed = terminal.run(FIRST)
        assert LINK.search(chief.out) and LINK.search(anna.out)
        assert "role=super_admin" in listed.out.replace('"', "") and "invited" in listed.out
        assert not LINK.search(terminal.run(MAIL)[-1].out)
        (letter,) = box.letters
        assert letter["To"] == "bob@example.com" and LINK.search(letter.get_content())
        assert _states(terminal) == {"anna": "invited", "bob": "invited", "chief": "invited"}

        ask("INSERT INTO twinbase.account (email, password_hash) VALUES ('anna@example.com', '') RETURNING true")
        terminal.run(RESET)
        assert [one["To"] for one in box.letters] == ["bob@example.com", "anna@example.com"]
    disabled, enabled = terminal.list_commands(LEAVE)
    terminal.run_line(disabled)
    assert _states(terminal)["anna"] == "disabled"
    terminal.run_line(enabled)
    assert _states(terminal)["anna"] == "active"
    assert 'anna@example.com has team="south".' in terminal.run(CHANGE)[-1].out
    assert "password is not taken" in terminal.run(ADD, fails="twinbase user add dora")[-1].err
    assert _states(terminal) == {"anna": "active", "bob": "invited", "carl": "active", "chief": "invited"}
