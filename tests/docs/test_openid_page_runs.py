"""The page about OpenID Connect is followed, with a directory that runs for it and somebody at a browser."""

import asyncio
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.docs.page_blocks import executes, find_blocks, load_page
from tests.docs.terminal import OpenTerminal
from tests.plugins.openid.conftest import directory, installed_provider, person  # noqa: F401
from tests.plugins.openid.directory import SECRET, Directory, Person

import twinbase_openid
from twinbase import Plugins
from twinbase.testing import World
from twinbase_server import accounts

PAGE = "docs/how-to/sign-in-with-openid.md"
(SET_UP,) = find_blocks(PAGE, "bash")
(README,) = find_blocks("plugins/openid/README.md")


class HandsOfAda(webbrowser.BaseBrowser):
    """What `webbrowser.open` opens."""

    def __init__(self, ada: Person) -> None:
        super().__init__("ada")
        self._ada = ada

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self._ada.browse(url)
        return True


@executes(README, SET_UP)
def test_the_page_is_followed_up_to_its_check(
    open_terminal: OpenTerminal,
    database_url: str,
    directory: Directory,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWINBASE_DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_OF_THE_CLIENT", SECRET)
    terminal = open_terminal({"https://login.example.org/realms/company": directory.issuer})
    terminal.run(README)
    *_, check = terminal.run(SET_UP)
    assert f"issuer: {directory.issuer}" in check.out and "terminals: True" in check.out
    monkeypatch.setenv("TWINBASE_OPENID_ISSUER", "http://127.0.0.1:9")
    down = terminal.run_line("twinbase openid check", fails=True)
    assert "did not answer" in down.err
    assert terminal.run_line("twinbase openid list --json").out.strip() == "[]"
    assert "linked to nobody" in terminal.run_line("twinbase openid unlink ada@example.org", fails=True).err


@executes(*find_blocks(PAGE, "python"))
async def test_ada_signs_in_as_the_page_does(
    database_url: str,
    tmp_path: Path,
    directory: Directory,  # noqa: F811
    person: Callable[..., Person],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {"ISSUER": directory.issuer, "CLIENT_ID": "twinbase", "CLIENT_SECRET": SECRET}.items():
        monkeypatch.setenv(f"TWINBASE_OPENID_{name}", value)
    page, ada = load_page(PAGE), person("ada")
    webbrowser.register("ada", None, HandsOfAda(ada), preferred=True)
    async with World.open(database_url, Plugins(accounts, twinbase_openid), tmp_path) as world:
        await world.account("ada")
        phone, desk = await world.device("phone", signed_in=False), await world.device("desk", signed_in=False)
        assert await page.sign_in(phone.replica) == "ada@example.org"
        signing_in = asyncio.create_task(page.sign_in_elsewhere(desk.replica))
        while not (words := capsys.readouterr().out.split()):
            await asyncio.sleep(0)
        await asyncio.to_thread(ada.type_code, words[2], words[-1].rstrip("."))
        assert await signing_in == "ada@example.org"
