"""Rows of lists: a visit, and anything else."""

from collections.abc import Sequence

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.drawing import paint_edge, paint_ground
from twinbase_kivy.flow_boxes import Wrap
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import HUES, RADIUS, SPACE, Hue


class StatusBar(Box):
    """The coloured bar between the times and the words of a visit."""

    def __init__(self, hue: Hue) -> None:
        super().__init__()
        self.hue = hue

    def width_wanted(self) -> float:
        return float(dp(4))

    def height_for(self, width: float) -> float:
        return float(dp(40))

    def paint(self) -> None:
        self.canvas.clear()
        colour = "outline" if self.hue == "grey" else HUES[self.hue].strong
        paint_ground(self.canvas, (*self.pos, *self.size), look.find_colour(colour), dp(2))


class ChosenLine(Touchable):
    """A line of a list that is marked where what stands beside the list is about it."""

    is_chosen = False

    def paint_below(self) -> None:
        if not self.is_chosen:
            return
        rect, radius = (*self.pos, *self.size), dp(self.radius)
        ground = look.find_colour("primary_c")
        if look.theme.outlined:
            paint_edge(self.canvas.before, rect, look.find_colour("outline"), radius, ground, width_dp=2.4)
        else:
            paint_ground(self.canvas.before, rect, ground, radius)


class VisitLine(ChosenLine):
    """When, what, for whom, where; chips only for what is unusual. All of it is one target."""

    def __init__(
        self,
        act: Act,
        *,
        name: str,
        times: tuple[str, str],
        title: str,
        lines: Sequence[str],
        hue: Hue,
        chips: Sequence[Box] = (),
        chosen: bool = False,
        closed: bool = False,
        late: bool = False,
        title_lines: int = 2,
    ) -> None:
        self.is_chosen = chosen
        hint = "text2" if chosen else "text3"
        texts = ColumnBox(
            Words(title, "subtitle", hint if closed else "text", lines_max=title_lines),
            *(Words(line, "small", "text2" if not (number or closed) else hint, lines_max=1)
              for number, line in enumerate(lines) if line),
            Wrap(*chips, gap=6, edges=(0, 4, 0, 0)) if chips else None,
            gap=2,
        )  # fmt: skip
        inside = Row(
            TimesColumn(times, "red" if late else hint if closed else "text", hint),
            StatusBar(hue),
            grow(texts),
            IconMark("next", "text3" if not chosen else "text2", 22),
            gap=SPACE.m,
            edges=(SPACE.m, SPACE.m, SPACE.s, SPACE.m),
            side="fill",
        )
        super().__init__(act, inside, name=name, role="link", radius=RADIUS.card, least=88)


class TimesColumn(Box):
    """From, and below it until: as wide for every row, so that the bars stand in one line."""

    def __init__(self, times: tuple[str, str], colour: str, hint: str) -> None:
        super().__init__()
        self.first = Words(times[0], "subtitle", colour, align="right")
        self.second = Words(times[1], "small", hint, align="right")
        self.hold([self.first, self.second])

    def width_wanted(self) -> float:
        return max(Words("00:00", "subtitle").width_wanted(), self.first.width_wanted(), self.second.width_wanted())

    def height_for(self, width: float) -> float:
        return self.first.line_height() + (self.second.line_height() if self.second.text else 0)

    def arrange(self) -> None:
        high = self.height_for(self.width)
        top = self.top - (self.height - high) / 2
        line = self.first.line_height()
        self.first.place(self.x, top - line, self.width, line)
        self.second.place(self.x, top - high, self.width, self.second.line_height() if self.second.text else 0)


class LineRow(Touchable):
    """Two texts, what is marked, and a figure at the right: a part, an hour, an edit that waits."""

    def __init__(
        self,
        title: str,
        sub: str = "",
        *,
        act: Act | None = None,
        icon: str = "",
        icon_colour: str = "text2",
        mark: Box | None = None,
        figure: str = "",
        figure_colour: str = "text",
        sub_colour: str = "text3",
        title_colour: str = "text",
        end: Box | None = None,
        name: str = "",
    ) -> None:
        texts = ColumnBox(
            Words(title, "body", title_colour, lines_max=3), Words(sub, "small", sub_colour) if sub else None, gap=2
        )
        inside = Row(
            IconMark(icon, icon_colour) if icon else None,
            grow(texts),
            mark,
            Words(figure, "subtitle", figure_colour, align="right") if figure else None,
            end,
            IconMark("next", "text3", 22) if act else None,
            gap=SPACE.m,
            edges=(0, SPACE.xs, 0, SPACE.xs),
            stacks=0.4,
        )
        said = name or ", ".join(part for part in (title, sub, figure) if part)
        super().__init__(act, inside, name=said, role="link" if act else "listitem", radius=RADIUS.field, least=52)
