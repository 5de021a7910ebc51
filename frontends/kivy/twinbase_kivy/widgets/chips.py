"""Chips: a state in an icon and a word, never by its colour alone."""

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap
from twinbase_kivy.drawing import paint_edge, paint_ground, paint_tint
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import HUES, SPACE, Hue


class ChipBox(Row):
    """An icon and a word on a tint, as high as it needs: 28 dp, or 24 with `small`."""

    def __init__(self, icon: str, label: str, hue: Hue, *, small: bool = False) -> None:
        self.hue, self.small = hue, small
        front = HUES[hue].on_tint
        self.words = Words(label, "tiny" if small else "small", front, lines_max=1 if small else 2)
        super().__init__(
            IconMark(icon, front, 16 if small else 18) if icon else None,
            self.words,
            gap=SPACE.xs,
            edges=(SPACE.s, 2, SPACE.s + 2, 2),
        )
        self.name, self.role = label, "status"

    def height_for(self, width: float) -> float:
        return max(super().height_for(width), round(dp(24 if self.small else 28)))

    def say(self, label: str) -> None:
        """Another word: a timer goes on."""
        self.name = label
        self.words.say(label)

    def paint(self) -> None:
        self.canvas.before.clear()
        rect = (*self.pos, *self.size)
        paint_tint(self.canvas.before, rect, HUES[self.hue].tint, HUES[self.hue].strong, self.height / 2)


class MarkDot(Box):
    """The icon of a mark alone, on a round tint: where a row is too narrow for words."""

    def __init__(self, icon: str, name: str, hue: Hue) -> None:
        super().__init__(name=name, role="status")
        self.hue = hue
        self.mark = IconMark(icon, HUES[hue].strong, 18)
        self.hold([self.mark])

    def height_for(self, width: float) -> float:
        return self.width_wanted()

    def width_wanted(self) -> float:
        return max(round(dp(32)), self.mark.width_wanted() + dp(10))

    def arrange(self) -> None:
        self.mark.place(*self.pos, *self.size)

    def paint(self) -> None:
        self.canvas.before.clear()
        rect = (*self.pos, *self.size)
        paint_tint(self.canvas.before, rect, HUES[self.hue].tint, HUES[self.hue].strong, self.height / 2)


class ChoiceChip(Touchable):
    """One of several: 44 dp high; the chosen one has a tick and another ground."""

    def __init__(
        self, label: str, act: Act | None, *, chosen: bool = False, icon: str = "", hue: Hue = "primary"
    ) -> None:
        self.is_chosen, self.hue = chosen, hue
        front = HUES[hue].on_tint if chosen else "text2"
        shown = icon or ("check" if chosen else "")
        inside = Row(
            Gap(grows=True),
            IconMark(shown, front, 20) if shown else None,
            Words(label, "label", front),
            Gap(grows=True),
            gap=SPACE.xs,
            edges=(SPACE.m - SPACE.xs, 4, SPACE.m - SPACE.xs, 4),
        )
        super().__init__(act, inside, name=label, role="radio", radius=12, least=SPACE.target_in_row)

    def paint_below(self) -> None:
        _paint_choice(self, HUES[self.hue].tint if self.is_chosen else "inset")


class ViewTile(Touchable):
    """One of two ways to look at the same: an icon over its word, as narrow as a title leaves room for."""

    def __init__(self, icon: str, label: str, act: Act, *, chosen: bool) -> None:
        self.is_chosen = chosen
        front = HUES["primary"].on_tint if chosen else "text2"
        inside = ColumnBox(
            Row(Gap(grows=True), IconMark(icon, front, 22), Gap(grows=True)),
            Words(label, "tiny", front, align="centre"),
            edges=(SPACE.xs, SPACE.xs, SPACE.xs, SPACE.xs),
        )
        super().__init__(act, inside, name=label, role="radio", radius=12)

    def paint_below(self) -> None:
        _paint_choice(self, HUES["primary"].tint if self.is_chosen else "inset")


def _paint_choice(box: ChoiceChip | ViewTile, ground: str) -> None:
    """The ground of one of several; in full sun the chosen one has a thicker edge."""
    rect, radius = (*box.pos, *box.size), dp(box.radius)
    if look.theme.outlined:
        thick, colour = 2.4 if box.is_chosen else 1.2, look.find_colour("outline")
        paint_edge(box.canvas.before, rect, colour, radius, look.find_colour(ground), width_dp=thick)
    else:
        paint_ground(box.canvas.before, rect, look.find_colour(ground), radius)
