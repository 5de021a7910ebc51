"""What the keys of a keyboard do: moving, doing, back, the places, and the commands of what is seen."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from twinbase_kivy.boxes import Box
from twinbase_kivy.focus import FocusRing
from twinbase_kivy.page import PageView
from twinbase_presentation import Route

KEYS = {9: "tab", 13: "enter", 271: "enter", 27: "back", 273: "up", 274: "down", 275: "right", 276: "left", 8: "erase"}


class KeyHearer(Protocol):
    """The window, as its keys know it."""

    focus: FocusRing
    pages: dict[Route, PageView]
    sheet: Box | None

    def go_back(self) -> None: ...

    def enter_place(self, route: Route) -> None: ...

    def list_routes(self) -> Sequence[Route]: ...


def press_key(window: KeyHearer, key: int, text: str, modifiers: Sequence[str]) -> bool:
    """Do what a key says; False where it says nothing, so that Kivy goes on with it."""
    word = KEYS.get(key, "")
    held = [one for one in ("ctrl", "alt") if one in modifiers]
    if word == "back":
        window.go_back()
    elif word in ("tab", "down", "up"):
        window.focus.move(-1 if word == "up" or "shift" in modifiers else 1)
    elif not held and window.focus.is_typing:
        return False
    elif word == "enter" and not held and window.focus.press():
        return True
    else:
        return _press_said(window, "+".join([*held, word or text or ""]))
    return True


def _press_said(window: KeyHearer, said: str) -> bool:
    """A place by its number, a key of a page, a command of one; under a sheet nothing is pressed."""
    if window.sheet is not None:
        return False
    places: Mapping[str, Route] = {f"ctrl+{at}": route for at, route in enumerate(window.list_routes(), 1)}
    if said in places:
        window.enter_place(places[said])
        return True
    pages = list(reversed(window.pages.values()))
    return any(page.press_key(said) for page in pages) or any(_press_command(page, said) for page in pages)


def _press_command(page: PageView, said: str) -> bool:
    for command in page.list_commands():
        if command.key and command.key == said and command.is_enabled:
            page.do(command.run(), command.id)
            return True
    return False
