"""`twinbase tui` on the accounts of a device: the lobby, the day of whoever came in, and out again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from textual.app import App

from twinbase import Plugins
from twinbase.clock import Clock, utc_now
from twinbase_presentation import Runner, Workday, choose_language
from twinbase_presentation.device.accounts import DeviceFolder
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.idle import IdleWatch
from twinbase_presentation.device.opening import OpenFile
from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.device.usage import set_metered
from twinbase_presentation.entry.lobby import Lobby
from twinbase_presentation.timing import LoopTiming
from twinbase_textual.day.app import DayApp
from twinbase_textual.day.lobby_app import INSIDE, LobbyApp

RunScreens = Callable[[App[Any]], Awaitable[object]]
"""Shows an app until somebody leaves it; answers with what it was left."""


async def run_in_terminal(app: App[Any]) -> object:
    """In the terminal of this process."""
    return await app.run_async()


@dataclass(frozen=True, slots=True)
class OwnedDay:
    """What somebody has chosen. `keys`: where keys of files are kept; else in the system's keyring, if there is one.
    `ways`: to the directory of the company, where a plugin brings any."""

    folder: DeviceFolder
    open_file: OpenFile
    plugins: Plugins
    language: str = ""
    look: str = "dark"
    keys: FileKeys | None = None
    clock: Clock = utc_now
    run: RunScreens = run_in_terminal
    ways: DirectoryWays | None = None


async def run_owned_day(options: OwnedDay) -> int:
    """Until somebody quits; then write what is held, and close the file. Answers the exit status."""
    runner = Runner()
    language = choose_language(options.language)
    lobby = Lobby(
        runner, language, options.folder, options.open_file,
        keys=options.keys, clock=options.clock, ways=options.ways,
    )  # fmt: skip
    # Who has a keyboard takes words: digits are for gloves.
    lobby.observe(lambda: _ask_for_words(lobby))
    try:
        while True:
            for step in (_pass_lobby, _spend_day):
                if (code := await step(lobby, options)) is not None:
                    return code
    finally:
        await asyncio.to_thread(runner.close)


async def _pass_lobby(lobby: Lobby, options: OwnedDay) -> int | None:
    """None once somebody is inside; else the exit status of who went away."""
    app = LobbyApp(lobby, options.look)
    came_in = lobby.step == "inside" or await options.run(app) == INSIDE
    return None if came_in else app.return_code or 0


async def _spend_day(lobby: Lobby, options: OwnedDay) -> int | None:
    """None where they went out to the lobby; else the exit status of who went away."""
    assert lobby.account is not None and lobby.me is not None
    leaving: list[str] = []
    device = OwnDevice(
        lobby.account.folder / "settings.json",
        code=lobby.make_code(),
        lock=lambda: leave("lock"),
        switch=lambda: leave("switch"),
        leave=lambda: leave("leave"),
        ways=options.ways,
    )

    def leave(way: str) -> None:
        leaving.append(way)
        app.exit()

    language = choose_language(options.language or device.settings.language)
    workday = Workday(lobby.runner, lobby.me, language, clock=options.clock, device=device)
    app = DayApp(workday, options.plugins, lobby.claims, options.look)
    idle = IdleWatch(LoopTiming(), options.clock, app.action_lock)
    app.touched = idle.note_touch

    def follow() -> None:
        idle.start(device.settings.lock_minutes if device.can_lock else 0)
        workday.spawn(_apply_network(lobby.runner, device))

    device.observe(follow)
    follow()
    await lobby.runner.start_syncing()
    await options.run(app)
    idle.stop()
    await workday.leave()
    if not leaving:
        return app.return_code or 0
    account, lobby.language = lobby.account, workday.language
    assert account is not None
    ways = {"switch": lobby.switch, "leave": lambda: lobby.remove(account), "lock": lobby.lock}
    await ways[leaving[-1]]()
    return None


async def _apply_network(runner: Runner, device: OwnDevice) -> None:
    """Whether photos go by themselves."""
    if runner.is_open:
        await runner.ask(lambda replica: set_metered(replica, device.settings.saves_data))


def _ask_for_words(lobby: Lobby) -> None:
    if lobby.step == "code" and lobby.joining.code.shown.kind == "pin":
        lobby.joining.code.choose_kind("passphrase")
