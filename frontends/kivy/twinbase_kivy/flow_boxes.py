"""Boxes that stand side by side as long as there is room: chips, two buttons, cards in two columns."""

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, Holder


class Wrap(Holder):
    """Side by side as long as there is room, then on the next line: chips."""

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
    """Equally wide, side by side, equally high: two buttons. Unequally wide where the words of one need more, and one
    under the other where there is no room for both."""

    def height_for(self, width: float) -> float:
        shares = self._shares(width)
        heights = [part.height_for(wide) for part, wide in zip(self.parts(), shares, strict=False)]
        if not shares:
            heights = [part.height_for(self.inner_width(width)) for part in self.parts()]
            return self._outer((0, sum(heights) + dp(self.gap) * max(len(heights) - 1, 0)))[1]
        return self._outer((0, max(heights, default=0.0)))[1]

    def width_wanted(self) -> float:
        parts = self.parts()
        widest = max((part.width_wanted() for part in parts), default=0.0)
        return self._outer((widest * len(parts) + dp(self.gap) * max(len(parts) - 1, 0), 0))[0]

    def arrange(self) -> None:
        if not (shares := self._shares(self.width)):
            self._arrange_below()
            return
        left, bottom = self.x + dp(self.edges[0]), self.y + dp(self.edges[3])
        for part, wide in zip(self.parts(), shares, strict=True):
            part.place(left, bottom, wide, self.height - dp(self.edges[1]) - dp(self.edges[3]))
            left += wide + dp(self.gap)

    def _arrange_below(self) -> None:
        inner, top = self.inner_width(self.width), self.top - dp(self.edges[1])
        for part in self.parts():
            high = part.height_for(inner)
            part.place(self.x + dp(self.edges[0]), top - high, inner, high)
            top -= high + dp(self.gap)

    def _shares(self, width: float) -> list[float]:
        """How wide each is; nothing where they do not fit beside each other."""
        wanted = [part.width_wanted() for part in self.parts()]
        room = self.inner_width(width) - dp(self.gap) * max(len(wanted) - 1, 0)
        share = room / max(len(wanted), 1)
        if max(wanted, default=0.0) <= share + 1:
            return [share] * len(wanted)
        left_over = (room - sum(wanted)) / max(len(wanted), 1)
        return [wide + left_over for wide in wanted] if left_over >= 0 else []


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


class Grid(Holder):
    """Equally wide, in rows, each row as high as its highest: pictures. `least_dp`: the least width of one; as many
    stand in a row as have it, and never fewer than `columns`."""

    def __init__(self, *parts: Box | None, gap: float, columns: int, least_dp: float) -> None:
        super().__init__(*parts, gap=gap)
        self.columns, self.least_dp = columns, least_dp

    def height_for(self, width: float) -> float:
        heights = [max(part.height_for(self._share(width)) for part in row) for row in self._rows(width)]
        return sum(heights) + dp(self.gap) * max(len(heights) - 1, 0)

    def arrange(self) -> None:
        share, top = self._share(self.width), self.top
        for row in self._rows(self.width):
            high = max(part.height_for(share) for part in row)
            for number, part in enumerate(row):
                part.place(self.x + number * (share + dp(self.gap)), top - high, share, high)
            top -= high + dp(self.gap)

    def _count(self, width: float) -> int:
        return max(self.columns, int((width + dp(self.gap)) // dp(self.least_dp + self.gap)))

    def _share(self, width: float) -> float:
        count = self._count(width)
        return (width - dp(self.gap) * (count - 1)) / count

    def _rows(self, width: float) -> list[list[Box]]:
        parts, count = list(self.parts()), self._count(width)
        return [parts[at : at + count] for at in range(0, len(parts), count)]
