"""The window: the navigation, one page or two beside each other, sheets over them, and the toast."""

import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp

from twinbase import Plugins
from twinbase.errors import TwinbaseError
from twinbase_kivy.boxes import Box, ColumnBox, Root, grow
from twinbase_kivy.drawing import paint_ground
from twinbase_kivy.focus import FocusRing
from twinbase_kivy.look import look
from twinbase_kivy.navigation import BackStack
from twinbase_kivy.page import PageView
from twinbase_kivy.panes import FixedWidth, PaneEdge, leave_parent
from twinbase_kivy.places import NavPlace, PlacesBar, PlacesRail
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.sync_page import SyncPage
from twinbase_kivy.screens.today import TodayPage
from twinbase_kivy.screens.visit import VisitPage
from twinbase_kivy.widgets.notices import ToastBar
from twinbase_kivy.widgets.sheets import SheetLayer, SheetPanel
from twinbase_presentation import Done, Route, Workday, describe_status
from twinbase_presentation.faults import say_error
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.sync_page import SyncModel
from twinbase_presentation.screens.today import TodayModel
from twinbase_presentation.screens.visit import VisitModel
from twinbase_presentation.tokens import RAIL_FROM, TWO_PANES_FROM, ThemeName

TODAY, SYNC = Route("today"), Route("sync")
LIST_DP = 412
LOW_DP = 480
TOAST_SECONDS = 6
KEYS = {9: "tab", 13: "enter", 271: "enter", 27: "back", 273: "up", 274: "down"}


