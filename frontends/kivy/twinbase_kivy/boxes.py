"""Boxes in boxes: how high each is in a given width, and where its parts stand.

Kivy's layouts learn the height of a text only after it was drawn, frames later, and then begin anew. A box here answers
at once, before a pixel is drawn, so a screen stands still from its first frame on, and a test can measure it without a
window. Heights are the least that is needed: letters of twice the size make a box grow, and never cut them.
"""

from collections.abc import Iterable, Sequence

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom, in dp."""


class Box(Widget):
    """A rectangle that draws something or holds other boxes.

    `name`: what it is called in words, and `role`: what kind of thing it is; empty where it says nothing by itself.
    """

    def __init__(self, *, name: str = "", role: str = "") -> None:
        super().__init__(size_hint=(None, None))
        self.name = name
        self.role = role
        self.grows = False
        self._parts: tuple[Box, ...] = ()

    def hold(self, parts: Iterable["Box | None"]) -> None:
        """Hold these, first to last, in place of what there was."""
        self.clear_widgets()
        self._parts = tuple(part for part in parts if part is not None)
        for part in self._parts:
            self.add_widget(part)

    def height_for(self, width: float) -> float:
        """The least height in this width, in pixels."""
        return 0.0

    def width_wanted(self) -> float:
        """The width in which nothing has to wrap."""
        return 0.0

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Stand here, with everything that is inside."""
        self.pos, self.size = (round(x), round(y)), (round(width), round(height))
        self.arrange()
        self.paint()

    def arrange(self) -> None:
        """Place what is inside; the own place is known."""

    def paint(self) -> None:
        """Draw what is this box's own, anew."""

    def repaint(self) -> None:
        """Draw anew with all that is inside: the theme is another one."""
        self.paint()
        for part in self.parts():
            part.repaint()

    def parts(self) -> Sequence["Box"]:
        """The boxes inside, first to last."""
        return self._parts

    def change(self) -> None:
        """Say that more or less room is needed: the nearest root places everything anew, before the next frame."""
        above = self.parent
        while above is not None and not isinstance(above, Root):
            above = above.parent
        if above is not None:
            above.settle_soon()


class Root:
    """Where a change of height ends: what scrolls, or the whole window."""

    def settle(self) -> None:
        """Place everything inside anew, now."""
        raise NotImplementedError

    def settle_soon(self) -> None:
        """Place everything inside anew, once, before the next frame."""
        Clock.unschedule(self._settle_in_frame)
        Clock.schedule_once(self._settle_in_frame, -1)

    def _settle_in_frame(self, _seconds: float) -> None:
        self.settle()


class Holder(Box):
    """Holds boxes, with room at its edges and gaps between them, in dp."""

    def __init__(
        self, *parts: Box | None, gap: float = 0, edges: Edges = (0, 0, 0, 0), name: str = "", role: str = ""
    ) -> None:
        super().__init__(name=name, role=role)
        self.gap, self.edges = gap, edges
        self.hold(parts)

    def inner_width(self, width: float) -> float:
        """What is left between the edges."""
        return float(width - dp(self.edges[0]) - dp(self.edges[2]))

    def _outer(self, inner: tuple[float, float]) -> tuple[float, float]:
        left, top, right, bottom = map(dp, self.edges)
        return inner[0] + left + right, inner[1] + top + bottom


class ColumnBox(Holder):
    """One under the other, each as wide as the column; what `grows` shares the height that is left."""

    def height_for(self, width: float) -> float:
        heights = [part.height_for(self.inner_width(width)) for part in self.parts()]
        return self._outer((0, sum(heights) + dp(self.gap) * max(len(heights) - 1, 0)))[1]

    def width_wanted(self) -> float:
        return self._outer((max((part.width_wanted() for part in self.parts()), default=0.0), 0))[0]

    def arrange(self) -> None:
        width = self.inner_width(self.width)
        parts = self.parts()
        heights = [part.height_for(width) for part in parts]
        growing = [index for index, part in enumerate(parts) if part.grows]
        left_over = self.height - self._outer((0, sum(heights)))[1] - dp(self.gap) * max(len(parts) - 1, 0)
        for index in growing:
            heights[index] += max(left_over, 0) / len(growing)
        top = self.top - dp(self.edges[1])
        for part, height in zip(parts, heights, strict=True):
            part.place(self.x + dp(self.edges[0]), top - height, width, height)
            top -= height + dp(self.gap)


class Gap(Box):
    """Nothing, of a size in dp; or, with `grows`, all that is left."""

    def __init__(self, width: float = 0, height: float = 0, *, grows: bool = False) -> None:
        super().__init__()
        self._wanted = (width, height)
        self.grows = grows

    def height_for(self, width: float) -> float:
        return float(dp(self._wanted[1]))

    def width_wanted(self) -> float:
        return float(dp(self._wanted[0]))


def grow(box: Box) -> Box:
    """The same box, taking what the others leave."""
    box.grows = True
    return box
