"""Boxes in boxes: how high each is in a given width, and where its parts stand.

Kivy's layouts learn the height of a text only after it was drawn, frames later, and then begin anew. A box here answers
at once, before a pixel is drawn, so a screen stands still from its first frame on, and a test can measure it without a
window. Heights are the least that is needed: letters of twice the size make a box grow, and never cut them.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

RowSide = Literal["top", "centre", "bottom", "fill"]
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


class Row(Holder):
    """RowSide by side: what `grows` shares the width that the others leave.

    `stacks`: where less than this share of the width would be left for what grows, the others go below it, to the right
    end: letters of twice the size need it.
    """

    def __init__(
        self,
        *parts: Box | None,
        gap: float = 0,
        edges: Edges = (0, 0, 0, 0),
        side: RowSide = "centre",
        stacks: float = 0,
    ) -> None:
        super().__init__(*parts, gap=gap, edges=edges)
        self.side, self.stacks = side, stacks

    def height_for(self, width: float) -> float:
        inner = self.inner_width(width)
        if self._is_stacked(inner):
            return self._outer((0, self._stacked_height(inner)))[1]
        heights = (part.height_for(wide) for part, wide in zip(self.parts(), self._widths(inner), strict=True))
        return self._outer((0, max(heights, default=0.0)))[1]

    def width_wanted(self) -> float:
        wanted = [part.width_wanted() for part in self.parts()]
        return self._outer((sum(wanted) + dp(self.gap) * max(len(wanted) - 1, 0), 0))[0]

    def arrange(self) -> None:
        inner = self.inner_width(self.width)
        if self._is_stacked(inner):
            self._arrange_stacked(inner)
            return
        left = self.x + dp(self.edges[0])
        for part, wide in zip(self.parts(), self._widths(inner), strict=True):
            self._stand(part, left, wide)
            left += wide + dp(self.gap)

    def _stand(self, part: Box, left: float, wide: float) -> None:
        room = self.height - dp(self.edges[1]) - dp(self.edges[3])
        high = room if self.side == "fill" else min(part.height_for(wide), room)
        bottom = self.y + dp(self.edges[3])
        up = {"top": room - high, "centre": (room - high) / 2, "bottom": 0.0, "fill": 0.0}[self.side]
        part.place(left, bottom + up, wide, high)

    def _widths(self, inner: float) -> list[float]:
        parts = self.parts()
        gaps = dp(self.gap) * max(len(parts) - 1, 0)
        growing = sum(part.grows for part in parts)
        fixed = [0.0 if part.grows else min(part.width_wanted(), inner) for part in parts]
        if (over := sum(fixed) + gaps - inner) > 0:
            widest = fixed.index(max(fixed))
            fixed[widest] = max(fixed[widest] - over, 0.0)
        share = max(inner - gaps - sum(fixed), 0.0) / growing if growing else 0.0
        return [share if part.grows else wide for part, wide in zip(parts, fixed, strict=True)]

    def _is_stacked(self, inner: float) -> bool:
        parts = self.parts()
        if not self.stacks or len(parts) < 2:
            return False
        shares = [wide for part, wide in zip(parts, self._widths(inner), strict=True) if part.grows]
        wanted = max((part.width_wanted() for part in parts if part.grows), default=0.0)
        return bool(shares) and min(shares) < min(inner * self.stacks, wanted)

    def _split(self) -> tuple[list[Box], list[Box]]:
        """What comes up to the part that grows, and what comes after it."""
        parts = list(self.parts())
        last = max(index for index, part in enumerate(parts) if part.grows)
        return parts[: last + 1], parts[last + 1 :]

    def _stacked_height(self, inner: float) -> float:
        first, after = self._split()
        below = max((part.height_for(part.width_wanted()) for part in after), default=0.0)
        return self._first_height(first, inner) + (below + dp(8) if after else 0)

    def _first_height(self, first: list[Box], inner: float) -> float:
        fixed = sum(part.width_wanted() + dp(self.gap) for part in first[:-1])
        return max(
            first[-1].height_for(inner - fixed), *(part.height_for(part.width_wanted()) for part in first[:-1]), 0.0
        )

    def _arrange_stacked(self, inner: float) -> None:
        first, after = self._split()
        high = self._first_height(first, inner)
        top, left = self.top - dp(self.edges[1]), self.x + dp(self.edges[0])
        right = left + inner
        for part in first:
            wide = right - left if part is first[-1] else part.width_wanted()
            tall = part.height_for(wide)
            part.place(left, top - (high + tall) / 2, wide, tall)
            left += wide + dp(self.gap)
        left = right - sum(part.width_wanted() for part in after) - dp(self.gap) * (len(after) - 1)
        for part in after:
            wide, tall = part.width_wanted(), part.height_for(part.width_wanted())
            part.place(left, self.y + dp(self.edges[3]), wide, tall)
            left += wide + dp(self.gap)


class Wrap(Holder):
    """RowSide by side as long as there is room, then on the next line: chips."""

    def height_for(self, width: float) -> float:
        lines = self._lines(self.inner_width(width))
        heights = [max(part.height_for(wide) for part, wide in line) for line in lines]
        return self._outer((0, sum(heights) + dp(self.gap) * max(len(heights) - 1, 0)))[1] if lines else 0.0

    def width_wanted(self) -> float:
        wanted = [part.width_wanted() for part in self.parts()]
        return self._outer((sum(wanted) + dp(self.gap) * max(len(wanted) - 1, 0), 0))[0]

    def arrange(self) -> None:
        top = self.top - dp(self.edges[1])
        for line in self._lines(self.inner_width(self.width)):
            high = max(part.height_for(wide) for part, wide in line)
            left = self.x + dp(self.edges[0])
            for part, wide in line:
                part.place(left, top - high, wide, high)
                left += wide + dp(self.gap)
            top -= high + dp(self.gap)

    def _lines(self, inner: float) -> list[list[tuple[Box, float]]]:
        lines: list[list[tuple[Box, float]]] = []
        left = inner
        for part in self.parts():
            wide = min(part.width_wanted(), inner)
            if not lines or left < wide:
                lines.append([])
                left = inner
            lines[-1].append((part, wide))
            left -= wide + dp(self.gap)
        return lines


class Halves(Holder):
    """Equally wide, side by side, equally high: two buttons. One under the other where their words need it."""

    def height_for(self, width: float) -> float:
        heights = [part.height_for(self._share(width)) for part in self.parts()]
        if not self._fits(width):
            heights = [part.height_for(self.inner_width(width)) for part in self.parts()]
            return self._outer((0, sum(heights) + dp(self.gap) * max(len(heights) - 1, 0)))[1]
        return self._outer((0, max(heights, default=0.0)))[1]

    def width_wanted(self) -> float:
        parts = self.parts()
        widest = max((part.width_wanted() for part in parts), default=0.0)
        return self._outer((widest * len(parts) + dp(self.gap) * max(len(parts) - 1, 0), 0))[0]

    def arrange(self) -> None:
        if not self._fits(self.width):
            self._arrange_below()
            return
        share, left = self._share(self.width), self.x + dp(self.edges[0])
        bottom = self.y + dp(self.edges[3])
        for part in self.parts():
            part.place(left, bottom, share, self.height - dp(self.edges[1]) - dp(self.edges[3]))
            left += share + dp(self.gap)

    def _arrange_below(self) -> None:
        inner, top = self.inner_width(self.width), self.top - dp(self.edges[1])
        for part in self.parts():
            high = part.height_for(inner)
            part.place(self.x + dp(self.edges[0]), top - high, inner, high)
            top -= high + dp(self.gap)

    def _share(self, width: float) -> float:
        count = max(len(self.parts()), 1)
        return (self.inner_width(width) - dp(self.gap) * (count - 1)) / count

    def _fits(self, width: float) -> bool:
        return all(part.width_wanted() <= self._share(width) + 1 for part in self.parts())


class TwoColumns(Holder):
    """Cards in two columns, each put where there is more room; in one column where it is narrow."""

    def __init__(self, *parts: Box | None, gap: float = 12, narrow_dp: float = 560) -> None:
        super().__init__(*parts, gap=gap)
        self.narrow_dp = narrow_dp

    def height_for(self, width: float) -> float:
        return max((bottom for *_, bottom in self._places(width)), default=0.0)

    def arrange(self) -> None:
        for part, left, wide, above, below in self._places(self.width):
            part.place(self.x + left, self.top - below, wide, below - above)

    def _places(self, width: float) -> list[tuple[Box, float, float, float, float]]:
        """Each part, from the left, its width, and where it begins and ends from the top."""
        count = 1 if width < dp(self.narrow_dp) else 2
        gap = dp(self.gap)
        wide = (width - gap * (count - 1)) / count
        filled = [0.0] * count
        places = []
        for part in self.parts():
            column = filled.index(min(filled))
            above = filled[column] + (gap if filled[column] else 0)
            below = above + part.height_for(wide)
            places.append((part, column * (wide + gap), wide, above, below))
            filled[column] = below
        return places


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
