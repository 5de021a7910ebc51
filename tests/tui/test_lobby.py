"""The accounts of a device in a terminal: a lock before the day, what can be done without the code, a first sign-in."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.kivy.day import ME
from tests.kivy.test_owned_app import CODE, open_file, own
from textual.pilot import Pilot

from twinbase.replica.tokens import MemoryTokens
from twinbase_openid import device as openid
from twinbase_presentation import Runner, load_language
from twinbase_presentation.device.accounts import DeviceFolder
from twinbase_presentation.device.directories import DirectoryOffer
from twinbase_presentation.device.directory_sign_in import DirectoryWait
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.entry.lobby import Lobby
from twinbase_textual.day.lobby_app import INSIDE, LobbyApp


class NoKeyring(FileKeys):
    """A machine without a keyring, whatever this one has."""

    def __init__(self) -> None:
        super().__init__(MemoryTokens())
        self._store = None


@asynccontextmanager
async def stand_at(device: DeviceFolder, keys: FileKeys) -> AsyncIterator[tuple[LobbyApp, Pilot[int]]]:
    """The lobby of a device, in a terminal of 80 columns."""
    runner = Runner()
    lobby = Lobby(runner, load_language("en"), device, open_file, keys=keys)
    app = LobbyApp(lobby)
    async with app.run_test(size=(80, 24)) as pilot:
        yield app, pilot
    runner.close()


def read_text(app: LobbyApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip().replace("\u00a0", " ") for strip in strips)


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError(read_text(pilot.app))  # type: ignore[arg-type]


async def test_a_code_lets_somebody_in_and_a_wrong_one_says_how_many_are_left(anna: Path, tmp_path: Path) -> None:
    async with stand_at(*await own(anna, tmp_path / "device", "pin")) as (app, pilot):
        await until(pilot, lambda: "Enter your code." in read_text(app))
        await pilot.press(*"111112", "enter")
        await until(pilot, lambda: "Wrong code. 4 tries before a wait." in read_text(app))
        assert CODE not in read_text(app)
        await pilot.press(*CODE, "enter")
        await until(pilot, lambda: app.lobby.step == "inside")
        assert app.lobby.me == ME
        await until(pilot, lambda: app.return_value == INSIDE)


async def test_who_forgot_the_code_is_told_the_truth(anna: Path, tmp_path: Path) -> None:
    async with stand_at(*await own(anna, tmp_path / "device", "pin")) as (app, pilot):
        await until(pilot, lambda: "Enter your code." in read_text(app))
        await pilot.press("f2")
        await until(pilot, lambda: "What was not sent yet is in the locked file alone." in read_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Enter your code." in read_text(app))
        await pilot.press("f2")
        await until(pilot, lambda: "Sign in again" in read_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "anna@example.org" in read_text(app))
        assert len(app.lobby.accounts) == 1


async def test_a_new_device_asks_for_what_is_missing_and_then_for_a_passphrase(tmp_path: Path) -> None:
    async with stand_at(DeviceFolder(tmp_path), NoKeyring()) as (app, pilot):
        await until(pilot, lambda: "Address of the server" in read_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Fill in every field." in read_text(app))
        await pilot.press(*"t.example", "tab", "tab", *"anna", "tab", *"secret")
        assert "secret" not in read_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.lobby.step == "code")
        await pilot.press("escape")
        await until(pilot, lambda: app.lobby.step == "ask" and "t.example" in read_text(app))


async def test_who_sits_far_away_signs_in_at_the_directory_with_a_code(tmp_path: Path) -> None:
    async with stand_at(DeviceFolder(tmp_path), FileKeys(MemoryTokens())) as (app, pilot):
        await until(pilot, lambda: "Address of the server" in read_text(app))
        await pilot.press("tab", *"7K3M")
        app.ways.model.note_offer(DirectoryOffer("[red]Martin[/]", openid))
        await until(pilot, lambda: "F3: sign in with [red]Martin[/], or else:" in read_text(app))
        await pilot.press(*"-Q9")
        assert app.ways.typed["code"] == "7K3M-Q9", "who types keeps his place"
        wait = DirectoryWait("[red]Martin[/]", 15, "WDJB-MJHT", "https://login.martin.example/device")
        app.ways.model._show(step="joining", wait=wait)
        await until(pilot, lambda: "W D J B - M J H T" in read_text(app))
        text = read_text(app)
        assert "https://login.martin.example/device" in text and "You have 15 minutes." in text
        assert "Sign in with [red]Martin[/]" in text and "E-mail" not in text
        app.ways.model._show(step="ask", wait=None)
        await until(pilot, lambda: "E-mail" in read_text(app))
