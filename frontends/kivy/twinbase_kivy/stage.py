"""What the window shows at a moment: the lobby, or somebody's day. The window's events go there."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from kivy.core.window import Window

from twinbase_kivy.look import look

PressKey = Callable[[int, str, Sequence[str]], bool]


class SceneBox(Protocol):
    """Fills the window, in every size of it."""

    def fit(self, width: float, height: float) -> None: ...


class WindowStage:
    """Holds one scene in the window. `touched` hears that somebody is there, `hidden` that the window has gone."""

    def __init__(self) -> None:
        self.scene: SceneBox | None = None
        self.touched: Callable[[], object] = lambda: None
        self.hidden: Callable[[], object] = lambda: None
        self._press: PressKey = lambda key, text, modifiers: False
        self._drop: Callable[[Path], object] = lambda path: None
        self._touched_at = time.monotonic()

    def bind(self) -> None:
        """Hear the window, once."""
        Window.bind(size=lambda _window, size: self._fit(*size))
        Window.bind(on_key_down=lambda _window, key, _code, text, modifiers: self.press_key(key, text, modifiers))
        Window.bind(on_touch_down=lambda _window, _touch: self._note_touch())
        Window.bind(on_touch_move=lambda _window, _touch: self._note_move())
        Window.bind(on_drop_file=lambda _window, name, *_place: self._drop_file(name))
        Window.bind(on_minimize=lambda _window: self.hidden())

    def show(self, scene: SceneBox, press: PressKey, drop: Callable[[Path], object] = lambda path: None) -> None:
        """This one, in place of the one before; its keys, and what is done with a file that is dropped on it."""
        if self.scene is not None:
            Window.remove_widget(self.scene)
        self.scene, self._press, self._drop = scene, press, drop
        Window.clearcolor = look.find_colour("bg")
        Window.add_widget(scene)
        scene.fit(*Window.size)

    def read_still(self) -> float:
        """For how many seconds nobody has touched anything."""
        return time.monotonic() - self._touched_at

    def press_key(self, key: int, text: str, modifiers: Sequence[str]) -> bool:
        """A key of the keyboard; False where it says nothing, so that Kivy goes on with it."""
        self._note_move()
        self.touched()
        return self._press(key, text, modifiers)

    def _fit(self, width: float, height: float) -> None:
        if self.scene is not None:
            self.scene.fit(width, height)

    def _note_touch(self) -> bool:
        """It goes on to the widgets."""
        self.touched()
        return self._note_move()

    def _note_move(self) -> bool:
        self._touched_at = time.monotonic()
        return False

    def _drop_file(self, name: bytes) -> None:
        self._drop(Path(name.decode(errors="surrogateescape")))
