"""How long each frame takes, from one picture to the next."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from kivy.clock import Clock
from kivy.core.window import Window


class FrameLog:
    """Sees every picture of the window. One is made at each frame, also where nothing has changed: what is counted is
    how long a person would wait for the next one."""

    def __init__(self) -> None:
        self._at: list[float] = []
        Window.bind(on_flip=lambda _window: self._note())
        Clock.schedule_interval(lambda _seconds: Window.canvas.ask_update(), 0)

    @contextmanager
    def record_frames(self) -> Iterator[list[float]]:
        """Milliseconds of each frame that ends inside of the block, in a list that is filled at its end."""
        first = len(self._at)
        milliseconds: list[float] = []
        yield milliseconds
        at = self._at[first:]
        milliseconds += [1000 * (later - earlier) for earlier, later in pairwise(at)]

    async def wait_for_picture(self) -> float:
        """Until another one is on its way to the screen; the moment of it."""
        seen = len(self._at)
        while len(self._at) == seen:
            await pass_frame()
        return self._at[-1]

    def _note(self) -> None:
        self._at.append(time.perf_counter())


async def pass_frame() -> None:
    """What was put off to the next frame is done."""
    passed = asyncio.Event()
    Clock.schedule_once(lambda _seconds: passed.set())
    await passed.wait()


async def pass_frames(frames: int) -> None:
    """So many of them."""
    for _ in range(frames):
        await pass_frame()
