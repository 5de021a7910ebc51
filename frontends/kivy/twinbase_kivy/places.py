"""The navigation: a bar at the bottom of a phone, a rail at the side of what is wider."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Gap, grow
from twinbase_kivy.drawing import paint_divider, paint_dot, paint_ground, paint_tint
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.typesetting import measure_text
from twinbase_kivy.widgets.scroller import Scroller
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Route
from twinbase_presentation.tokens import RAIL_FROM, SPACE, TWO_PANES_FROM, TYPE

LOW_DP = 480
"""A phone that lies on its side has no room for words beside icons."""


@dataclass(frozen=True, slots=True)
class NavPlace:
    """Where the navigation leads. `has_dot`: somebody is waited for there."""

    route: Route
    icon: str
    label: str
    has_dot: bool = False


class PlaceWord(Words):
    """The word of a place: as large as somebody wants to read, and as there is room for; it is never cut."""

    def find_size(self) -> float:
        size, least = super().find_size(), float(dp(TYPE[self.style].size))
        while size > least and self.width > 1 and measure_text(self.text, self._font(), size) >= self.width:
            size -= 1
        return max(size, least)


class PlaceButton(Touchable):
    """A place: its icon on a pill where it is the one that is shown, and its word."""

    def __init__(self, place: NavPlace, act: Act, *, is_here: bool, has_word: bool) -> None:
        self.is_here, self.has_dot = is_here, place.has_dot
        self.mark = IconMark(place.icon, "on_primary_c" if is_here else "text2")
        word = PlaceWord(place.label, "tiny", "text" if is_here else "text2", align="centre", lines_max=1)
        inside = ColumnBox(
            Row(Gap(grows=True), self.mark, Gap(grows=True)),
            word if has_word else None,
            gap=SPACE.s,
            edges=(2, SPACE.m, 2, SPACE.s),
        )
        super().__init__(act, inside, name=place.label, role="tab", radius=RADIUS_PILL, least=SPACE.target_main)

    def paint_below(self) -> None:
        high, wide = dp(32), min(dp(60), self.width - dp(4))
        x, y = self.mark.center_x, self.mark.center_y
        if self.is_here:
            rect = (x - wide / 2, y - high / 2, wide, high)
            paint_tint(self.canvas.before, rect, "primary_c", "outline", high / 2)

    def paint(self) -> None:
        super().paint()
        if self.has_dot:
            centre = (self.mark.center_x + dp(11), self.mark.center_y + dp(10))
            paint_dot(self.canvas.after, centre, dp(10), look.find_colour("red"))


RADIUS_PILL = 16


class PlacesBar(Row):
    """At the bottom, as many as there are, equally wide."""

    def __init__(self, places: Sequence[NavPlace], here: Route, go: Callable[[Route], object]) -> None:
        shown = find_shown(places, here)
        buttons = [grow(PlaceButton(one, _lead(go, one), is_here=one is shown, has_word=True)) for one in places]
        super().__init__(*buttons, edges=(2, 0, 2, 0), side="fill")
        self.role = "navigation"

    def height_for(self, width: float) -> float:
        return max(super().height_for(width), round(dp(72)))

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("surface"))
        paint_divider(self.canvas.before, self.x, self.top - 1, self.width)


class PlacesRail(ColumnBox):
    """At the left side, one under the other."""

    def __init__(
        self, places: Sequence[NavPlace], here: Route, go: Callable[[Route], object], *, has_words: bool, wide_dp: float
    ) -> None:
        shown = find_shown(places, here)
        buttons = [PlaceButton(one, _lead(go, one), is_here=one is shown, has_word=has_words) for one in places]
        # Eight of them are higher than a low window, and with large letters than a laptop's.
        column = ColumnBox(RailHead(), *buttons, gap=SPACE.xs, edges=(SPACE.xs, SPACE.m, SPACE.xs, SPACE.m))
        super().__init__(Scroller(column))
        self.wide_dp, self.role = wide_dp, "navigation"

    def width_wanted(self) -> float:
        return float(dp(self.wide_dp))

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("surface"))
        line = (self.right - max(dp(1), 1), self.y, max(dp(1), 1), self.height)
        paint_ground(self.canvas.before, line, look.find_colour("divider"))


class RailHead(Box):
    """The sign of the app at the top of a rail."""

    def __init__(self) -> None:
        super().__init__()
        self.mark = IconMark("swap", "on_primary", 26)
        self.hold([self.mark])

    def height_for(self, width: float) -> float:
        return float(dp(60))

    def arrange(self) -> None:
        self.mark.place(self.center_x - dp(13), self.top - dp(37), dp(26), dp(26))

    def paint(self) -> None:
        self.canvas.before.clear()
        rect = (self.center_x - dp(24), self.top - dp(48), dp(48), dp(48))
        paint_ground(self.canvas.before, rect, look.find_colour("primary"), dp(14))


def make_frame(
    body: Box,
    places: Sequence[NavPlace],
    here: Route,
    go: Callable[[Route], object],
    size: tuple[float, float],
    *,
    has_bar: bool,
) -> ColumnBox:
    """What is seen, with the navigation below it or at its left, as the size of the window has it.

    `has_bar`: whether a phone has room for the bar: what is on top of a place has its own foot there.
    """
    width, height = size
    if width < dp(RAIL_FROM):
        return ColumnBox(grow(body), PlacesBar(places, here, go) if has_bar else None)
    is_low = height < dp(LOW_DP)
    wide = 96 if width >= dp(TWO_PANES_FROM) else 56 if is_low else 80
    rail = PlacesRail(places, here, go, has_words=not is_low, wide_dp=wide)
    return ColumnBox(grow(Row(rail, grow(body), side="fill")))


def find_shown(places: Sequence[NavPlace], here: Route) -> NavPlace:
    """The place that somebody is in; what has none of its own is behind the last one, More."""
    return next((one for one in places if one.route == here), places[-1])


def _lead(go: Callable[[Route], object], place: NavPlace) -> Act:
    return lambda: go(place.route)
