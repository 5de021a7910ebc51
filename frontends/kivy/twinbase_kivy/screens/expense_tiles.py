"""The kinds of an expense as tiles, and the ways of a day to choose from."""

from collections.abc import Callable, Sequence

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap, Holder
from twinbase_kivy.drawing import paint_edge, paint_ground
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_mobile.tables.kinds import ExpenseKind
from twinbase_presentation.fields import FieldChoice
from twinbase_presentation.screens.expense_choices import SuggestedWay
from twinbase_presentation.screens.expenses import EXPENSE_ICONS
from twinbase_presentation.tokens import RADIUS, SPACE

COLUMNS_MAX = 4


class KindTile(Touchable):
    """An icon over its word; the chosen one has another ground and a tick in place of its icon's edge."""

    def __init__(self, choice: FieldChoice, act: Act, *, chosen: bool) -> None:
        self.is_chosen = chosen
        front = "on_primary_c" if chosen else "text2"
        icon = EXPENSE_ICONS[ExpenseKind(choice.text)]
        inside = ColumnBox(
            Row(
                Gap(grows=True),
                IconMark(icon, front),
                IconMark("check", front, 18) if chosen else None,
                Gap(grows=True),
                gap=SPACE.xs,
            ),
            Words(choice.label, "tiny", front, align="centre"),
            gap=SPACE.xs,
            edges=(1, SPACE.s, 1, SPACE.s),
        )
        super().__init__(act, inside, name=choice.label, role="radio", radius=RADIUS.field, least=SPACE.target_main)

    def paint_below(self) -> None:
        rect, radius = (*self.pos, *self.size), dp(self.radius)
        ground = look.find_colour("primary_c" if self.is_chosen else "inset")
        if look.theme.outlined:
            thick = 2.4 if self.is_chosen else 1.2
            paint_edge(self.canvas.before, rect, look.find_colour("outline"), radius, ground, width_dp=thick)
        else:
            paint_ground(self.canvas.before, rect, ground, radius)


class KindTiles(Holder):
    """As many in a row as have room, four at most, all of them equally large."""

    def __init__(self, choices: Sequence[FieldChoice], chosen: str, choose: Callable[[str], object]) -> None:
        tiles = (KindTile(one, _choose(choose, one.text), chosen=one.text == chosen) for one in choices)
        super().__init__(*tiles, gap=SPACE.s, role="radiogroup")

    def height_for(self, width: float) -> float:
        columns, _, high = self._measure(width)
        rows = -(-len(self.parts()) // columns)
        return rows * high + dp(self.gap) * (rows - 1)

    def width_wanted(self) -> float:
        return max((part.width_wanted() for part in self.parts()), default=0.0)

    def arrange(self) -> None:
        columns, share, high = self._measure(self.width)
        for number, part in enumerate(self.parts()):
            row, column = divmod(number, columns)
            left = self.x + column * (share + dp(self.gap))
            part.place(left, self.top - (row + 1) * high - row * dp(self.gap), share, high)

    def _measure(self, width: float) -> tuple[int, float, float]:
        """How many beside each other, how wide and how high each is."""
        widest, columns = self.width_wanted(), COLUMNS_MAX
        while columns > 1 and widest > (width - dp(self.gap) * (columns - 1)) / columns:
            columns -= 1
        share = (width - dp(self.gap) * (columns - 1)) / columns
        return columns, share, max(part.height_for(share) for part in self.parts())


def make_way_row(way: SuggestedWay, act: Act) -> Box:
    """From where to where, and how far it is at least."""
    return LineRow(way.label, way.at_least, icon="place", act=act)


def _choose(choose: Callable[[str], object], kind: str) -> Act:
    return lambda: choose(kind)
