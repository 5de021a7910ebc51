"""One field over everything, and what it finds, group by group as it comes."""

from collections.abc import Callable

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.panes import leave_parent
from twinbase_kivy.widgets.cards import divide, group_title
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.search_field import SearchField
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Workday
from twinbase_presentation.screens.search_everywhere import FoundLine, SearchEverywhere
from twinbase_presentation.tokens import SPACE


class PaletteView(ColumnBox):
    """S21. `opened` is given what somebody has chosen; `resized` is told that more or less room is needed."""

    def __init__(
        self,
        found: SearchEverywhere,
        workday: Workday,
        opened: Callable[[FoundLine], object],
        resized: Callable[[], object],
    ) -> None:
        self._found, self._workday, self._opened, self._resized = found, workday, opened, resized
        say = workday.language.say
        self.search = SearchField(say("Act, visit, customer, product…"), say("Erase"), self._look_for)
        super().__init__(self.search, gap=SPACE.s)
        self._stop = found.observe(self._redraw)

    def open_first(self) -> None:
        """What Enter does while somebody types."""
        if self._found.first is not None:
            self._opened(self._found.first)

    def close(self) -> None:
        """It is left."""
        self._stop()

    def _look_for(self, text: str) -> None:
        self._workday.spawn(self._found.search(text))

    def _redraw(self) -> None:
        """The field stays the same: who types keeps his place."""
        leave_parent(self.search)
        nothing = self._found.nothing
        groups = [
            part for group in self._found.groups for part in (group_title(group.heading), *self._rows(group.lines))
        ]
        self.hold([self.search, *groups, Words(nothing, "body", "text3") if nothing else None])
        self._resized()

    def _rows(self, lines: tuple[FoundLine, ...]) -> list[Box]:
        rows: list[Box] = [
            LineRow(one.title, one.sub, icon=one.icon, act=self._make_act(one), figure=one.key, figure_colour="text3")
            for one in lines
        ]
        return divide(rows)

    def _make_act(self, line: FoundLine) -> Callable[[], object]:
        return lambda: self._opened(line)
