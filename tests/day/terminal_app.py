"""Anna's app in a terminal that nobody sees: `python -m tests.day.terminal_app HOME AHEAD`, and orders after it.

Keys come through Textual's driver; what is read is what the terminal would show.
"""

import asyncio
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.day.orders import obey_orders, read_clock
from textual import events
from textual.app import App, ScreenStackError
from textual.pilot import Pilot

from twinbase import Plugins
from twinbase_presentation.device.accounts import DeviceFolder
from twinbase_presentation.device.opening import make_opener
from twinbase_textual.day.owned_day import OwnedDay, run_owned_day

SIZE = (140, 44)
NAMES = {" ": "space", ":": "colon", ",": "comma", ".": "full_stop", "/": "slash", "-": "minus", "_": "underscore"}


class Keyboard:
    """Types into the app that is shown now: the lobby, or the day."""

    def __init__(self) -> None:
        self.pilot: Pilot[Any] | None = None

    async def show(self, app: App[Any]) -> object:
        """Run it until somebody leaves it."""
        try:
            return await app.run_async(headless=True, size=SIZE, auto_pilot=self._note_pilot)
        finally:
            self.pilot = None

    def say_screen(self) -> str:
        """All that is drawn, line by line, with ordinary spaces."""
        if self.pilot is None or not self.pilot.app.screen_stack:
            return ""
        with self.pilot.app._context():
            strips = self.pilot.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip().replace("\u00a0", " ") for strip in strips)

    async def read(self) -> str:
        """All of it."""
        return self.say_screen()

    async def see(self, *texts: str) -> None:
        """Wait until all of these are drawn."""
        while not all(text in self.say_screen() for text in texts):
            await self._pass_moment()

    async def press(self, *keys: str) -> None:
        """Key after key."""
        for key in keys:
            await self._press(key)

    async def type(self, text: str, into: str) -> None:
        """Letter by letter, in place of what stands where the keyboard is. `into`: what has to be seen before."""
        await self.see(into)
        await self._press("end", "ctrl+u", *(NAMES.get(letter, letter) for letter in text))

    async def paste(self, text: str) -> None:
        """As a terminal does with what is dropped on it."""
        assert self.pilot is not None
        self.pilot.app.post_message(events.Paste(text))
        await self.pilot.pause()

    async def _press(self, *keys: str) -> None:
        while self.pilot is None or not self.pilot.app.screen_stack:
            await self._pass_moment()
        with self.pilot.app._context(), suppress(ScreenStackError):
            await self.pilot.press(*keys)

    async def _pass_moment(self) -> None:
        """Between the lobby and the day nothing is shown, and an app that is being left has no screen."""
        if (pilot := self.pilot) is None:
            await asyncio.sleep(0.02)
            return
        with pilot.app._context(), suppress(ScreenStackError):
            await pilot.pause(0.02)

    async def _note_pilot(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot


async def run(home: Path, ahead_seconds: float) -> None:
    """The app of the accounts that are below `home`, until there are no orders any more."""
    plugins, clock, keyboard = Plugins("mobile", "deliveries"), read_clock(ahead_seconds), Keyboard()
    opener = make_opener(plugins, clock=clock)
    day = OwnedDay(DeviceFolder(home / "device"), opener, plugins, "en", clock=clock, run=keyboard.show)
    running = asyncio.create_task(run_owned_day(day))
    acts = {name: getattr(keyboard, name) for name in ("see", "read", "press", "type", "paste")}
    running.add_done_callback(_raise_error)
    await obey_orders(acts, keyboard.say_screen)
    running.cancel()


def _raise_error(running: asyncio.Task[int]) -> None:
    """An app that fails ends with what it failed of, and nobody waits for its screen."""
    if not running.cancelled() and (error := running.exception()) is not None:
        traceback.print_exception(error)
        os._exit(1)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), float(sys.argv[2])))
