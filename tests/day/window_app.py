"""Anna's app with a window that draws nothing: `python -m tests.day.window_app HOME AHEAD`, and orders after it.

Fingers come through the window, as Kivy tells of them: what is covered by something else is not touched.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.day.orders import obey_orders, read_clock
from tests.kivy.headless import open_headless

FRAMES = 3
"""What a page has read is laid out in the frame after it, and its parts in the one after that."""


async def pass_frames() -> None:
    """What was put off to the next frames is done."""
    from kivy.clock import Clock

    for _ in range(FRAMES):
        passed = asyncio.Event()
        Clock.schedule_once(lambda _seconds, passed=passed: passed.set())
        await passed.wait()


class Finger:
    """Finds what is on top by its words, scrolls to it and touches it."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage

    @property
    def top(self) -> Any:
        """A sheet, else what fills the window."""
        return getattr(self.stage.scene, "sheet", None) or self.stage.scene

    def list_words(self) -> list[str]:
        """All that can be read or heard: of a mark its name; the toast, and what stands in fields."""
        from twinbase_kivy.widgets.fields import TypingBox
        from twinbase_kivy.widgets.words import Words

        boxes = _walk(self.stage.scene) if self.stage.scene is not None else ()
        found = (box.text if isinstance(box, Words) else box.input.text if isinstance(box, TypingBox) else box.name
                 for box in boxes)  # fmt: skip
        return [text.replace("\u00a0", " ") for text in found if text]

    def say_screen(self) -> str:
        """For a failure."""
        names = [one.name for one in self._list_targets()]
        return "\n".join(self.list_words()) + f"\nto touch: {names}"

    async def see(self, *texts: str) -> None:
        """Wait until each of them is in something that is written there."""
        while not all(any(text in words for words in self.list_words()) for text in texts):
            await pass_frames()

    async def read(self) -> str:
        """All of it."""
        return self.say_screen()

    async def miss(self, text: str) -> None:
        """Wait until nothing has that in it any more."""
        while any(text in words for words in self.list_words()):
            await pass_frames()

    async def touch(self, name: str) -> None:
        """The first that is called so; else the first whose name begins so, or has it in it."""
        finger = _make_touch(*await self._reach(name))
        finger.touch_down()
        finger.touch_up()
        await pass_frames()

    async def type(self, text: str, into: str) -> None:
        """Touch the field, and write in place of what stands there."""
        await self._reach(into, typing=True)
        field = self._find(into, typing=True)
        field.input.focus = True
        field.input.select_all()
        field.input.delete_selection()
        field.input.insert_text(text)
        await pass_frames()

    async def press(self, *keys: str) -> None:
        """`ctrl+f` is one."""
        from tests.kivy.showing import CODES

        for key in keys:
            *held, last = key.split("+") if len(key) > 1 else [key]
            self.stage.press_key(CODES.get(last, 0), last, held)
            await pass_frames()

    async def draw(self, name: str) -> None:
        """A line over what is called so."""
        pad = next(box for box in _walk(self.stage.scene) if box.name == name)
        finger = _make_touch(pad.x + 40, pad.center_y)
        finger.touch_down()
        for step in range(1, 40):
            finger.touch_move(pad.x + 40 + 4 * step, pad.center_y + (step % 12) * 4)
        finger.touch_up()
        await pass_frames()

    async def _reach(self, name: str, *, typing: bool = False) -> tuple[float, float]:
        """Scroll to it, and wait until it stands still: a page that has read something is drawn anew."""
        from twinbase_kivy.focus import reveal

        last = None
        while True:
            target = self._find(name, typing=typing)
            place: tuple[float, float] | None = None
            if target is not None:
                place = target.to_window(target.center_x, target.center_y)
            if place is not None and place == last:
                return place
            if target is not None:
                reveal(target)
            last = place
            await pass_frames()

    def _find(self, name: str, *, typing: bool = False) -> Any:
        targets = [one for one in self._list_targets() if not typing or hasattr(one, "input")]
        ways = (str.__eq__, str.startswith, str.__contains__)
        return next((one for way in ways for one in targets if way(one.name.replace("\u00a0", " "), name)), None)

    def _list_targets(self) -> list[Any]:
        from twinbase_kivy.focus import find_targets

        return list(find_targets(self.top)) if self.stage.scene is not None else []


def _walk(box: Any) -> Iterator[Any]:
    yield box
    for part in box.parts():
        yield from _walk(part)


def _make_touch(x: float, y: float) -> Any:
    from kivy.tests.common import UnitTestTouch

    return UnitTestTouch(x, y)


async def run(home: Path, ahead_seconds: float) -> None:
    """The app of the accounts that are below `home`, until there are no orders any more."""
    from kivy.clock import Clock

    from twinbase import Plugins
    from twinbase_kivy.app import TwinbaseApp
    from twinbase_kivy.owned_app import OwnedApp, OwnedOptions
    from twinbase_kivy.stage import WindowStage
    from twinbase_presentation.device.accounts import DeviceFolder
    from twinbase_presentation.device.opening import make_opener

    # Nobody sees the frames: what waits for the next one need not wait for a sixtieth of a second.
    Clock._max_fps = 500.0
    plugins, clock = Plugins("mobile", "deliveries"), read_clock(ahead_seconds)
    opener = make_opener(plugins, clock=clock)
    stage = WindowStage()
    owned = OwnedApp(OwnedOptions(DeviceFolder(home / "device"), opener, plugins, "en", clock=clock), stage)
    finger = Finger(stage)
    acts = {name: getattr(finger, name) for name in ("see", "read", "miss", "touch", "type", "press", "draw")}
    app = TwinbaseApp(stage, owned.note_hidden)
    running = asyncio.create_task(app.async_run("asyncio"))
    await app.started.wait()
    await owned.start()
    await obey_orders(acts, finger.say_screen)
    app.stop()
    await running
    await owned.close()


if __name__ == "__main__":
    home, ahead = Path(sys.argv[1]), float(sys.argv[2])
    sys.argv = sys.argv[:1]
    open_headless(home / "kivy")
    asyncio.run(run(home, ahead))
