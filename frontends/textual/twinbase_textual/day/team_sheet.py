"""The team by keys: found as somebody types, then called or written to."""

from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList

from twinbase_presentation import Workday
from twinbase_presentation.screens.team import ColleagueRow, TeamModel
from twinbase_textual.day.edge_lines import KeyEntry, SaidLine
from twinbase_textual.day.form_sheet import Sheet
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneList, PaneNote


class TeamSheet(Sheet):
    """Who is on my visits today first. Enter calls; what else is possible has a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "go_down", show=False),
        Binding("ctrl+n", "reach('message')", show=False, priority=True),
        Binding("ctrl+o", "reach('mail')", show=False, priority=True),
    ]

    def __init__(self, workday: Workday) -> None:
        self.model = TeamModel(workday)
        super().__init__(workday, self.model.title)

    def compose_body(self) -> ComposeResult:
        yield Input(placeholder=self.say("Name, trade, telephone…"), compact=True, classes="search")
        yield PaneList(classes="scrolls")

    async def on_mount(self) -> None:  # type: ignore[override]
        self.model.observe(self._note_changed)
        await self.model.open()
        self._redraw()

    def on_unmount(self) -> None:
        self.model.close()

    def list_entries(self) -> list[KeyEntry]:
        return [
            KeyEntry("enter", self.say("Call")), KeyEntry("ctrl+n", self.say("Message")),
            KeyEntry("ctrl+o", self.say("Mail")),
        ]  # fmt: skip

    async def on_input_changed(self, event: Input.Changed) -> None:
        await self.model.search(event.value)

    async def on_input_submitted(self) -> None:
        await self.action_reach("call")

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        await self.action_reach("call")

    def action_go_down(self) -> None:
        """From the search into what was found."""
        self.query_one(PaneList).focus()

    async def action_reach(self, id_: str) -> None:
        """Call or write to whoever is chosen; what is not known of him is said."""
        row = self._find_row()
        way = next((one for one in self.model.list_ways(row) if one.id == id_), None) if row else None
        if way is None:
            unknown = self.say("That is not known of this colleague.")
            self.query_one(SaidLine).tell(f"✗ {unknown}", "red")
        else:
            self.app.open_url((await way.run()).opens)

    def _find_row(self) -> ColleagueRow | None:
        chosen, shown = self.query_one(PaneList).chosen, self.model.shown
        return next((row for row in shown.rows if chosen and row.id == UUID(chosen)), None) if shown else None

    def _note_changed(self) -> None:
        self.call_later(self._redraw)

    def _redraw(self) -> None:
        shown = self.model.shown
        if shown is None or not self.is_attached:
            return
        items: list[PaneItem] = [PaneNote(shown.nothing)] if shown.nothing else []
        for title, rows in ((self.say("On your visits today"), shown.today), (self.say("Colleagues"), shown.others)):
            if rows:
                items.append(PaneHeading(title))
            items += (PaneLine(str(row.id), row.name, row.said, end=row.number) for row in rows)
        self.query_one(PaneList).show(items)
