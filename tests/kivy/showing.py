# ruff: noqa: RUF001 — French texts have a typographic apostrophe.
"""Goes to a screen of the app as somebody would, by its name."""

import math
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kivy.metrics import dp
from tests.kivy.day import BOILER, CLAIMS, VISIT, OpenDay, ident
from tests.tui import pumps

from twinbase import Plugins
from twinbase_kivy.all_sheets import SHEETS as ALL_SHEETS
from twinbase_kivy.focus import find_targets
from twinbase_kivy.keyboard import KEYS, press_key
from twinbase_kivy.routes import HOURS, SYNC
from twinbase_kivy.shell import Shell
from twinbase_presentation import Route
from twinbase_presentation.device.directory_sign_in import DirectoryWait
from twinbase_server import accounts

WITH_PUMPS = Plugins("mobile", "deliveries", accounts, pumps)
"""Ours, and one of somebody else's that brings screens and no tables."""
WAYS: dict[str, tuple[Route, ...]] = {
    "today": (),
    "visit": (Route("visit", VISIT),),
    "checklist": (Route("visit", VISIT), Route("visit", VISIT, "checklist")),
    "parts": (Route("visit", VISIT), Route("visit", VISIT, "parts")),
    "report": (Route("visit", VISIT), Route("visit", VISIT, "report")),
    "photos": (Route("visit", VISIT), Route("visit", VISIT, "photos")),
    "choose": (Route("visit", VISIT), Route("visit", VISIT, "photos"), Route("visit", VISIT, "choose")),
    "signature": (Route("visit", VISIT), Route("visit", VISIT, "signature")),
    "sync": (SYNC,),
    "customer": (Route("customers"), Route("customer", ident(100))),
    "expenses": (Route("more"), Route("expenses")),
    "expense": (Route("more"), Route("expenses"), Route("expense")),
    "choose_receipt": (Route("more"), Route("expenses"), Route("expense"), Route("expense", None, "choose")),
    "job_map": (Route("jobs"),),
    "new_visit": (Route("new_visit"),),
    "new_visit_form": (Route("new_visit", ident(100)),),
    "request": (Route("request"),),
    "team": (Route("team"),),
    "equipment": (Route("visit", VISIT), Route("equipment", BOILER)),
    "request_of_visit": (Route("visit", VISIT), Route("request", VISIT, "visit")),
    "pumps": (Route("pumps"),),
    "pump": (Route("pumps"), Route("pumps", pumps.FIRST)),
    "settings": (Route("settings"),),
    "sign_in": (Route("settings"), Route("sign_in")),
}
"""How somebody comes to a page that is no place of the navigation."""
SHEETS: dict[str, tuple[str, ...]] = {
    "today": ("new", "search", "keys"),
    "visit": ("missing", "finish", "cancel", "menu", "share", "action", "notes"),
    "checklist": (),
    "parts": ("part",),
    "report": ("phrases", "no_report"),
    "photos": ("photo",),
    "choose": (),
    "signature": ("summary", "refuse"),
    "sync": ("correct",),
    "jobs": (),
    "job_map": ("together",),
    "more": (),
    "expenses": (),
    "expense": (),
    "choose_receipt": (),
    "planning": (),
    "customers": (),
    "customer": ("correction", "access"),
    "stock": ("product", "transfer", "count"),
    "hours": ("line", "forgotten"),
    "new_visit": (),
    "new_visit_form": (),
    "request": (),
    "team": (),
    "equipment": ("replace", "correct_equipment", "new_equipment"),
    "request_of_visit": (),
    "pumps": (),
    "pump": (),
    "settings": ("lock_code", "no_code", "leave", "licences"),
    "sign_in": (),
}
"""Every page, with the sheets that stand over it."""
VIEW_KEYS = {"job_map": "m"}
"""Pages that are another one, looked at in another way, and the key for it."""
CODES = {word: code for code, word in KEYS.items()}


def open_shell(
    day: OpenDay,
    language: str = "en",
    size: tuple[int, int] = (360, 640),
    plugins: Plugins = WITH_PUMPS,
    state: Path | None = None,
) -> Shell:
    """The app in a window of so many dp."""
    shell = Shell(day.make_workday(language), plugins, ALL_SHEETS, state, claims=CLAIMS)
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
    if page in VIEW_KEYS:
        await press(shell, VIEW_KEYS[page])
    if page != screen:
        await show_sheet(shell, screen)


