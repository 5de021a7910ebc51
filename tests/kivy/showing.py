"""Goes to a screen of the app as somebody would, by its name."""

from typing import Any

from kivy.metrics import dp
from tests.kivy.day import BOILER, PLUGINS, VISIT, OpenDay, ident

from twinbase_kivy.all_sheets import SHEETS as ALL_SHEETS
from twinbase_kivy.focus import find_targets
from twinbase_kivy.keyboard import KEYS, press_key
from twinbase_kivy.routes import SYNC
from twinbase_kivy.shell import Shell
from twinbase_presentation import Route

WAYS: dict[str, tuple[Route, ...]] = {
    "today": (),
    "visit": (Route("visit", VISIT),),
    "checklist": (Route("visit", VISIT), Route("visit", VISIT, "checklist")),
    "parts": (Route("visit", VISIT), Route("visit", VISIT, "parts")),
    "sync": (SYNC,),
    "settings": (Route("settings"),),
    "sign_in": (Route("settings"), Route("sign_in")),
}
"""How somebody comes to a page that is no place of the navigation."""
SHEETS: dict[str, tuple[str, ...]] = {
    "today": (),
    "visit": ("missing", "finish", "cancel", "menu"),
    "checklist": (),
    "parts": ("part",),
    "sync": ("correct",),
    "jobs": (),
    "stock": ("product",),
    "hours": ("line",),
    "settings": ("leave", "licences"),
    "sign_in": (),
}
"""Every page, with the sheets that stand over it."""
CODES = {word: code for code, word in KEYS.items()}


def open_shell(day: OpenDay, language: str = "en", size: tuple[int, int] = (360, 640)) -> Shell:
    """The app in a window of so many dp."""
    shell = Shell(day.make_workday(language), PLUGINS, ALL_SHEETS)
    shell.fit(*map(dp, size))
    return shell


async def show_screen(shell: Shell, screen: str) -> None:
    """A page, or a sheet over its page, read and in its place."""
    page = next((one for one, sheets in SHEETS.items() if screen in sheets), screen)
    await shell.open()
    if page not in WAYS:
        shell.enter_place(Route(page))
        await shell.workday.finish_tasks()
    for route in WAYS.get(page, ()):
        shell.go(route)
        await shell.workday.finish_tasks()
    if page != screen:
        await show_sheet(shell, screen)


async def show_sheet(shell: Shell, sheet: str) -> None:
    """A sheet over the page that is seen."""
    routes = {
        "line": Route("hours", None, "line"),
        "product": Route("stock", ident(600), "product"),
        "leave": Route("settings", None, "leave"),
        "licences": Route("settings", None, "licences"),
        "part": Route("visit", VISIT, f"parts/{ident(600)}"),
    }
    if sheet == "correct":
        refused = shell.pages[SYNC].model.refused[0]  # type: ignore[attr-defined]
        routes[sheet] = Route("sync", refused.id, "correct")
    shell.go(routes.get(sheet, Route("visit", VISIT, sheet)))
    await shell.workday.finish_tasks()


async def type_danger(shell: Shell) -> None:
    """Sixty-two parts per million, at the boiler."""
    page: Any = shell.pages[Route("visit", VISIT, "checklist")]
    page.open_question((BOILER, "co"))
    await press(shell, "erase", "erase", "6", "2")


async def touch(shell: Shell, name: str) -> None:
    """What is called so, or begins so, touched on what is on top, and what that begins."""
    top = shell.sheet or shell.frame
    next(one for one in find_targets(top) if one.name.startswith(name)).press()
    await shell.workday.finish_tasks()


async def press(shell: Shell, *keys: str) -> None:
    """Keys of a keyboard, one after the other, and what they begin. `ctrl+f` is one."""
    for key in keys:
        *held, last = key.split("+") if len(key) > 1 else [key]
        press_key(shell, CODES.get(last, 0), last, held)
    await shell.workday.finish_tasks()
