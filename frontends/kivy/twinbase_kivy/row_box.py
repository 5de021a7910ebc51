"""Boxes in a row: what grows shares the width that is left, and large letters stack what has no room."""

from typing import Literal

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, Edges, Holder

RowSide = Literal["top", "centre", "bottom", "fill"]


class Row(Holder):
    """Side by side: what `grows` shares the width that the others leave.

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
