"""Buttons: of one screen, one is filled."""

from typing import Literal

from kivy.metrics import dp

from twinbase_kivy.boxes import ColumnBox, Gap
from twinbase_kivy.drawing import paint_dot, paint_edge, paint_ground, paint_tint
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import HUES, RADIUS, SPACE, Hue

Filling = Literal["filled", "tonal", "outlined", "text"]


class PushButton(Touchable):
    """Words, with an icon before them and a number after them. `small`: in a row, 44 dp high; else 48, or `main` 56."""

    def __init__(
        self,
        label: str,
        act: Act | None,
        *,
        icon: str = "",
        filling: Filling = "filled",
        hue: Hue = "primary",
        badge: int = 0,
        small: bool = False,
        main: bool = False,
    ) -> None:
        self.filling, self.hue = filling, hue
        least = SPACE.target_main if main else SPACE.target_in_row if small else SPACE.target
        edge = SPACE.l if small or filling == "text" else SPACE.m
        content = Row(
            Gap(grows=True),
            IconMark(icon, self._front(), 22) if icon else None,
            Words(label, "label" if small or not main else "button", self._front(), align="centre"),
            BadgeDot(badge, HUES[hue].on_strong, HUES[hue].strong) if badge else None,
            Gap(grows=True),
            gap=SPACE.s,
            edges=(edge - SPACE.s, 6, edge - SPACE.s, 6),
        )
        super().__init__(act, content, name=label, radius=least / 2 if small else RADIUS.button, least=least)

    def _front(self) -> str:
        hue = HUES[self.hue]
        return {"filled": hue.on_strong, "tonal": hue.on_tint, "outlined": hue.strong, "text": hue.strong}[self.filling]

    def paint_below(self) -> None:
        rect, radius = (*self.pos, *self.size), dp(self.radius)
        hue = HUES[self.hue]
        if self.filling == "filled":
            paint_ground(self.canvas.before, rect, look.find_colour(hue.strong), radius)
        elif self.filling == "tonal":
            paint_tint(self.canvas.before, rect, hue.tint, "outline", radius)
        elif self.filling == "outlined":
            surface = look.find_colour("surface")
            paint_edge(self.canvas.before, rect, look.find_colour("outline"), radius, surface)


class BadgeDot(Row):
    """A number in a round spot."""

    def __init__(self, number: int, ground: str, front: str) -> None:
        self.ground = ground
        super().__init__(Gap(grows=True), Words(str(number), "label", front), Gap(grows=True), edges=(4, 3, 4, 3))

    def width_wanted(self) -> float:
        return max(super().width_wanted(), self.height_for(0))

    def height_for(self, width: float) -> float:
        return max(super().height_for(dp(100)), round(dp(24)))

    def paint(self) -> None:
        self.canvas.before.clear()
        rect = (*self.pos, *self.size)
        paint_ground(self.canvas.before, rect, look.find_colour(self.ground), self.height / 2)


class IconButton(Touchable):
    """An icon alone: its name says what it does."""

    def __init__(
        self, icon: str, name: str, act: Act, *, colour: str = "text", hue: Hue | None = None, dot: bool = False
    ) -> None:
        self.hue, self.dot = hue, dot
        mark = IconMark(icon, HUES[hue].on_tint if hue else colour)
        inside = Row(Gap(grows=True), mark, Gap(grows=True))
        super().__init__(act, inside, name=name, radius=SPACE.target / 2, least=SPACE.target)

    def paint_below(self) -> None:
        rect = (*self.pos, *self.size)
        if self.hue:
            paint_tint(self.canvas.before, rect, HUES[self.hue].tint, "outline", self.height / 2)

    def paint(self) -> None:
        super().paint()
        if self.dot:
            centre = (self.center_x + dp(9), self.center_y + dp(9))
            paint_dot(self.canvas.after, centre, dp(10), look.find_colour("red"))


class ActTile(Touchable):
    """An icon over its word, on a tint: route, call, message."""

    def __init__(self, icon: str, label: str, act: Act | None, *, hue: Hue = "primary") -> None:
        self.hue = hue
        front = HUES[hue].on_tint
        inside = ColumnBox(
            Row(Gap(grows=True), IconMark(icon, front), Gap(grows=True)),
            Words(label, "tiny", front, align="centre"),
            gap=SPACE.xs,
            edges=(SPACE.xs, 10, SPACE.xs, 10),
        )
        super().__init__(act, inside, name=label, radius=RADIUS.button, least=64)

    def paint_below(self) -> None:
        rect, radius = (*self.pos, *self.size), dp(self.radius)
        paint_tint(self.canvas.before, rect, HUES[self.hue].tint, "outline", radius)
