"""The settings by keys: what is chosen holds at once, signing out says what is lost, a code is changed."""

from pathlib import Path
from typing import Any

from tests.kivy.day import PLUGINS
from tests.kivy.test_owned_app import CODE, open_file, own
from tests.tui.terminal import NARROW, WIDE, open_terminal
from textual.app import App
from textual.pilot import Pilot

from twinbase.replica import Replica
from twinbase_presentation.device.directory_sign_in import DirectoryWait
from twinbase_textual.day.app import DayApp
from twinbase_textual.day.lobby_app import LobbyApp
from twinbase_textual.day.owned_day import OwnedDay, run_owned_day


async def test_what_is_chosen_holds_at_once(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("comma")
        await terminal.see("Anna Martin", "Theme", "A code is asked", "Photos that are here alone")
        assert "Text size" not in terminal.text and "Reduce movement" not in terminal.text
        await terminal.press("down", "right", "right")
        await terminal.see("● Dark", "○ Auto", "→ Change")
        settings = terminal.desk.workday.device.settings
        assert (settings.theme, terminal.app.theme) == ("dark", "twinbase-dark")
        await terminal.press("left")
        await terminal.see("● Light")
        assert terminal.app.theme == "twinbase-light"
        await terminal.press("down", "enter")
        await terminal.see("Langue", "● Français", "Compte", "Réseau")
        assert terminal.desk.workday.device.settings.language == "fr"


async def test_it_is_all_in_a_small_terminal_and_in_the_palette(anna: Path) -> None:
    async with open_terminal(anna, NARROW) as terminal:
        await terminal.press("ctrl+p")
        await terminal.pilot.pause()
        await terminal.write("settings")
        await terminal.see("Settings")
        await terminal.press("enter")
        await terminal.see("Lock when nobody touches it for", "10 min")
        await terminal.press("down", "down", "down", "down", "right")
        await terminal.see("30 min")
        assert terminal.desk.workday.device.settings.lock_minutes == 30
        await terminal.press("ctrl+p")
        await terminal.pilot.pause()
        await terminal.write("sign out")
        await terminal.see("Sign out  (x)")


async def test_the_photos_that_the_server_has_go_when_somebody_wants_the_space(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("comma")
        await terminal.see("f Free space")
        await terminal.press("f")
        await terminal.see("There was nothing to remove")


async def test_signing_out_names_what_is_lost_and_asks_how_many_that_are(anna: Path) -> None:
    async with open_terminal(anna, NARROW) as terminal:
        await terminal.press("comma")
        await terminal.see("Space used")
        await terminal.press("x")
        await terminal.see(
            "items are not sent. If you sign out they are lost.", "How many are lost?", "^s Send first", "Erase all"
        )
        await terminal.press("ctrl+s")
        await terminal.see("✗ No network just now.")
        assert (await terminal.day.runner.ask(read_path)).exists()
        await terminal.press("1", "enter")
        await terminal.see("✗ Type ", "Enter Erase all the same")
        lost = terminal.text.partition("✗ Type ")[2].partition(",")[0]
        await terminal.press("backspace", *lost, "enter")
        await terminal.until(lambda: not anna.exists())


async def read_path(replica: Replica) -> Path:
    return replica.path


class Hands:
    """Somebody at a terminal: what he does in each of the apps that are shown to him, one after the other."""

    def __init__(self, *, leaves: bool = False) -> None:
        self.seen: list[str] = []
        self._leaves = leaves

    async def run(self, app: App[Any]) -> object:
        async with app.run_test(size=NARROW) as pilot:
            self.seen.append(type(app).__name__)
            if self._leaves:
                await (self._leave(app, pilot) if isinstance(app, DayApp) else self._quit_lobby(pilot))
            elif isinstance(app, LobbyApp):
                await self._unlock(app, pilot)
            elif isinstance(app, DayApp) and len(self.seen) == 2:
                await self._change_code(app, pilot)
            else:
                await pilot.press("ctrl+q")
        return app.return_value

    async def _unlock(self, app: LobbyApp, pilot: Pilot[Any]) -> None:
        await until(pilot, "Enter your code.")
        await pilot.press(*(CODE if len(self.seen) == 1 else "583920"), "enter")
        while app.is_running:
            await pilot.pause(0.01)

    async def _quit_lobby(self, pilot: Pilot[Any]) -> None:
        """The keyring lets him in; once he has left, he is asked who he is."""
        if len(self.seen) > 1:
            await until(pilot, "Address of the server")
            await pilot.press("ctrl+q")
        while pilot.app.is_running:
            await pilot.pause(0.01)

    async def _leave(self, app: DayApp, pilot: Pilot[Any]) -> None:
        await pilot.press("comma")
        await until(pilot, "Opened by the keyring of this device")
        await pilot.press("x")
        await until(pilot, "10 items are not sent.")
        await pilot.press("1", "0", "enter")
        while app.is_running:
            await pilot.pause(0.01)

    async def _change_code(self, app: DayApp, pilot: Pilot[Any]) -> None:
        await pilot.press("comma")
        await until(pilot, "A code is asked")
        await pilot.press("c")
        for label, code in (
            ("Your code now", CODE), ("New code, six digits or more", "583920"), ("The same once more", "583920"),
        ):  # fmt: skip
            await until(pilot, label)
            await pilot.press(*code)
            assert code not in read_text(app)
            await pilot.press("enter")
        await until(pilot, "The code is changed.")
        await pilot.press("l")
        while app.is_running:
            await pilot.pause(0.01)


def read_text(app: App[Any]) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip().replace("\u00a0", " ") for strip in strips)


async def until(pilot: Pilot[Any], text: str) -> None:
    for _ in range(3000):
        if text in read_text(pilot.app):
            return
        await pilot.pause(0.01)
    raise AssertionError(read_text(pilot.app))


async def test_a_code_that_is_changed_opens_the_file_after_the_next_lock(anna: Path, tmp_path: Path) -> None:
    device, keys = await own(anna, tmp_path / "device", "pin")
    hands = Hands()
    await run_owned_day(OwnedDay(device, open_file, PLUGINS, "en", keys=keys, run=hands.run))
    assert hands.seen == ["LobbyApp", "DayApp", "LobbyApp", "DayApp"]


async def test_who_has_signed_out_leaves_nothing_and_is_asked_who_he_is(anna: Path, tmp_path: Path) -> None:
    device, keys = await own(anna, tmp_path / "device", "keyring")
    (account,) = device.list_accounts()
    hands = Hands(leaves=True)
    await run_owned_day(OwnedDay(device, open_file, PLUGINS, "en", keys=keys, run=hands.run))
    assert hands.seen == ["LobbyApp", "DayApp", "LobbyApp"]
    assert not account.folder.exists() and device.list_accounts() == []


async def test_who_has_to_sign_in_again_finds_the_directory_first(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("ctrl+p")
        await terminal.pilot.pause()
        await terminal.write("sign in again")
        await terminal.see("Sign in again")
        await terminal.press("enter")
        await terminal.see("Your session has ended.", "Code of the office", "F3 Sign in with Plomberie Martin")
        sheet: Any = terminal.app.screen
        sheet.model._directory._show(DirectoryWait("Plomberie Martin", 10))
        await terminal.see("Sign in on the page that has opened in your browser, then", "F4 Use another device")
        assert "Code of the office" not in terminal.text
        sheet.model._directory._show(DirectoryWait("Plomberie Martin", 15, "WDJB-MJHT", "https://login.example/device"))
        await terminal.see("W D J B - M J H T", "https://login.example/device", "You have 15 minutes.")
        await terminal.press("escape")
        await terminal.see("Today")
