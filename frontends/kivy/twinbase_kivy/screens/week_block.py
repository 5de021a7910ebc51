"""A visit as a block of a week: as many lines of words as its height has room for."""

from kivy.metrics import dp

from twinbase_kivy.drawing import paint_edge, paint_ground
from twinbase_kivy.look import look
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.screens.planned_blocks import PlannedBlock
from twinbase_presentation.tokens import HUES, SPACE, Hue

BAR_DP, EDGE_DP = 4, 5


class WeekBlock(Touchable):
    """A tint with a bar at its left; the whole says in words what the colour means. `said`: of one that stands for
    several visits, how many."""

    def __init__(self, planned: PlannedBlock, act: Act, said: str = "") -> None:
        row = planned.row
        self.planned = planned
        if planned.more:
            self.hue: Hue = "red" if any(one.tone == "red" for one in planned.more) else "primary"
            self._title, self._customer = Words(f"+{len(planned.more)}", "label"), Words("", "small")
            super().__init__(act, name=said, role="link", radius=8, least=SPACE.target_in_row)
            return
        self.hue = "grey" if not row.visit.is_open else row.tone
        hint = "text3" if not row.visit.is_open else "text"
        urgent = "! " if row.tone == "red" else ""
        self._title = Words(urgent + row.title, "label", hint)
        self._customer = Words(row.visit.customer, "small", "text3" if not row.visit.is_open else "text2", lines_max=1)
        chips = [chip.said for chip in row.chips]
        name = ", ".join(part for part in (row.time, row.title, row.place, row.status, *chips) if part)
        super().__init__(act, name=name, role="link", radius=8, least=SPACE.target_in_row)

    def arrange(self) -> None:
        """The title has what the customer leaves; where there is one line, it is the title's."""
        room, wide = self.height - 2 * dp(EDGE_DP), self.width - dp(BAR_DP + 2 * EDGE_DP)
        line, below = self._title.line_height(), self._customer.line_height()
        has_customer = bool(self._customer.text) and room >= line + below
        self._title.lines_max = max(int((room - (below if has_customer else 0)) // line), 1)
        self.hold([self._title, self._customer if has_customer else None])
        left, top = self.x + dp(BAR_DP + EDGE_DP), self.top - dp(EDGE_DP)
        high = self._title.height_for(wide)
        self._title.place(left, top - high, wide, high)
        if has_customer:
            self._customer.place(left, top - high - below, wide, below)

    def paint_below(self) -> None:
        rect, hue = (*self.pos, *self.size), HUES[self.hue]
        tint = look.find_colour(hue.tint)
        if look.theme.outlined:
            paint_edge(self.canvas.before, rect, look.find_colour(hue.strong), dp(self.radius), tint)
        else:
            paint_ground(self.canvas.before, rect, tint, dp(self.radius))
        paint_ground(self.canvas.before, (self.x, self.y, dp(BAR_DP), self.height), look.find_colour(hue.strong), dp(2))
