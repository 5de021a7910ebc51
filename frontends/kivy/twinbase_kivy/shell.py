"""The window: the navigation, one page or two beside each other, sheets over them, and the toast."""

import webbrowser
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp

from twinbase import Plugins
from twinbase.errors import TwinbaseError
from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.drawing import paint_ground
from twinbase_kivy.finger import Glass, finger
from twinbase_kivy.focus import FocusRing
from twinbase_kivy.kept_pages import KeptPages
from twinbase_kivy.list_page import ListPage, choose_beside
from twinbase_kivy.look import look
from twinbase_kivy.navigation import BackStack
from twinbase_kivy.page import PageView
from twinbase_kivy.panes import FixedWidth, PaneEdge, leave_parent
from twinbase_kivy.places import NavPlace, make_frame
from twinbase_kivy.routes import DETAILS, HANDED_OVER, PHONE_PLACES, PLACES, TODAY, WHOLE, find_maker, list_places
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.notices import ToastBar
from twinbase_kivy.widgets.sheets import SheetLayer, SheetPanel
from twinbase_presentation import Done, Route, Workday, describe_status
from twinbase_presentation.faults import say_error
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.tokens import TWO_PANES_FROM, ThemeName

LIST_DP = 412
TOAST_SECONDS = 6


class Shell(Glass):
    """All that is in the window. `open` shows where somebody was. `sheets`: over a page, by the place of a route;
    `claims`: of whoever signed in, for the screens of plugins."""

    def __init__(
        self,
        workday: Workday,
        plugins: Plugins,
        sheets: Mapping[str, "OpenSheet"],
        state: Path | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(name="Twinbase", role="application")
        self.workday, self.plugins, self.sheets = workday, plugins, sheets
        self.brought = PluginScreens(workday, plugins, claims or {})
        self.stack = BackStack(TODAY, state)
        self.pages: dict[Route, PageView] = {}
        self._kept = KeptPages()
        self.sheet: SheetLayer | None = None
        self.toast: ToastBar | None = None
        self.focus = FocusRing(lambda: self.sheet or self)
        self.enter: Callable[[], object] | None = None
        self.left: Callable[[], object] | None = None
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
        finger.forget(self._draw_anew)
        finger.forget(self._compose)
        while self.pages:
            self.pages.popitem()[1].close()
        self._kept.keep_only(())

    def go(self, route: Route) -> None:
        """Show it: a page, or a sheet over this one. Nobody waits for the reading."""
        if (sheet := self._find_sheet(route)) is not None:
            self.workday.spawn(sheet(self, route))
            return
        if route == TODAY or (self.is_wide and (route in PLACES or route in DETAILS)):
            self.enter_place(route)
            return
        self._note_passed()
        if self.is_wide and self._is_detail(route):
            self.stack.go_beside(route)
        else:
            self.stack.go(route)
        self.workday.spawn(self.show())

    def enter_place(self, route: Route) -> None:
        """Go to a place of the navigation: the way back begins anew there."""
        self._note_passed()
        self._leave_sheet()
        self.stack.enter_place(route)
        self.workday.spawn(self.show())

    def go_back(self) -> None:
        """Close what is on top: a sheet, else the page."""
        if self.sheet is not None:
            self.close_sheet()
            return
        self._note_passed()
        if self.stack.go_back():
            self.workday.spawn(self.show())

    def leave_for(self, route: Route) -> None:
        """Show it in place of the page on top, which is over: the way back leads past that."""
        self.stack.go_back()
        self.go(route)

    def knows(self, route: Route) -> bool:
        """Whether there is a screen or a sheet for it: no button leads to nothing."""
        return self._find_sheet(route) is not None or find_maker(route, self.brought) is not None

    def list_routes(self) -> Sequence[Route]:
        """The places of the navigation, in its order."""
        return PLACES if self.is_wide else PHONE_PLACES

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
        self._leave_sheet()
        panel = SheetPanel(title, self.workday.language.say("Close"), self.close_sheet, *parts)
        self.sheet = SheetLayer(panel, self.close_sheet)
        self._compose()

    def close_sheet(self) -> None:
        """Back to the page; what was typed is a draft."""
        self._leave_sheet()
        self._compose()

    def _leave_sheet(self) -> None:
        if self.left is not None:
            self.left()
        self.sheet = self.enter = self.left = None

    def undo(self) -> None:
        """Drop what is held, if anything is."""
        if self.workday.held.now is not None:
            self._undo()

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
            self._kept.put(route, self.pages.pop(route))
        self._kept.keep_only(stop.route for stop in self.stack.stops)
        for route in routes:
            if route not in self.pages:
                await self._make(route)
        choose_beside(self.pages, [stop.route for stop in self.stack.stops])
        self._compose()

    def settle(self) -> None:
        self.frame.place(*self.pos, *self.size)
        if self.toast is not None:
            self.toast.stand_over(self)
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

    def _find_sheet(self, route: Route) -> "OpenSheet | None":
        """A sheet by the place of its route; `parts/…` is the one of any part, `action/` that of any plugin's act."""
        head, slash, _ = ("action/" if route.name == "action" else route.place).partition("/")
        return self.sheets.get(head + slash)

    @property
    def _has_list(self) -> bool:
        return self.stack.stops[0].route in DETAILS

    def _is_detail(self, route: Route) -> bool:
        """Whether it is what the list that somebody is in shows beside itself."""
        return route.name == DETAILS.get(self.stack.stops[0].route) and route.id is not None and not route.place

    def _seen(self) -> list[Route]:
        """The page on top; on a wide screen with the list that it belongs to, and beside a list its first row."""
        top, first = self.stack.top.route, self.stack.stops[0].route
        if not self.is_wide or not self._has_list or top.place in WHOLE:
            return [top]
        return [first, top] if top != first else [first, *self._first_detail()]

    def _first_detail(self) -> list[Route]:
        route = self.stack.top.route
        page = self.pages.get(route)
        first = page.find_first() if isinstance(page, ListPage) else None
        return [Route(DETAILS[route], first)] if first is not None else []

    async def _make(self, route: Route) -> None:
        is_detail = self.is_wide and self._is_detail(route)
        has_back = route != self.stack.stops[0].route and not is_detail
        page = self.pages[route] = self._kept.take(route, has_back) or self._make_page(route, has_back)
        self._compose()
        await page.model.open()
        if passed := next((stop.passed for stop in self.stack.stops if stop.route == route), 0):
            await page.scroll_to(passed)
        if self.is_wide and isinstance(page, ListPage) and self.stack.top.route == route:
            for more in self._first_detail():
                if more not in self.pages:
                    await self._make(more)

    def _make_page(self, route: Route, has_back: bool) -> PageView:
        maker = find_maker(route, self.brought)
        assert maker is not None, route
        model, kind = maker(self.workday, self.plugins, route)
        return kind(model, self, has_back=has_back)

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
        if self.stack.top.route.place in HANDED_OVER:
            self.frame = ColumnBox(grow(body))
            return
        here = self.stack.stops[0].route
        has_bar = self.stack.top.route == here
        self.frame = make_frame(
            body, self.list_nav_places(), here, self.enter_place, (self.width, self.height), has_bar=has_bar
        )

    def list_nav_places(self) -> list[NavPlace]:
        """The places of the navigation, in words."""
        language, now = self.workday.language, self.workday.read_now()
        status = describe_status(self.workday.runner.status, language, now, self.workday.zone)
        return list_places(language, wide=self.is_wide, needs_you=status.needs_you is not None)

    def _undo(self) -> None:
        self.workday.held.undo()
        self._end_toast(0)

    def _end_toast(self, _seconds: float) -> None:
        self.toast = None
        finger.draw(self._compose)

    def _note_passed(self) -> None:
        for route, page in self.pages.items():
            self.stack.note_passed(route, page.scroller.passed)

    def _note_status(self) -> None:
        """Chips, banner and dots say the sync's status: they are part of what is shown."""
        finger.draw(self._draw_anew)

    def _draw_anew(self) -> None:
        for page in self.pages.values():
            page.draw()
        self._compose()


OpenSheet = Callable[[Shell, Route], Awaitable[None]]
"""Shows a sheet over the page that is seen."""
