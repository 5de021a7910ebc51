"""Goes to a screen of the app as somebody would, by its name."""

from kivy.metrics import dp
from tests.kivy.day import BOILER, PLUGINS, VISIT, OpenDay

from twinbase_kivy.all_sheets import SHEETS as ALL_SHEETS
from twinbase_kivy.routes import SYNC
from twinbase_kivy.shell import Shell
from twinbase_presentation import Route

SHEETS = ("missing", "finish", "cancel", "menu")


def open_shell(day: OpenDay, language: str = "en", size: tuple[int, int] = (360, 640)) -> Shell:
    """The app in a window of so many dp."""
    shell = Shell(day.make_workday(language), PLUGINS, ALL_SHEETS)
    shell.fit(*map(dp, size))
    return shell


async def show_screen(shell: Shell, screen: str) -> None:
    """`today`, `visit`, `sync`, or a sheet of a visit, read and in its place."""
    await shell.open()
    if screen in ("visit", "checklist", "danger", *SHEETS):
        shell.go(Route("visit", VISIT))
    if screen in ("sync", "correct"):
        shell.go(SYNC)
    await shell.workday.finish_tasks()
    if screen in ("hours", "line"):
        shell.enter(Route("hours"))
        await shell.workday.finish_tasks()
    if screen == "line":
        shell.go(Route("hours", None, "line"))
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
        page.activate((BOILER, "co"))
        for key in ("erase", "erase", "6", "2"):
            page.press_key(key)
