"""Two pages beside each other on a wide screen: the list has its width, the detail a fine line at its edge."""

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.drawing import paint_ground
from twinbase_kivy.look import look


class FixedWidth(ColumnBox):
    """A page of a width of its own."""

    def __init__(self, page: Box, wide_dp: float) -> None:
        leave_parent(page)
        super().__init__(grow(page))
        self.wide_dp = wide_dp

    def width_wanted(self) -> float:
        return float(dp(self.wide_dp))


class PaneEdge(ColumnBox):
    """The detail beside a list, with a fine line between the two."""

    def __init__(self, page: Box) -> None:
        leave_parent(page)
        super().__init__(grow(page))

    def paint(self) -> None:
        self.canvas.before.clear()
        line = (self.x, self.y, max(dp(1), 1), self.height)
        paint_ground(self.canvas.before, line, look.find_colour("divider"))


def leave_parent(box: Box) -> None:
    """A widget has one parent."""
    if box.parent is not None:
        box.parent.remove_widget(box)