class Shell(Root, Box):
    """All that is in the window. `open` shows where somebody was; a page is made when it is gone to. `sheets`: what may
    stand over a page, by the place of its route."""

    def __init__(
        self, workday: Workday, plugins: Plugins, sheets: Mapping[str, "OpenSheet"], state: Path | None = None
    ) -> None:
        super().__init__(name="Twinbase", role="application")
        self.workday, self.plugins, self.sheets = workday, plugins, sheets
        self.stack = BackStack(TODAY, state)
        self.pages: dict[Route, PageView] = {}
        self.sheet: SheetLayer | None = None
        self.toast: ToastBar | None = None
        self.focus = FocusRing(self)
        self.frame = ColumnBox()
        self._stop: Callable[[], None] = lambda: None

    # Where somebody is.

    async def open(self) -> None:
        """Show where somebody was, read."""
        await self.show()
        self._stop = self.workday.observe_status(self._note_status)

    def close(self) -> None:
        """The window is gone: nothing is read or drawn any more."""
        self._stop()
        while self.pages:
            self.pages.popitem()[1].close()

    def go(self, route: Route) -> None:
        """Show it: a page, or a sheet over this one. Nobody waits for the reading."""
        if route.place in self.sheets:
            self.workday.spawn(self.sheets[route.place](self, route))
            return
        self._note_passed()
        if self.is_wide and route.name == "visit" and self.stack.stops[0].route == TODAY:
            self.stack.go_beside(route)
        elif route in (TODAY, SYNC):
            self.stack.enter_place(route) if route == TODAY or self.is_wide else self.stack.go(route)
        else:
            self.stack.go(route)
        self.workday.spawn(self.show())

    def go_back(self) -> None:
        """Close what is on top: a sheet, else the page."""
        if self.sheet is not None:
            self.close_sheet()
            return
        self._note_passed()
        if self.stack.go_back():
            self.workday.spawn(self.show())

    def knows(self, route: Route) -> bool:
        """Whether there is a screen or a sheet for it: no button leads to nothing."""
        return route.place in self.sheets or (route.name in PAGES and not route.place)

    @property
    def is_wide(self) -> bool:
        """Whether a list and its detail stand side by side."""
        return self.width >= dp(TWO_PANES_FROM)

    # What somebody does.

    async def finish(self, act: Awaitable[Done], page: PageView, id_: str = "") -> None:
        """Wait for an act, and say what became of it: a toast, a sentence at its button, another screen."""
        try:
            done = await act
        except TwinbaseError as error:
            done = Done(fault=say_error(self.workday.language, error))
        page.faults = {id_: done.fault} if done.fault else {}
        page.redraw()
        if done.said:
            self.say(done.said, can_undo=done.can_undo)
        if done.go is not None:
            self.go(done.go)
        if done.opens:
            webbrowser.open(done.opens)

    def say(self, text: str, *, can_undo: bool = False) -> None:
        """One line over the navigation for some seconds; the next one takes its place."""
        label = self.workday.language.say("Undo") if can_undo else ""
        self.toast = ToastBar(text, label, self._undo if can_undo else None)
        Clock.unschedule(self._end_toast)
        Clock.schedule_once(self._end_toast, TOAST_SECONDS)
        self._compose()

    def open_sheet(self, title: str, *parts: Box | None) -> None:
        """Something over the page."""
        panel = SheetPanel(title, self.workday.language.say("Close"), self.close_sheet, *parts)
        self.sheet = SheetLayer(panel, self.close_sheet)
        self._compose()

    def close_sheet(self) -> None:
        """Back to the page; what was typed is a draft."""
        self.sheet = None
        self._compose()

    def set_look(self, theme: ThemeName | None = None, text_scale: float | None = None) -> None:
        """Another theme, another size of letters: everything is drawn anew at once."""
        look.set_theme(theme or look.theme.name)
        look.text_scale = text_scale or look.text_scale
        for page in self.pages.values():
            page.redraw()
        self._compose()

    # What is seen.

    async def show(self) -> None:
        """Make the pages that are to be seen, read them, and leave the others."""
        routes = self._seen()
        for route in set(self.pages) - set(routes):
            self.pages.pop(route).close()
        for route in routes:
            if route not in self.pages:
                await self._make(route)
        self._choose()
        self._compose()

    def settle(self) -> None:
        self.frame.place(*self.pos, *self.size)
        if self.toast is not None:
            self._place_toast(self.toast)
        if self.sheet is not None:
            self.sheet.place(*self.pos, *self.size)

    def arrange(self) -> None:
        self.settle()

    def fit(self, width: float, height: float) -> None:
        """The window has this size now: other sizes have another navigation."""
        was_wide = self.is_wide
        self.pos, self.size = (0, 0), (round(width), round(height))
        if self.is_wide != was_wide:
            self.workday.spawn(self.show())
        for page in self.pages.values():
            page.redraw()
        self._compose()

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("bg"))

    def press_key(self, key: int, text: str, modifiers: list[str]) -> bool:
        """A key of a keyboard: moving, doing, back, and the keys of the commands that are seen."""
        word = KEYS.get(key, "")
        if word == "back":
            self.go_back()
        elif word in ("tab", "down", "up"):
            self.focus.move(-1 if word == "up" or "shift" in modifiers else 1)
        elif word == "enter" and not modifiers:
            return self.focus.press()
        else:
            return self._press_command(text, modifiers)
        return True

    def _press_command(self, text: str, modifiers: list[str]) -> bool:
        said = "+".join([*(one for one in ("ctrl", "alt") if one in modifiers), text or ""])
        for page in reversed(list(self.pages.values())):
            for command in page.model.commands:
                if command.key and command.key == said and command.is_enabled:
                    page.do(command.run(), command.id)
                    return True
        return False

    def _seen(self) -> list[Route]:
        """The page on top; on a wide screen with the list that it belongs to, and beside a list its first visit."""
        top, first = self.stack.top.route, self.stack.stops[0].route
        if not self.is_wide or first != TODAY:
            return [top]
        return [first, top] if top != first else [first, *self._first_visit()]

    def _first_visit(self) -> list[Route]:
        page = self.pages.get(TODAY)
        shown = page.model.shown if page is not None else None
        return [Route("visit", shown.hero.row.id)] if shown is not None and shown.hero is not None else []

    async def _make(self, route: Route) -> None:
        model, kind = PAGES[route.name](self, route)
        has_back = route != TODAY and not (self.is_wide and (route == SYNC or self.stack.stops[0].route == TODAY))
        page = self.pages[route] = kind(model, self, has_back=has_back)
        self._compose()
        await model.open()
        page.scroller.passed = next((stop.passed for stop in self.stack.stops if stop.route == route), 0)
        if route == TODAY and self.is_wide and self.stack.top.route == TODAY:
            for more in self._first_visit():
                if more not in self.pages:
                    await self._make(more)

    def _choose(self) -> None:
        """On a wide screen the list says which of its rows is the detail."""
        today = self.pages.get(TODAY)
        beside = [route.id for route in self.pages if route.name == "visit"]
        if isinstance(today, TodayPage) and today.chosen != (beside[0] if beside else None):
            today.chosen = beside[0] if beside else None
            today.redraw()

    def _compose(self) -> None:
        """Everything in its place."""
        if self.width <= 1 or not self.pages:
            return
        pages = list(self.pages.values())
        if self.is_wide and len(pages) > 1:
            pages[0].grows, pages[1].grows = False, True
            body: Box = Row(FixedWidth(pages[0], LIST_DP), grow(PaneEdge(pages[1])), side="fill")
        else:
            pages[-1].grows = True
            for page in pages:
                leave_parent(page)
            body = pages[-1]
        self._frame_with(body)
        self.hold([self.frame, self.toast, self.sheet])
        self.paint()
        self.settle()

    def _frame_with(self, body: Box) -> None:
        leave_parent(body)
        places, here = self._places(), self.stack.stops[0].route
        if self.width < dp(RAIL_FROM):
            has_foot = self.stack.top.route != here
            bar = None if has_foot else PlacesBar(places, here, self.go)
            self.frame = ColumnBox(grow(body), bar)
            return
        is_low = self.height < dp(LOW_DP)
        wide = 96 if self.is_wide else 56 if is_low else 80
        rail = PlacesRail(places, here, self.go, has_words=not is_low and self.width >= dp(RAIL_FROM), wide_dp=wide)
        self.frame = ColumnBox(grow(Row(rail, grow(body), side="fill")))

    def _places(self) -> list[NavPlace]:
        language = self.workday.language
        now = self.workday.read_now()
        status = describe_status(self.workday.runner.status, language, now, self.workday.zone)
        return [
            NavPlace(TODAY, "today", language.say("Today")),
            NavPlace(SYNC, "sync", language.say("Sync page"), has_dot=status.needs_you is not None),
        ]

    def _place_toast(self, toast: ToastBar) -> None:
        wide = min(self.width - dp(32), dp(560))
        high = toast.height_for(wide)
        toast.place(self.center_x - wide / 2, self.y + dp(88), wide, high)

    def _undo(self) -> None:
        self.workday.held.undo()
        self._end_toast(0)

    def _end_toast(self, _seconds: float) -> None:
        self.toast = None
        self._compose()

    def _note_passed(self) -> None:
        for route, page in self.pages.items():
            self.stack.note_passed(route, page.scroller.passed)

    def _note_status(self) -> None:
        """Chips, banner and dots say the sync's status: they are part of what is shown."""
        for page in self.pages.values():
            page.redraw()
        self._compose()


OpenSheet = Callable[[Shell, Route], Awaitable[None]]
"""Shows a sheet over the page that is seen."""
Made = tuple[ScreenModel[Any], type[PageView]]


def _make_visit(shell: Shell, route: Route) -> Made:
    assert route.id is not None
    return VisitModel(shell.workday, route.id), VisitPage


PAGES: dict[str, Callable[[Shell, Route], Made]] = {
    "today": lambda shell, route: (TodayModel(shell.workday), TodayPage),
    "visit": _make_visit,
    "sync": lambda shell, route: (SyncModel(shell.workday, shell.plugins), SyncPage),
}


def bind_window(shell: Shell) -> None:
    """Let the shell fill the window, and hear its keys."""
    Window.clearcolor = look.find_colour("bg")
    Window.add_widget(shell)
    Window.bind(size=lambda _window, size: shell.fit(*size))
    Window.bind(on_key_down=lambda _window, key, _code, text, modifiers: shell.press_key(key, text, modifiers))
    shell.fit(*Window.size)