async def show_sheet(shell: Shell, sheet: str) -> None:
    """A sheet over the page that is seen."""
    routes = {
        "line": Route("hours", None, "line"),
        "product": Route("stock", ident(600), "product"),
        "lock_code": Route("settings", None, "lock_code"),
        "no_code": Route("settings", None, "no_code"),
        "leave": Route("settings", None, "leave"),
        "licences": Route("settings", None, "licences"),
        "part": Route("visit", VISIT, f"parts/{ident(600)}"),
        "correction": Route("customer", ident(100), "correction"),
        "access": Route("customer", ident(200), "access"),
        "new": Route("today", None, "new"),
        "transfer": Route("stock", ident(600), "transfer"),
        "count": Route("stock", ident(600), "count"),
        "replace": Route("equipment", BOILER, "replace"),
        "correct_equipment": Route("equipment", BOILER, "correct_equipment"),
        "search": Route("today", None, "search"),
        "keys": Route("today", None, "keys"),
        "action": Route("action", VISIT, "vent"),
        "together": Route("jobs", VISIT, "together"),
    }
    if sheet == "photo":
        tile = shell.pages[Route("visit", VISIT, "photos")].model.tiles[0]  # type: ignore[attr-defined]
        routes[sheet] = Route("visit", VISIT, f"photos/{tile.id}")
    if sheet == "correct":
        refused = shell.pages[SYNC].model.refused[0]  # type: ignore[attr-defined]
        routes[sheet] = Route("sync", refused.id, "correct")
    if sheet == "forgotten":
        hours: Any = shell.pages[HOURS]
        routes[sheet] = Route("hours", hours.model.shown.running.id, "forgotten")
    shell.go(routes.get(sheet, Route("visit", VISIT, sheet)))
    await shell.workday.finish_tasks()


async def type_danger(shell: Shell) -> None:
    """Sixty-two parts per million, at the boiler."""
    page: Any = shell.pages[Route("visit", VISIT, "checklist")]
    page.open_question((BOILER, "co"))
    await press(shell, "erase", "erase", "6", "2")


async def write_report(shell: Shell) -> None:
    """What was done, as it is typed in the kitchen."""
    page: Any = shell.pages[Route("visit", VISIT, "report")]
    page.paper.show(
        "Nettoyage du corps de chauffe, remplacement du joint et de l’électrode. CO après aération : 4 ppm."
    )


async def sign(shell: Shell) -> None:
    """The customer signs, with a finger."""
    from kivy.tests.common import UnitTestTouch

    pad = shell.pages[Route("visit", VISIT, "signature")].pad
    finger = UnitTestTouch(pad.x + pad.width * 0.2, pad.center_y)
    finger.touch_down()
    for step in range(1, 60):
        turn = step * 0.42
        left = pad.x + pad.width * (0.2 + 0.01 * step) + dp(14) * math.sin(turn)
        finger.touch_move(left, pad.center_y + dp(26) * math.cos(turn) * (1 - step / 90))
    finger.touch_up()


async def type_meal(shell: Shell) -> None:
    """Fourteen euros and fifty cents."""
    await touch(shell, shell.workday.language.say("Meal"))
    await press(shell, "1", "4", ",", "5", "0")


async def touch(shell: Shell, name: str) -> None:
    """What is called so, or begins so, touched on what is on top, and what that begins."""
    top = shell.sheet or shell.frame
    next(one for one in find_targets(top) if one.name.startswith(name)).press()
    await shell.workday.finish_tasks()


async def press(shell: Shell, *keys: str) -> None:
    """Keys of a keyboard, one after the other, and what they begin. `ctrl+f` is one."""
    for key in keys:
        press_fast(shell, key)
    await shell.workday.finish_tasks()


def press_fast(shell: Shell, key: str) -> None:
    """One of them, without waiting for what it begins."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    press_key(shell, CODES.get(last, 0), last, held)


async def wait_in_browser(shell: Shell) -> None:
    """Anna is on the page of her company."""
    _show_wait(shell, DirectoryWait("Plomberie Martin", 10))


async def wait_with_code(shell: Shell) -> None:
    """She types the code on her other phone."""
    _show_wait(
        shell, DirectoryWait("Plomberie Martin", 15, "WDJB-MJHT", "https://login.plomberie-martin.example/device")
    )


def _show_wait(shell: Shell, wait: DirectoryWait) -> None:
    page: Any = shell.pages[Route("sign_in")]
    page.model._directory._show(wait)


DONE_ON_PAGES: dict[str, Callable[[Shell], Awaitable[None]]] = {
    "danger": type_danger,
    "written report": write_report,
    "signed": sign,
    "meal": type_meal,
    "waits in browser": wait_in_browser,
    "waits with code": wait_with_code,
    "planned week": lambda shell: press(shell, "w"),
    "planned month": lambda shell: press(shell, "m"),
    "kilometres": lambda shell: touch(shell, shell.workday.language.say("Mileage")),
}
"""What somebody does on a page before it is looked at, by the name of the picture."""
