"""Anna's app in a real window: `python -m tests.window.app FILE`. After each picture that differs it prints where
somebody is and where everything lies that can be touched, a line of JSON."""

import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from tests.kivy.day import PLUGINS, OpenDay, open_day
from tests.window.display import SIZE

from twinbase_kivy.bench.__main__ import prepare_window

FRAMES = 20
"""What a page has read is laid out in the frame after it, its parts in the one after that, and what the status of the
sync says a tenth of a second later: a finger that is told of before that hits what has moved there."""


async def run(day: OpenDay) -> None:
    """Until the window is closed, or the process is killed."""
    from kivy.core.window import Window

    from twinbase_kivy.all_sheets import SHEETS
    from twinbase_kivy.app import TwinbaseApp
    from twinbase_kivy.keyboard import press_key
    from twinbase_kivy.look import look
    from twinbase_kivy.shell import Shell
    from twinbase_kivy.stage import WindowStage

    look.moves = False
    look.set_theme("light")
    shell = Shell(day.make_workday("en"), PLUGINS, SHEETS)
    stage = WindowStage()
    app = TwinbaseApp(stage, lambda: None)
    drawn = Drawn(shell)
    Window.bind(on_flip=drawn.note_flip)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drawn.tell(Window))
        tasks.create_task(app.async_run("asyncio"))
        await app.started.wait()
        stage.show(shell, partial(press_key, shell))
        await shell.open()


class Drawn:
    """Says what was drawn, once, when nothing is being read that would move it."""

    def __init__(self, shell: Any) -> None:
        self._shell, self._said = shell, ""
        self._flipped = asyncio.Event()

    def note_flip(self, _window: Any) -> None:
        """Kivy says that another picture is on its way to the screen."""
        self._flipped.set()

    async def tell(self, window: Any) -> None:
        """After each picture, once what was begun has ended."""
        from twinbase_kivy.bench.frames import pass_frames

        while True:
            await self._flipped.wait()
            self._flipped.clear()
            await self._shell.workday.finish_tasks()
            await pass_frames(FRAMES)
            self._say(window)

    def _say(self, window: Any) -> None:
        from twinbase_kivy.focus import find_targets

        shell = self._shell
        top = shell.sheet or shell
        places = {one.name: self._find_place(one, window.height) for one in find_targets(top) if one.name}
        said = json.dumps({"pages": [str(route) for route in shell.pages], "targets": places})
        if said != self._said:
            self._said = said
            print(said, flush=True)

    def _find_place(self, target: Any, height: float) -> tuple[float, float, float, float]:
        """Left, top, width, height, as the screen counts."""
        x, y = target.to_window(target.x, target.top)
        return x, height - y, target.width, target.height


async def main(file: Path) -> None:
    day = await open_day(file)
    try:
        await run(day)
    finally:
        await asyncio.to_thread(day.runner.close)


if __name__ == "__main__":
    chosen = Path(sys.argv.pop())
    prepare_window(SIZE, chosen.parent / "kivy")
    asyncio.run(main(chosen))
