"""The team by keys: found as somebody types, then called or written to."""

from typing import ClassVar
from uuid import UUID

from textual.binding import Binding, BindingType

from twinbase_presentation import Workday
from twinbase_presentation.screens.team import ColleagueRow, TeamModel
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneNote
from twinbase_textual.day.search_sheet import SearchSheet


class TeamSheet(SearchSheet):
    """Who is on my visits today first. Enter calls; what else is possible has a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "reach('message')", show=False, priority=True),
        Binding("ctrl+o", "reach('mail')", show=False, priority=True),
    ]

    def __init__(self, workday: Workday) -> None:
        self.model = TeamModel(workday)
        hint = workday.language.say("Name, trade, telephone…")
        super().__init__(workday, self.model.title, hint, self.model)

    def list_entries(self) -> list[KeyEntry]:
        return [
            KeyEntry("enter", self.say("Call")), KeyEntry("ctrl+n", self.say("Message")),
            KeyEntry("ctrl+o", self.say("Mail")),
        ]  # fmt: skip

    async def take(self, id_: str) -> None:
        await self.action_reach("call")

    async def action_reach(self, id_: str) -> None:
        """Call or write to whoever is chosen; what is not known of him is said."""
        row = self._find_row()
        way = next((one for one in self.model.list_ways(row) if one.id == id_), None) if row else None
        if way is None:
            unknown = self.say("That is not known of this colleague.")
            self.said_line.tell(f"✗ {unknown}", "red")
        else:
            self.app.open_url((await way.run()).opens)

    def _find_row(self) -> ColleagueRow | None:
        chosen, shown = self.found.chosen, self.model.shown
        return next((row for row in shown.rows if chosen and row.id == UUID(chosen)), None) if shown else None

    def redraw(self) -> None:
        shown = self.model.shown
        if shown is None or not self.is_attached:
            return
        items: list[PaneItem] = [PaneNote(shown.nothing)] if shown.nothing else []
        for title, rows in ((self.say("On your visits today"), shown.today), (self.say("Colleagues"), shown.others)):
            if rows:
                items.append(PaneHeading(title))
            items += (PaneLine(str(row.id), row.name, row.said, end=row.number) for row in rows)
        self.found.show(items)
