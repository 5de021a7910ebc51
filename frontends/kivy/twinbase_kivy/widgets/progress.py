"""How far something is: a bar that fills."""

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, Holder
from twinbase_kivy.drawing import paint_edge, paint_ground
from twinbase_kivy.look import look

HIGH_DP = 10


class FillBar(Box):
    """`done`: from 0 to 1; None while nobody knows, and then it is empty."""

    def __init__(self, done: float | None, name: str) -> None:
        super().__init__(name=name, role="progressbar")
        self.done = done

    def height_for(self, width: float) -> float:
        return float(dp(HIGH_DP))

    def paint(self) -> None:
        self.canvas.clear()
        rect, radius = (*self.pos, *self.size), self.height / 2
        edge = look.find_colour("outline" if look.theme.outlined else "divider")
        paint_edge(self.canvas, rect, edge, radius, look.find_colour("inset"))
        if self.done:
            wide = max(self.width * min(self.done, 1.0), self.height)
            paint_ground(self.canvas, (self.x, self.y, wide, self.height), look.find_colour("primary"), radius)


class Centred(Holder):
    """One box in the middle of the width, and no wider than so many dp."""

    def __init__(self, part: Box, wide_dp: float) -> None:
        super().__init__(part)
        self.wide_dp = wide_dp

    def height_for(self, width: float) -> float:
        return self.parts()[0].height_for(self._wide(width))

    def width_wanted(self) -> float:
        return min(self.parts()[0].width_wanted(), dp(self.wide_dp))

    def arrange(self) -> None:
        wide = self._wide(self.width)
        self.parts()[0].place(self.x + (self.width - wide) / 2, self.y, wide, self.height)

    def _wide(self, width: float) -> float:
        return min(width, float(dp(self.wide_dp)))
