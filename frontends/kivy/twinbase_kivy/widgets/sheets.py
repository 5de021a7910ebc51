"""A sheet: from below on a phone, from the right on a wide screen; what is behind it waits."""

from kivy.animation import Animation
from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Root, grow
from twinbase_kivy.drawing import paint_edge, paint_ground
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.scroller import Scroller
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.tokens import MOVEMENT_SECONDS, RADIUS, SPACE, TWO_PANES_FROM

SIDE_DP = 400
HIGHEST = 0.9


class SheetPanel(ColumnBox):
    """The sheet itself: its title, a way to close it, and what it holds."""

    def __init__(self, title: str, close_label: str, close: Act, *parts: Box | None) -> None:
        head = Row(
            grow(Words(title, "title")), IconButton("close", close_label, close), edges=(SPACE.xl, SPACE.m, SPACE.m, 0)
        )
        self.inside = ColumnBox(*parts, gap=SPACE.m, edges=(SPACE.xl, SPACE.s, SPACE.xl, SPACE.xl))
        super().__init__(head, Scroller(self.inside))
        self.name, self.role = title, "dialog"
        self.head = head

    def height_for(self, width: float) -> float:
        return self.head.height_for(width) + self.inside.height_for(width)

    def paint(self) -> None:
        self.canvas.before.clear()
        rect = (self.x, self.y - dp(RADIUS.sheet), self.width, self.height + dp(RADIUS.sheet))
        ground = look.find_colour("surface")
        if look.theme.outlined:
            paint_edge(self.canvas.before, rect, look.find_colour("outline"), dp(RADIUS.sheet), ground)
        else:
            paint_ground(self.canvas.before, rect, ground, dp(RADIUS.sheet))


class SheetLayer(Root, Box):
    """Lies over everything. A touch beside the sheet closes it; what was typed is a draft and stays."""

    def __init__(self, panel: SheetPanel, close: Act) -> None:
        super().__init__(role="layer")
        self.panel, self._close = panel, close
        self.hold([panel])
        self._is_new = True

    def arrange(self) -> None:
        self.settle()

    def settle(self) -> None:
        if self.width >= dp(TWO_PANES_FROM):
            wide = dp(SIDE_DP)
            self.panel.place(self.right - wide, self.y, wide, self.height)
        else:
            high = min(self.panel.height_for(self.width), self.height * HIGHEST)
            self.panel.place(self.x, self.y, self.width, high)

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), (0, 0, 0, 0.45))
        if self._is_new and look.moves:
            self._is_new = False
            self.opacity = 0
            Animation(opacity=1, duration=MOVEMENT_SECONDS, transition="out_quad").start(self)

    def on_touch_down(self, touch: object) -> bool:
        """Nothing behind it hears of a touch."""
        if not super().on_touch_down(touch) and not self.panel.collide_point(*touch.pos):  # type: ignore[attr-defined]
            self._close()
        return True
