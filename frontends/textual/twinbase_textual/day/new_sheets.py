"""Something new that nobody has planned: for whom is chosen in a list, and then a form asks what."""

from collections.abc import Callable, Mapping
from typing import ClassVar
from uuid import UUID

from textual.binding import Binding, BindingType

from twinbase_presentation import Done, Route, Workday
from twinbase_presentation.screens.customer_pick import CustomerChoice
from twinbase_presentation.screens.new_request import NewRequestModel, VisitRequestModel
from twinbase_presentation.screens.new_visit import NewVisitModel
from twinbase_presentation.screens.new_work import NewWorkModel
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.form_sheet import FormSheet, Sheet
from twinbase_textual.day.glyphs import join_parts
from twinbase_textual.day.pane_lines import PaneItem, PaneLine, PaneNote
from twinbase_textual.day.search_sheet import SearchSheet


class NewWorkSheet(SearchSheet):
    """The customers, found as somebody types or by how near they are; Enter goes on to the form."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n", "show_near", show=False, priority=True)]

    def __init__(self, workday: Workday, model: NewWorkModel) -> None:
        super().__init__(workday, model.title, workday.language.say("Name, town, telephone…"), model)
        self.model = model
        self._rows: tuple[CustomerChoice, ...] = ()
        self._is_asked = False

    def list_entries(self) -> list[KeyEntry]:
        return [KeyEntry("enter", self.say("Choose")), KeyEntry("ctrl+n", self.say("Nearby"))]

    async def action_show_near(self) -> None:
        """Those near the visit on which somebody works, or all again."""
        await self.model.show_near()

    async def take(self, id_: str) -> None:
        if id_.isdigit() and int(id_) < len(self._rows):
            await self.model.choose(self._rows[int(id_)])

    def redraw(self) -> None:
        shown = self.model.shown
        if shown is None or not self.is_attached:
            return
        if shown.customers is None:
            self.said_line.tell(f"✗ {shown.why_not}" if shown.why_not else "", "red")
            self._ask()
            return
        self._rows = shown.customers.rows
        items: list[PaneItem] = [
            PaneLine(str(number), row.name, row.where, end=row.figure) for number, row in enumerate(self._rows)
        ]
        self.found.show(items or [PaneNote(shown.customers.nothing)])

    def _ask(self) -> None:
        """The form, once there is one; whoever closes it goes back to the customers."""
        form, shown = self.model.form, self.model.shown
        if form is None or shown is None or shown.picked is None or self._is_asked:
            return
        self._is_asked = True
        hint = join_parts(shown.picked.name, shown.picked.where, shown.picked.warning)
        self.app.push_screen(FormSheet(self.workday, form, self.model.title, self.model.save, hint), self._end)

    async def _end(self, done: Done | None) -> None:
        self._is_asked = False
        if done is not None and done.said:
            self.dismiss(done)
        else:
            await self.model.choose(None)


MAKERS: Mapping[str, Callable[[Workday, UUID | None], NewWorkModel]] = {
    "new_visit": NewVisitModel,
    "request": NewRequestModel,
}


def make_new_sheet(workday: Workday, route: Route) -> Sheet:
    """The sheet of a route; raises LookupError where there is none."""
    if route.place == "visit" and route.id is not None:
        return NewWorkSheet(workday, VisitRequestModel(workday, route.id))
    return NewWorkSheet(workday, MAKERS[route.name](workday, route.id))
