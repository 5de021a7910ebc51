"""The app as its owner has it: the lobby, the day of whoever came in, and out again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

from twinbase import Plugins
from twinbase.clock import Clock, utc_now
from twinbase_kivy.all_sheets import SHEETS
from twinbase_kivy.boxes import Box
from twinbase_kivy.keyboard import press_key
from twinbase_kivy.lobby.lobby_view import LobbyView
from twinbase_kivy.look import look
from twinbase_kivy.screens.forms import FormView
from twinbase_kivy.shell import Shell
from twinbase_kivy.stage import WindowStage
from twinbase_presentation import Form, Runner, Workday, choose_language
from twinbase_presentation.device.accounts import DeviceFolder
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_keys import FileKeys
from twinbase_presentation.device.idle import IdleWatch
from twinbase_presentation.device.opening import OpenFile
from twinbase_presentation.device.own_device import NetworkSwitch, OwnDevice
from twinbase_presentation.device.usage import set_metered
from twinbase_presentation.entry.lobby import Lobby
from twinbase_presentation.timing import LoopTiming

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnedOptions:
    """`folder`: of the accounts; `language`: "" is what the account's settings or the system say.

    `network`: that of a demo, which can be cut. `syncs`: by itself, while somebody is inside. `ways`: to the directory
    of the company, where a plugin brings any.
    """

    folder: DeviceFolder
    open_file: OpenFile
    plugins: Plugins
    language: str = ""
    keys: FileKeys | None = None
    network: NetworkSwitch | None = None
    syncs: bool = True
    clock: Clock = utc_now
    ways: DirectoryWays | None = None


class OwnedApp:
    """`start` it on a stage, and `close` it in the end."""

    def __init__(self, options: OwnedOptions, stage: WindowStage) -> None:
        self._options, self._stage = options, stage
        self.runner = Runner()
        language = choose_language(options.language)
        self.lobby = Lobby(
            self.runner, language, options.folder, options.open_file,
            keys=options.keys, clock=options.clock, ways=options.ways,
        )  # fmt: skip
        self.lobby.observe(self._follow)
        self._idle = IdleWatch(LoopTiming(), options.clock, lambda: self._spawn(self.lock()))
        self._tasks: set[asyncio.Task[None]] = set()
        self.view: LobbyView | None = None
        self.shell: Shell | None = None
        self.device = OwnDevice()
        self._was_up = True

    async def start(self) -> None:
        """Show the lobby, as whoever was here last likes it, and what stands there."""
        if (last := self._options.folder.find_last()) is not None:
            self.device = OwnDevice(last.folder / "settings.json")
            self.lobby.language = choose_language(self._options.language or self.device.settings.language)
        self._apply_settings()
        self._show_lobby()
        await self.lobby.start()

    async def close(self) -> None:
        """The window is gone: write what is held, close the file, end the thread."""
        self._idle.stop()
        await self._leave_day()
        if self.view is not None:
            self.view.close()
        await asyncio.to_thread(self.runner.close)

    def note_touch(self) -> None:
        """Somebody is there."""
        self._idle.note_touch()

    def note_hidden(self) -> None:
        """The app is behind another one: nothing that is held stays unwritten, and it locks; not behind the browser in
        which somebody signs in for it."""
        if self.shell is not None and not self.shell.workday.is_away:
            self._spawn(self.lock() if self.device.can_lock else self.shell.workday.settle())

    async def lock(self) -> None:
        """Out of the day, and the file is closed."""
        await self._go_out(self.lobby.lock)

    async def finish_tasks(self) -> None:
        """Wait for what still runs, and for what that begins."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _go_out(self, way: Callable[[], Awaitable[None]]) -> None:
        if self.shell is not None:
            await self._leave_day()
            await way()

    def _follow(self) -> None:
        """The lobby has another page, or somebody is inside."""
        if self.lobby.step == "inside" and self.shell is None:
            self._spawn(self._show_day())
        elif self.lobby.step != "inside" and self.view is None:
            self._show_lobby()

    def _show_lobby(self) -> None:
        self.view = LobbyView(self.lobby)
        self._stage.show(self.view, self.view.press_key, self.view.drop_file)

    async def _show_day(self) -> None:
        """A workday for whoever is inside, with what they have chosen."""
        account, me = self.lobby.account, self.lobby.me
        assert account is not None and me is not None
        self.device = OwnDevice(
            account.folder / "settings.json",
            code=self.lobby.make_code(),
            lock=lambda: self._spawn(self.lock()),
            switch=lambda: self._spawn(self._go_out(self.lobby.switch)),
            leave=lambda: self._spawn(self._go_out(lambda: self.lobby.remove(account))),
            network=self._options.network,
            ways=self._options.ways,
        )
        self.device.observe(self._apply_settings)
        language = choose_language(self._options.language or self.device.settings.language)
        workday = Workday(self.runner, me, language, clock=self._options.clock, device=self.device)
        self._idle.start(self.device.settings.lock_minutes if self.device.can_lock else 0)
        state = account.folder / "state.json"
        self.shell = Shell(workday, self._options.plugins, SHEETS, state, self.lobby.claims)
        self._apply_settings()
        if self.view is not None:
            self.view.close()
            self.view = None
        self._stage.show(self.shell, partial(press_key, self.shell))
        await self.shell.open()
        if self._options.syncs:
            await self.runner.start_syncing()

    async def _leave_day(self) -> None:
        """What is typed is kept as a draft, what is held is written, and nothing is read any more."""
        self._idle.stop()
        shell, self.shell = self.shell, None
        if shell is not None:
            for form in _find_forms(shell):
                await form.keep_all()
            await shell.workday.leave()
            shell.close()

    def _apply_settings(self) -> None:
        """As somebody has chosen: colours, letters, movement, language, and how soon it locks."""
        settings = self.device.settings
        look.follow(settings, self._options.clock().astimezone())
        if self.shell is None:
            return
        self._idle.start(settings.lock_minutes if self.device.can_lock else 0)
        language = choose_language(self._options.language or settings.language)
        self.shell.set_look(look.theme.name, settings.text_scale)
        if language is not self.shell.workday.language:
            self.shell.workday.language = self.lobby.language = language
            self.shell.fit(*self.shell.size)
        self._spawn(self._apply_network(settings.saves_data))
        if self._options.network is not None and self._was_up is not self._options.network.is_up:
            self._was_up = self._options.network.is_up
            self.runner.note_network()

    async def _apply_network(self, saves_data: bool) -> None:
        if self.runner.is_open:
            await self.runner.ask(lambda replica: set_metered(replica, saves_data))

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_ended)

    def _note_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("The way in or out has failed.", exc_info=error)


def _find_forms(box: Box) -> Iterator[Form]:
    """Every form that somebody may be typing into."""
    if isinstance(box, FormView):
        yield box.form
    for part in box.parts():
        yield from _find_forms(part)
