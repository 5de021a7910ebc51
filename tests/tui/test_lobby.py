"""The accounts of a device in a terminal: a lock before the day, what can be done without the code, a first sign-in."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.kivy.day import ME
from tests.kivy.test_owned_app import CODE, open_file, own
from textual.pilot import Pilot

from twinbase.replica.tokens import MemoryTokens
from twinbase_presentation import Runner, load_language
from twinbase_presentation.device.accounts import DeviceFolder
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
