"""What the keys of a keyboard do: moving, doing, back, the places, and the commands of what is seen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from twinbase_kivy.boxes import Box
from twinbase_kivy.focus import FocusRing
from twinbase_kivy.page import PageView
from twinbase_presentation import Route

KEYS = {
    9: "tab", 13: "enter", 271: "enter", 27: "back", 273: "up", 274: "down", 275: "right", 276: "left", 8: "erase",
    278: "home", 279: "end", 282: "f1",
}  # fmt: skip
FAR = 100_000
STEPS = {"j": 1, "k": -1, "home": -FAR, "end": FAR}
"""In a list, and no further than its ends."""
SHEETS = {"ctrl+k": Route("today", None, "search"), "f1": Route("today", None, "keys")}


class KeyHearer(Protocol):
    """The window, as its keys know it. `enter`: what Enter does while somebody types in a sheet."""

    focus: FocusRing
    pages: dict[Route, PageView]

    @property
    def sheet(self) -> Box | None: ...

    @property
    def enter(self) -> Callable[[], object] | None: ...

    def go(self, route: Route) -> None: ...

    def go_back(self) -> None: ...

    def undo(self) -> None: ...

    def enter_place(self, route: Route) -> None: ...

    def list_routes(self) -> Sequence[Route]: ...


def press_key(window: KeyHearer, key: int, text: str, modifiers: Sequence[str]) -> bool:
    """Do what a key says; False where it says nothing, so that Kivy goes on with it."""
    word = KEYS.get(key, "")
    held = [one for one in ("ctrl", "alt") if one in modifiers]
    said = "+".join([*held, word or text or ""])
    if word == "back":
        window.go_back()
    elif word in ("tab", "down", "up"):
        window.focus.move(-1 if word == "up" or "shift" in modifiers else 1)
    elif said in SHEETS:
        window.go(SHEETS[said])
    elif not held and window.focus.is_typing:
        return _press_enter(window) if word == "enter" else False
    elif said == "enter" and window.focus.press():
        return True
    else:
        return _press_said(window, said)
    return True


def _press_enter(window: KeyHearer) -> bool:
    """In a sheet that has one answer to it; else the field's own."""
    act = window.enter
    if act is None:
        return False
    act()
    return True


def _press_said(window: KeyHearer, said: str) -> bool:
    """A place by its number, a key of a page, a command of one; under a sheet nothing is pressed."""
    if window.sheet is not None:
        return _move(window, window.sheet, said)
    places: Mapping[str, Route] = {f"ctrl+{at}": route for at, route in enumerate(window.list_routes(), 1)}
    if said in places:
        window.enter_place(places[said])
        return True
    if said == "ctrl+z":
        window.undo()
        return True
    pages = list(reversed(window.pages.values()))
    if any(page.press_key(said) for page in pages) or any(_press_command(page, said) for page in pages):
        return True
    return _move(window, _find_list(window), said)


def _find_list(window: KeyHearer) -> Box | None:
    """What scrolls where the keyboard is; else the list beside, or the page."""
    inside = [page.scroller for page in window.pages.values() if _holds(page.scroller, window.focus.now)]
    return next(iter((*inside, *(page.scroller for page in window.pages.values()))), None)


def _holds(box: Box, target: object) -> bool:
    return any(part is target or _holds(part, target) for part in box.parts())


def _move(window: KeyHearer, box: Box | None, said: str) -> bool:
    if box is None or said not in STEPS:
        return False
    window.focus.move_in(box, STEPS[said])
    return True


def _press_command(page: PageView, said: str) -> bool:
    for command in page.list_commands():
        if command.key and command.key == said and command.is_enabled:
            page.do(command.run(), command.id)
            return True
    return False
