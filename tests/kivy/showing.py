"""Goes to a screen of the app as somebody would, by its name."""

from kivy.metrics import dp
from tests.kivy.day import BOILER, PLUGINS, VISIT, OpenDay, ident

from twinbase_kivy.all_sheets import SHEETS as ALL_SHEETS
from twinbase_kivy.focus import find_targets
from twinbase_kivy.keyboard import KEYS, press_key
from twinbase_kivy.routes import SYNC
from twinbase_kivy.shell import Shell
from twinbase_presentation import Route

SHEETS = ("missing", "finish", "cancel", "menu")


def open_shell(day: OpenDay, language: str = "en", size: tuple[int, int] = (360, 640)) -> Shell:
    """The app in a window of so many dp."""
    shell = Shell(day.make_workday(language), PLUGINS, ALL_SHEETS)
    shell.fit(*map(dp, size))
    return shell


CODES = {word: code for code, word in KEYS.items()}


async def show_screen(shell: Shell, screen: str) -> None:
    """`today`, `visit`, `sync`, or a sheet of a visit, read and in its place."""
    await shell.open()
    if screen in ("visit", "checklist", "danger", "parts", "part", *SHEETS):
        shell.go(Route("visit", VISIT))
    if screen in ("sync", "correct"):
        shell.go(SYNC)
    await shell.workday.finish_tasks()
    if screen in ("hours", "line", "jobs", "stock", "product"):
        shell.enter_place(Route({"line": "hours", "product": "stock"}.get(screen, screen)))
        await shell.workday.finish_tasks()
    if screen == "line":
        shell.go(Route("hours", None, "line"))
    if screen == "product":
        shell.go(Route("stock", ident(600), "product"))
    if screen in ("parts", "part"):
        shell.go(Route("visit", VISIT, "parts"))
        await shell.workday.finish_tasks()
    if screen == "part":
        shell.go(Route("visit", VISIT, f"parts/{ident(600)}"))
    if screen in ("checklist", "danger"):
        shell.go(Route("visit", VISIT, "checklist"))
    if screen in SHEETS:
        shell.go(Route("visit", VISIT, screen))
    if screen == "correct":
        page = next(page for route, page in shell.pages.items() if route == SYNC)
        refused = page.model.refused[0]  # type: ignore[attr-defined]
        shell.go(Route("sync", refused.id, "correct"))
    await shell.workday.finish_tasks()
    if screen == "danger":
        page = shell.pages[Route("visit", VISIT, "checklist")]
        page.open_question((BOILER, "co"))
        for key in ("erase", "erase", "6", "2"):
            page.press_key(key)


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
