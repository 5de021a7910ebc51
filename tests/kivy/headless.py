"""A window that is none: enough for widgets to be made, placed and touched, and nothing is drawn."""

import gc
import os
from pathlib import Path


def open_headless(home: Path) -> None:
    """Call it before the first widget is imported: from here on this process draws nothing, and looks for garbage
    seldom: a test makes widgets by the ten thousand, and half of its time went there."""
    gc.set_threshold(50_000, 20, 20)
    from twinbase_kivy.environment import prepare_kivy

    os.environ |= {"KIVY_GL_BACKEND": "mock", "SDL_VIDEODRIVER": "dummy", "KIVY_WINDOW": "none"}
    prepare_kivy(home)
    from kivy.base import EventLoop
    from kivy.core import window as windows

    class HeadlessWindow(windows.WindowBase):  # type: ignore[misc]
        """Kivy's own window without a provider."""

        def create_window(self, *arguments: object) -> None:
            self._size = (800, 600)
            super().create_window(*arguments)

        def flip(self) -> None:
            pass

    # A field that gets the keyboard asks for this one; it is None where Kivy has found no provider.
    windows.Window = HeadlessWindow()
    EventLoop.set_window(windows.Window)
    gc.freeze()
