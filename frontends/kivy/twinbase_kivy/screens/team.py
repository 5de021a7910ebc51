"""The team: who is on my visits today first, each with a call and a message at the right."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box
from twinbase_kivy.flow_boxes import TwoColumns
from twinbase_kivy.row_box import Row
from twinbase_kivy.search_page import SearchPage
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.cards import SectionCard, divide
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_presentation import Command
from twinbase_presentation.languages import later
from twinbase_presentation.screens.team import ColleagueRow, TeamModel
from twinbase_presentation.tokens import SPACE


class TeamPage(SearchPage):
    """S19."""

    model: TeamModel
    hint = later("Name, trade, telephone…")

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        if shown.nothing:
            return [EmptyView("team", shown.nothing)]
        today = self._make_card("today", self.say("On your visits today"), shown.today)
        others = self._make_card("team", self.say("Colleagues"), shown.others)
        return [TwoColumns(today, others, gap=SPACE.m, narrow_dp=700)]

    def _make_card(self, icon: str, title: str, rows: Sequence[ColleagueRow]) -> Box | None:
        lines = [self._make_row(row) for row in rows]
        return SectionCard(icon, title, *divide(lines), count=str(len(lines))) if lines else None

    def _make_row(self, row: ColleagueRow) -> Box:
        said = "\n".join(part for part in (row.said, row.number) if part)
        ways = [self._make_way(row, one) for one in self.model.list_ways(row)]
        return LineRow(row.name, said, icon="person", end=Row(*ways, gap=SPACE.xs) if ways else None)

    def _make_way(self, row: ColleagueRow, way: Command) -> Box:
        return IconButton("message" if way.id == "message" else way.icon, f"{way.label}: {row.name}", self.act_of(way),
                          hue="primary")  # fmt: skip
