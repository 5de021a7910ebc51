"""The app: one window, one loop for it and the screens, one thread for the replica."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from kivy.app import App
from kivy.core.window import Window

from twinbase import Plugins
from twinbase.replica import Replica
from twinbase_kivy.all_sheets import SHEETS
from twinbase_kivy.keyboard import press_key
from twinbase_kivy.look import look
from twinbase_kivy.shell import Shell
from twinbase_mobile.reading import whoami
from twinbase_presentation import Runner, Workday, choose_language
from twinbase_presentation.tokens import ThemeName


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
    """Kivy's side: the window and its title."""

    title = "Twinbase"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.started = asyncio.Event()

    def build(self) -> None:
        """Kivy calls it: the shell is put into the window by itself, which lets it follow every size."""
        bind_window(self._shell)

    def on_start(self) -> None:
        """Kivy calls it at the first frame."""
        self.started.set()

    def on_pause(self) -> bool:
        """A phone has called the app away: nothing that is held stays unwritten."""
        self._shell.workday.spawn(self._shell.workday.settle())
        return True


def bind_window(shell: Shell) -> None:
    """Let the shell fill the window, and hear its keys."""
    Window.clearcolor = look.find_colour("bg")
    Window.add_widget(shell)
    Window.bind(size=lambda _window, size: shell.fit(*size))
    Window.bind(on_key_down=lambda _window, key, _code, text, modifiers: press_key(shell, key, text, modifiers))
    shell.fit(*Window.size)


async def run_app(options: AppOptions) -> None:
    """Run until the window is closed; then write what is held, and close the file."""
    look.text_scale = options.text_scale
    look.set_theme(options.theme)
    Window.clearcolor = look.find_colour("bg")
    runner = Runner()
    try:
        await runner.open(options.open_replica)
        me = await runner.ask(whoami)
        await _show(options, runner, me, await runner.ask(_read_claims))
    finally:
        await asyncio.to_thread(runner.close)


async def _read_claims(replica: Replica) -> dict[str, Any]:
    """Of whoever signed in, for the screens of plugins."""
    identity = await replica.read_identity()
    return {} if identity is None else dict(identity.claims)


async def _show(options: AppOptions, runner: Runner, me: UUID, claims: Mapping[str, Any]) -> None:
    workday = Workday(runner, me, choose_language(options.language))
    shell = Shell(workday, options.plugins, SHEETS, options.state, claims)
    app = TwinbaseApp(shell)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(app.async_run("asyncio"))
        await app.started.wait()
        await shell.open()
        if options.syncs:
            await runner.start_syncing()
        await running
    await workday.settle()
