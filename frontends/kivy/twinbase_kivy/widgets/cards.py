"""Cards: what belongs together, on a ground of its own."""

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, Edges, grow
from twinbase_kivy.drawing import paint_divider, paint_edge, paint_ground, paint_shadow, paint_tint
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import HUES, RADIUS, SPACE, Hue

INSIDE: Edges = (SPACE.l, SPACE.l, SPACE.l, SPACE.l)


class CardBox(ColumnBox):
    """A raised ground with round corners. `hue`: its edge says that something is to be done here."""

    def __init__(
        self,
        *parts: Box | None,
        gap: float = SPACE.s,
        edges: Edges = INSIDE,
        radius: float = RADIUS.card,
        hue: Hue | None = None,
    ) -> None:
        super().__init__(*parts, gap=gap, edges=edges, role="group")
        self.radius, self.hue = radius, hue

    def paint(self) -> None:
        self.canvas.before.clear()
        rect, radius = (*self.pos, *self.size), dp(self.radius)
        paint_shadow(self.canvas.before, rect, radius)
        surface = look.find_colour("surface")
        if self.hue or look.theme.outlined:
            edge = look.find_colour(HUES[self.hue].strong if self.hue else "outline")
            paint_edge(self.canvas.before, rect, edge, radius, surface, width_dp=1.6 if self.hue else 1.2)
        else:
            paint_ground(self.canvas.before, rect, surface, radius)


class SectionHead(Row):
    """An icon, what the card is about, and at its right end a count or one act."""

    def __init__(
        self,
        icon: str,
        title: str,
        *,
        count: str = "",
        hue: Hue | None = None,
        act: Box | None = None,
        icon_hue: Hue | None = None,
    ) -> None:
        mark = icon_hue or hue
        colour = HUES[hue].strong if hue else "text"
        super().__init__(
            IconMark(icon, HUES[mark].strong if mark else "text2"),
            grow(Words(title, "subtitle", colour)),
            Words(count, "small", "text3") if count else None,
            act,
            gap=SPACE.m,
        )
        self.name, self.role = title, "heading"

    def height_for(self, width: float) -> float:
        return max(super().height_for(width), round(dp(28)))


class SectionCard(CardBox):
    """A card with a head: icon, title, count, an act."""

    def __init__(
        self,
        icon: str,
        title: str,
        *parts: Box | None,
        count: str = "",
        hue: Hue | None = None,
        act: Box | None = None,
        gap: float = SPACE.s,
        icon_hue: Hue | None = None,
    ) -> None:
        head = SectionHead(icon, title, count=count, hue=hue, act=act, icon_hue=icon_hue)
        super().__init__(head, *parts, gap=gap)
        self.name = title


class TintBox(ColumnBox):
    """A tint with words on it: how to get in, what a measure means."""

    def __init__(self, icon: str, text: str, *, hue: Hue, filled: bool = False, strong: bool = False) -> None:
        colours = HUES[hue]
        self.hue, self.filled = hue, filled
        front = colours.on_strong if filled else "text" if not strong else colours.on_tint
        super().__init__(
            Row(
                IconMark(icon, colours.on_strong if filled else colours.strong, 22),
                grow(Words(text, "label" if filled or strong else "small", front)),
                gap=SPACE.m,
                side="top" if not filled else "centre",
            ),
            edges=(SPACE.m, SPACE.m, SPACE.m, SPACE.m),
        )
        self.name, self.role = text, "note"

    def paint(self) -> None:
        self.canvas.before.clear()
        rect, radius = (*self.pos, *self.size), dp(RADIUS.field)
        if self.filled:
            paint_ground(self.canvas.before, rect, look.find_colour(HUES[self.hue].strong), radius)
        else:
            paint_tint(self.canvas.before, rect, HUES[self.hue].tint, HUES[self.hue].strong, radius)


class Divider(Box):
    """A fine line; `inset`: from where on, in dp."""

    def __init__(self, inset: float = 0) -> None:
        super().__init__()
        self.inset = inset

    def height_for(self, width: float) -> float:
        return max(round(dp(1)), 1)

    def paint(self) -> None:
        self.canvas.clear()
        paint_divider(self.canvas, self.x + dp(self.inset), self.y, self.width - dp(self.inset))


def divide(rows: list[Box], inset: float = 0) -> list[Box]:
    """The same rows, with a line between every two."""
    return [part for row in rows for part in (Divider(inset), row)][1:]


def group_title(text: str) -> Box:
    """The words over a group of rows: Morning, Afternoon."""
    return ColumnBox(Words(text, "label", "text3"), edges=(SPACE.xs, SPACE.s, SPACE.xs, 0), name=text, role="heading")
