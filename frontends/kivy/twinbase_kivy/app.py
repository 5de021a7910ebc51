"""The app: one window, one loop for it and the screens, one thread for the replica."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from kivy.app import App
from kivy.base import stopTouchApp
from kivy.core.window import Window

from twinbase import Plugins
from twinbase.replica import Replica
from twinbase_kivy.all_sheets import SHEETS
from twinbase_kivy.garbage import collect_when_still
from twinbase_kivy.keyboard import press_key
from twinbase_kivy.look import look
from twinbase_kivy.owned_app import OwnedApp, OwnedOptions
from twinbase_kivy.shell import Shell
from twinbase_kivy.stage import WindowStage
from twinbase_mobile.reading import whoami
from twinbase_presentation import Runner, Workday, choose_language
from twinbase_presentation.device.own_device import OwnDevice
from twinbase_presentation.plugin_screens import read_claims
from twinbase_presentation.tokens import ThemeName

UseShell = Callable[[Shell], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AppOptions:
    """What somebody has chosen. `state`: where the way back is kept over a restart."""

    open_replica: Callable[[], Awaitable[Replica]]
    plugins: Plugins
    state: Path
    language: str = ""
    theme: ThemeName = "light"
    text_scale: float = 1.0
    syncs: bool = True


class TwinbaseApp(App):
    """Kivy's side: the window and its title. `paused` is called when a phone calls the app away."""

    title = "Twinbase"

    def __init__(self, stage: WindowStage, paused: Callable[[], object]) -> None:
        super().__init__()
        self._stage, self._paused = stage, paused
        self.started = asyncio.Event()

    def build(self) -> None:
        """Kivy calls it: scenes are put into the window by the stage, which lets them follow every size."""
        self._stage.bind()

    def on_start(self) -> None:
        """Kivy calls it at the first frame."""
        self.started.set()

    def on_pause(self) -> bool:
        """A phone has called the app away: nothing that is held stays unwritten."""
        self._paused()
        return True


async def run_app(options: AppOptions, beside: UseShell | None = None) -> None:
    """Run on one file until the window is closed; then write what is held, and close the file.

    `beside`: uses the app as somebody would, from the moment in which it is shown; the window closes when it ends.
    """
    look.text_scale = options.text_scale
    look.set_theme(options.theme)
    Window.clearcolor = look.find_colour("bg")
    runner = Runner()
    try:
        await runner.open(options.open_replica)
        me = await runner.ask(whoami)
        await _show(options, runner, me, await runner.ask(read_claims), beside)
    finally:
        await asyncio.to_thread(runner.close)


async def run_owned_app(options: OwnedOptions) -> None:
    """Run on the accounts of this device until the window is closed."""
    stage = WindowStage()
    owned = OwnedApp(options, stage)
    app = TwinbaseApp(stage, owned.note_hidden)
    stage.hidden, stage.touched = owned.note_hidden, owned.note_touch
    try:
        with collect_when_still(stage.read_still):
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(app.async_run("asyncio"))
                await app.started.wait()
                await owned.start()
                await running
    finally:
        stopTouchApp()
        await owned.close()


async def _show(
    options: AppOptions, runner: Runner, me: UUID, claims: Mapping[str, Any], beside: UseShell | None
) -> None:
    device = OwnDevice(options.state.with_name(options.state.name.replace(".state.", ".settings.")))
    workday = Workday(runner, me, choose_language(options.language), device=device)
    shell = Shell(workday, options.plugins, SHEETS, options.state, claims)
    device.observe(lambda: _follow_settings(shell))
    stage = WindowStage()
    app = TwinbaseApp(stage, lambda: workday.spawn(workday.settle()))
    with collect_when_still(stage.read_still):
        await _run_window(options, app, stage, shell, beside)
    await workday.leave()


async def _run_window(
    options: AppOptions, app: TwinbaseApp, stage: WindowStage, shell: Shell, beside: UseShell | None
) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(app.async_run("asyncio"))
        await app.started.wait()
        stage.show(shell, partial(press_key, shell))
        await shell.open()
        if options.syncs:
            await shell.workday.runner.start_syncing()
        if beside is not None:
            await beside(shell)
            app.stop()
        await running


def _follow_settings(shell: Shell) -> None:
    """What was chosen while it runs; what the command line has said holds until then."""
    workday, settings = shell.workday, shell.workday.device.settings
    look.follow(settings, workday.read_now())
    if settings.language:
        workday.language = choose_language(settings.language)
    shell.set_look()
    shell.fit(*shell.size)
