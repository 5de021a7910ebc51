"""Shapes with round corners, their edges and their shadow, on the canvas of a widget."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from kivy.graphics import (
    BorderImage,
    Canvas,
    Color,
    Ellipse,
    Line,
    Rectangle,
    SmoothRoundedRectangle,
    StencilPop,
    StencilPush,
    StencilUnUse,
    StencilUse,
)
from kivy.graphics.texture import Texture
from kivy.metrics import dp

from twinbase_kivy.look import Rgba, look

Rect = tuple[float, float, float, float]
EDGE_DP = 1.2


def paint_ground(canvas: Canvas, rect: Rect, colour: Rgba, radius: float = 0) -> None:
    """A filled rectangle; `radius` in pixels, never more than half of what is there."""
    x, y, width, height = rect
    round_ = min(radius, width / 2, height / 2)
    with canvas:
        Color(*colour)
        if round_ < 1:
            Rectangle(pos=(x, y), size=(width, height))
        else:
            SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[round_] * 4, segments=12)


def paint_edge(
    canvas: Canvas, rect: Rect, colour: Rgba, radius: float, ground: Rgba, width_dp: float = EDGE_DP
) -> None:
    """A filled rectangle with an edge inside of it. Two smooth shapes: Kivy's lines have steps in their corners."""
    x, y, width, height = rect
    thick = max(round(dp(width_dp)), 1)
    paint_ground(canvas, rect, colour, radius)
    inner = (x + thick, y + thick, width - 2 * thick, height - 2 * thick)
    paint_ground(canvas, inner, ground, max(min(radius, width / 2, height / 2) - thick, 0))


def paint_tint(canvas: Canvas, rect: Rect, tint: str, edge: str, radius: float) -> None:
    """The ground of a tint; in full sun, an edge in the colour of its words in place of it."""
    if look.theme.outlined:
        paint_edge(canvas, rect, look.find_colour(edge), radius, look.find_colour(tint))
    else:
        paint_ground(canvas, rect, look.find_colour(tint), radius)


def paint_ring(canvas: Canvas, rect: Rect, radius: float) -> None:
    """The ring around what has the keyboard: two dp thick, three off."""
    x, y, width, height = rect
    off = dp(3)
    around = (x - off, y - off, width + 2 * off, height + 2 * off, min(radius, height / 2) + off, 30)
    with canvas:
        Color(*look.find_colour("primary"))
        Line(rounded_rectangle=around, width=dp(1))


def paint_divider(canvas: Canvas, x: float, y: float, width: float) -> None:
    """A fine line between two things."""
    with canvas:
        Color(*look.find_colour("divider"))
        Rectangle(pos=(x, y), size=(width, max(dp(1), 1)))


def paint_dot(canvas: Canvas, centre: tuple[float, float], across: float, colour: Rgba) -> None:
    """A round spot."""
    with canvas:
        Color(*colour)
        Ellipse(pos=(centre[0] - across / 2, centre[1] - across / 2), size=(across, across), segments=40)


def paint_circle(canvas: Canvas, centre: tuple[float, float], across: float, colour: Rgba, width_dp: float) -> None:
    """A round line."""
    with canvas:
        Color(*colour)
        Line(circle=(*centre, across / 2, 0, 360, 60), width=dp(width_dp) / 2)


def paint_way(canvas: Canvas, spots: Sequence[tuple[float, float]], colour: Rgba, width_dp: float) -> None:
    """A line from one to the next."""
    with canvas:
        Color(*colour)
        Line(points=[part for spot in spots for part in spot], width=dp(width_dp) / 2, joint="round", cap="round")


@contextmanager
def cut_off(canvas: Canvas, rect: Rect) -> Iterator[None]:
    """Of what is drawn meanwhile, nothing is seen outside."""
    x, y, width, height = rect
    with canvas:
        StencilPush()
        Rectangle(pos=(x, y), size=(width, height))
        StencilUse()
    yield
    with canvas:
        StencilUnUse()
        Rectangle(pos=(x, y), size=(width, height))
        StencilPop()


def paint_shadow(canvas: Canvas, rect: Rect, radius: float) -> None:
    """A soft shadow under a card: one dp down, six wide; none in the themes that do without."""
    if not look.theme.shadow:
        return
    x, y, width, height = rect
    soft, down = dp(6), dp(1)
    corner = radius + soft
    # A shadow has no detail: drawn at one pixel for a dp, it is as soft and made in no time.
    small, fine = round(radius / dp(1)), 6
    with canvas:
        Color(0, 0, 0, look.theme.shadow)
        BorderImage(
            texture=_draw_soft_square(small, fine),
            border=(small + fine,) * 4,
            display_border=(corner,) * 4,
            pos=(x - soft, y - soft - down),
            size=(width + 2 * soft, height + 2 * soft),
        )


@cache
def _draw_soft_square(radius: int, soft: int) -> Texture:
    """A white square with round corners whose edge fades, made once, stretched under every card."""
    half = radius + soft + 1
    quarter = [[_fade(half - 0.5 - x, half - 0.5 - y, radius, soft) for x in range(half)] for y in range(half)]
    rows = [[*row, *reversed(row)] for row in (*quarter, *reversed(quarter))]
    pixels = bytes(part for row in rows for alpha in row for part in (255, 255, 255, alpha))
    texture = Texture.create(size=(2 * half, 2 * half), colorfmt="rgba")
    texture.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
    return texture


def _fade(dx: float, dy: float, radius: int, soft: int) -> int:
    """How much of the shadow is here, so far from the middle of a square that is nothing but its corners."""
    outside = (max(dx - 1, 0.0) ** 2 + max(dy - 1, 0.0) ** 2) ** 0.5 - radius
    left = min(max((soft - outside) / (2 * soft), 0.0), 1.0)
    return round(255 * left * left * (3 - 2 * left))
