"""The team in the window: a colleague is one touch from a call."""

from typing import Any

import pytest
from tests.kivy.day import OpenDay

from twinbase_presentation import Route

TEAM = Route("team")


async def test_a_colleague_is_found_and_called(day: OpenDay, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    shell: Any = showing.open_shell(day)
    await showing.show_screen(shell, "team")
    assert {"On your visits today", "Karim Petit", "06 11 22 33 44"} <= {
        line for text in list_words(shell.frame) for line in text.split("\n")
    }
    await showing.touch(shell, "Call: Karim")
    assert opened == ["tel:0611223344"]
    shell.pages[TEAM].search.typing.input.text = "zz"
    await shell.workday.finish_tasks()
    assert "Nobody of the company matches." in list_words(shell.frame)
    shell.close()
