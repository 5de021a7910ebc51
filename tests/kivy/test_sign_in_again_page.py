"""The page of a session that has ended, in the window: the company's directory first, for who came by it."""

from itertools import product
from typing import Any

import pytest
from tests.kivy.day import OpenDay

from twinbase_presentation import Route

SIGN_IN = Route("sign_in")


@pytest.mark.parametrize("doing", ["waits in browser", "waits with code"])
async def test_what_is_seen_meanwhile_can_be_hit_and_read(day: OpenDay, doing: str) -> None:
    from kivy.metrics import dp
    from tests.kivy import showing
    from tests.kivy.measuring import find_faults, list_words

    from twinbase_kivy.look import look

    faults = []
    for language in ("fr", "en"):
        shell: Any = showing.open_shell(day, language)
        await showing.show_screen(shell, "sign_in")
        await showing.DONE_ON_PAGES[doing](shell)
        assert "Plomberie Martin" in list_words(shell.frame)
        for size, look.text_scale in product(((360, 640), (1280, 800)), (1.0, 1.3)):
            shell.fit(*map(dp, size))
            faults += [f"{language} {size[0]} {look.text_scale:.0%}: {fault}" for fault in find_faults(shell)]
        shell.close()
    look.text_scale = 1.0
    assert faults == []


async def test_the_directory_is_the_first_way_and_who_waits_can_stop(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell: Any = showing.open_shell(day)
    await showing.show_screen(shell, "sign_in")
    words = list_words(shell.frame)
    assert words.index("Sign in with Plomberie Martin") < words.index("Code of the office")
    await showing.DONE_ON_PAGES["waits in browser"](shell)
    assert "Code of the office" not in list_words(shell.frame)
    await showing.touch(shell, "Cancel")
    shell.pages[SIGN_IN].model._directory._show(None)
    await showing.touch(shell, "Sign in with Plomberie Martin")
    assert "There is no way to the server just now. Try again where there is a network." in list_words(shell.frame)
    shell.close()
