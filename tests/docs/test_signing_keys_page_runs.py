"""The page about signing keys, followed with a database: keys are wrapped, and rotated."""

from datetime import datetime
from typing import Any

import pytest
from tests.docs.page_blocks import executes, find_blocks
from tests.docs.terminal import OpenTerminal

WRAP, ROTATE, END_OLD = find_blocks("docs/how-to/signing-keys.md", "bash")


@executes(WRAP, ROTATE, END_OLD)
def test_the_keys_are_wrapped_rotated_and_ended(
    open_terminal: OpenTerminal, database_url: str, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = (
        "SELECT purpose, wrapped_by <> '', signs_from, ends_at FROM twinbase.signing_key ORDER BY purpose, signs_from"
    )
    terminal = open_terminal({})
    terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
    terminal.run_line("twinbase db init")
    listed = terminal.run(WRAP)[-1].out
    assert "EdDSA" in listed and "no" not in listed.split()
    terminal.run(ROTATE)
    assert [(purpose, wrapped) for purpose, wrapped, *_ in ask(keys)] == [
        (purpose, True) for purpose in ("cursor", "refresh", "token") for _ in range(2)
    ]
    terminal.run(END_OLD)
    for purpose in ("cursor", "refresh", "token"):
        *older, newest = [row for row in ask(keys) if row[0] == purpose]
        assert len(older) == 2 and newest[3] is None
        assert all(isinstance(row[3], datetime) and row[3] <= newest[2] for row in older)
