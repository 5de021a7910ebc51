"""Anna's terminal: the real app over her file, its keys, and what is drawn on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel
from tests.kivy.day import CLAIMS, PLUGINS, OpenDay, ident, open_day
from textual.pilot import Pilot

from twinbase import Plugins
from twinbase_textual.day.app import DayApp
from twinbase_textual.day.desk import DeskScreen

NARROW, WIDE = (80, 24), (140, 36)
SEAL = ident(600)
"""A product that is in the van, of which there is too little."""


@dataclass
class DayTerminal:
    """One terminal with the app in it."""

    pilot: Pilot[None]
    day: OpenDay

    @property
    def app(self) -> DayApp:
        assert isinstance(self.pilot.app, DayApp)
        return self.pilot.app

    @property
    def desk(self) -> DeskScreen:
        return self.app.desk

    @property
    def text(self) -> str:
        """All that is drawn, line by line, with ordinary spaces."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip().replace("\u00a0", " ") for strip in strips)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Type it, letter by letter."""
        names = {" ": "space", ":": "colon", ",": "comma", ".": "full_stop"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))

    async def see(self, *texts: str) -> None:
        """Wait until all of these are drawn: a file is read in a thread, and the terminal goes on meanwhile."""
        try:
            await self.until(lambda: all(text in self.text for text in texts))
        except TimeoutError:
            raise AssertionError(f"{texts} are not all in:\n{self.text}") from None

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not holds():
                await self.pilot.pause(0.01)

    async def read(self, model: type[SQLModel], id_: UUID) -> Any:
        """A row of the file."""
        return await self.day.runner.read(lambda session: session.get(model, id_))


@asynccontextmanager
async def open_terminal(
    file: Path, size: tuple[int, int] = NARROW, language: str = "en", look: str = "dark", plugins: Plugins = PLUGINS
) -> AsyncIterator[DayTerminal]:
    """The app on her file, when today is drawn."""
    day = await open_day(file, plugins)
    workday = day.make_workday(language)
    async with DayApp(workday, plugins, CLAIMS, look).run_test(size=size) as pilot:
        terminal = DayTerminal(pilot, day)
        await terminal.see("Entretien annuel chaudière", "Joint" if size == WIDE else "07:30")
        yield terminal
    await workday.settle()
    day.runner.close()
