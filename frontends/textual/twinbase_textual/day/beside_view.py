"""What stands beside a list: a visit, live, or the text of the line that is chosen."""

import asyncio
from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from twinbase.screens import BlocksCard
from twinbase_presentation import Command, Failed, Loaded, Route, Workday
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screens.brought_cards import BroughtCards
from twinbase_presentation.screens.visit import VisitModel
from twinbase_textual.day.place_view import Beside
from twinbase_textual.day.visit_text import compose_visit

TICK_SECONDS = 1.0


class BesideView(VerticalScroll):
    """Shows one thing at a time; a visit is read again whenever a row of it changes."""

    class BesideDrawn(Message):
        """It shows something else now."""

    def __init__(self, workday: Workday, brought: PluginScreens) -> None:
        super().__init__()
        self.workday, self.brought = workday, brought
        self.visit: VisitModel | None = None
        self._drawn = Static()
        self._cards: BroughtCards | None = None
        self._stop: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        yield self._drawn

    def on_mount(self) -> None:
        self.set_interval(TICK_SECONDS, self._tick)

    def on_unmount(self) -> None:
        self.let_go()

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done with the visit that is shown, if it is one."""
        if self.visit is None or not self.visit.shown:
            return ()
        visit = self.visit.shown.job.visit
        brought = self._cards.list_commands(status=visit.status) if self._cards is not None else ()
        return (*self.visit.commands, *brought)

    async def show(self, beside: Beside) -> None:
        """This from now on."""
        if isinstance(beside, Route):
            if self.visit is None or self.visit.route != beside:
                await self._open(beside)
            return
        self.let_go()
        self._drawn.update(beside or "")
        self.post_message(self.BesideDrawn())

    def let_go(self) -> None:
        """What is shown is read no more."""
        if self._stop is not None:
            self._stop()
        if self.visit is not None:
            self.visit.close()
        if self._cards is not None:
            self._cards.close()
        self.visit, self._stop, self._cards = None, None, None

    async def _open(self, route: Route) -> None:
        """Read it. Whoever goes on to another line meanwhile cancels this, and nothing is half shown then."""
        self.let_go()
        assert route.id is not None
        model = self.visit = VisitModel(self.workday, route.id)
        cards = self._cards = BroughtCards(self.workday, self.brought, "visit", route.id)
        self._stop = model.observe(self._note_changed)
        cards.observe(self._note_changed)
        try:
            await model.open()
            await cards.open()
        except asyncio.CancelledError:
            self.let_go()
            raise
        self.scroll_home(animate=False)
        self._redraw()

    def _note_changed(self) -> None:
        self.call_later(self._redraw)

    def _redraw(self) -> None:
        if self.visit is not None and self.is_attached:
            self._drawn.update(self._make_text(self.visit))
            self.post_message(self.BesideDrawn())

    def _make_text(self, model: VisitModel) -> Content:
        state = model.state
        if isinstance(state, Failed):
            return Content.styled(state.sentence, "$tone-red")
        if isinstance(state, Loaded) and state.shown is not None:
            return compose_visit(state.shown, self.workday.language, self.workday.read_now(), self._list_cards())
        return Content.styled(model.gone, "$tone-grey") if isinstance(state, Loaded) else Content("")

    def _list_cards(self) -> tuple[tuple[str, BlocksCard], ...]:
        """Those of plugins, each with its title."""
        return tuple((one.spec.title, one.card) for one in self._cards.cards) if self._cards is not None else ()

    def _tick(self) -> None:
        """What runs is longer now."""
        if self.visit is not None and self.visit.shown and self.visit.shown.since:
            self._drawn.update(self._make_text(self.visit))
