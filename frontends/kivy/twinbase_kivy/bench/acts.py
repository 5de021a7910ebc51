"""What somebody does with the app, and how long it takes."""

import asyncio
import time
from typing import Any

from kivy.core.window import Window

from twinbase.replica import Replica
from twinbase_kivy.bench.finger import Finger, flick_page
from twinbase_kivy.bench.frames import FrameLog, pass_frame, pass_frames
from twinbase_kivy.focus import find_targets
from twinbase_kivy.shell import Shell
from twinbase_kivy.widgets.rows import VisitLine
from twinbase_presentation import Route

JOBS = Route("jobs")
ROUND = (Route("today"), JOBS, Route("stock"), Route("hours"), Route("customers"), Route("more"))
GLIDE_FRAMES = 25
FRAMES_MAX = 900
"""Fifteen seconds: whatever is not seen then was not asked for."""


class BenchUser:
    """Somebody with the app in the hand. Each act answers figures: milliseconds, in the order in which they came."""

    def __init__(self, shell: Shell, frames: FrameLog) -> None:
        self._shell, self._frames = shell, frames

    async def watch_still_page(self, frames: int) -> dict[str, Any]:
        """Do nothing: what a frame costs that nobody has to do anything for."""
        await self._go(JOBS)
        with self._frames.record_frames() as taken:
            await pass_frames(frames)
        return {"frames": taken}

    async def scroll_list(self, flicks: int) -> dict[str, Any]:
        """Through the list of visits, every one of which was read."""
        page = await self._open_whole_list()
        with self._frames.record_frames() as taken:
            for number in range(flicks):
                await self._flick(up=number % 10 != 9)
        return {"frames": taken, "rows": page.model.shown.total}

    async def search_list(self, words: list[str]) -> dict[str, Any]:
        """Letter by letter: from a key until the list that it found is on the glass."""
        await self._go(JOBS)
        typing = self._find_page(JOBS).search.typing.input
        taken = []
        for word in words:
            for letter in word:
                started = time.perf_counter()
                typing.insert_text(letter)
                await self._settle()
                taken.append(1000 * (await self._frames.wait_for_picture() - started))
                await pass_frames(5)
            typing.text = ""
            await self._settle()
        return {"milliseconds": taken}

    async def tap_visits(self, times: int) -> dict[str, Any]:
        """A visit in the list: from the finger that is lifted until the visit is on the glass."""
        taken = []
        for _ in range(times):
            await self._go(JOBS)
            await self._flick(up=True)
            await self._wait_until_still()
            taken.append(await self._tap_visit())
            self._shell.go_back()
            await self._settle()
        return {"milliseconds": taken}

    async def sync_and_scroll(self) -> dict[str, Any]:
        """Fetch what is new while somebody scrolls."""
        await self._open_whole_list()
        started = time.perf_counter()
        syncing = asyncio.ensure_future(self._shell.workday.runner.ask(_sync))
        with self._frames.record_frames() as taken:
            while not syncing.done():
                await self._flick(up=True)
        pulled = await syncing
        return {"frames": taken, "seconds": time.perf_counter() - started, "rows": pulled}

    async def use_app(self, rounds: int) -> dict[str, Any]:
        """Go everywhere, open a visit, look for something: as often as that. What it takes in memory others see."""
        for _ in range(rounds):
            for route in ROUND:
                await self._go(route)
                await self._flick(up=True)
            await self.tap_visits(1)
            await self.search_list(["cha"])
        # Nobody touches anything: what is old is collected.
        await asyncio.sleep(2)
        return {}

    async def _open_whole_list(self) -> Any:
        await self._go(JOBS)
        page = self._find_page(JOBS)
        while page.has_more:
            await page.model.load_more()
        page.scroller.passed = 0
        await pass_frames(30)
        return page

    async def _tap_visit(self) -> float:
        """The visit that is nearest to the middle of the window."""
        lines = [one for one in find_targets(self._find_page(JOBS).scroller) if isinstance(one, VisitLine)]
        x, y = min((one.to_window(*one.center) for one in lines), key=lambda at: abs(at[1] - Window.height / 2))
        finger = Finger(x, y)
        finger.put_down()
        await pass_frames(3)
        started = time.perf_counter()
        finger.lift_off()
        for _ in range(FRAMES_MAX):
            if self._sees_visit():
                return 1000 * (await self._frames.wait_for_picture() - started)
            await pass_frame()
        raise TimeoutError(f"A tap at {x:.0f}, {y:.0f} has opened nothing: {self._shell.stack.top.route} is shown.")

    def _sees_visit(self) -> bool:
        top = self._shell.stack.top.route
        page = self._shell.pages.get(top)
        return top.name == "visit" and page is not None and page.model.shown is not None

    def _find_page(self, route: Route) -> Any:
        return self._shell.pages[route]

    async def _go(self, route: Route) -> None:
        self._shell.enter_place(route)
        await self._settle()
        await pass_frames(3)

    async def _settle(self) -> None:
        await self._shell.workday.finish_tasks()

    async def _flick(self, *, up: bool) -> None:
        """A third of the window, and what it glides by itself."""
        low, high = 0.35 * Window.height, 0.7 * Window.height
        await flick_page(Window.width / 2, *((low, high) if up else (high, low)))
        await pass_frames(GLIDE_FRAMES)

    async def _wait_until_still(self) -> None:
        """Nothing glides any more: a finger on what does stops it, and opens nothing."""
        scroller, passed = self._find_page(JOBS).scroller, -1.0
        while scroller.passed != passed:
            passed = scroller.passed
            await pass_frames(10)


async def _sync(replica: Replica) -> int:
    return (await replica.sync()).pulled
