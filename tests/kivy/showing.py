"""Goes to a screen of the app as somebody would, by its name."""

from tests.kivy.day import VISIT

from twinbase_kivy.shell import SYNC, Shell
from twinbase_presentation import Route

SHEETS = ("missing", "finish", "cancel", "menu")


async def show_screen(shell: Shell, screen: str) -> None:
    """`today`, `visit`, `sync`, or a sheet of a visit, read and in its place."""
    await shell.open()
    if screen == "visit" or screen in SHEETS:
        shell.go(Route("visit", VISIT))
    if screen in ("sync", "correct"):
        shell.go(SYNC)
    await shell.workday.finish_tasks()
    if screen in SHEETS:
        shell.go(Route("visit", VISIT, screen))
    if screen == "correct":
        page = next(page for route, page in shell.pages.items() if route == SYNC)
        refused = page.model.refused[0]  # type: ignore[attr-defined]
        shell.go(Route("sync", refused.id, "correct"))
    await shell.workday.finish_tasks()
