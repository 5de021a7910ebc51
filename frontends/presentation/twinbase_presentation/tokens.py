"""Colours, type, space and shape: the same values for every front end, and no widget.

    theme = THEMES["light"]
    theme.text, theme.primary_c            # "191C1F", "D1ECFF"
    TYPE["title"].size                     # 20, in sp: times what the user has chosen

A colour with `_c` is a container, a tint behind words. What may stand on what is `PAIRS`; a test computes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["light", "dark", "sun"]
Hue = Literal["primary", "green", "amber", "red", "violet", "grey"]
Weight = Literal[400, 500, 600]


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, as RRGGBB.

    `outlined`: a tint is no colour of its own but the ground with an edge around it, for full sun on the glass.
    `shadow`: how dark the soft shadow under a card is, from 0 to 1.
    """

    name: ThemeName
    bg: str
    surface: str
    text: str
    text2: str
    text3: str
    outline: str
    divider: str
    inset: str
    primary: str
    on_primary: str
    primary_c: str
    on_primary_c: str
    green: str
    on_green: str
    green_c: str
    amber: str
    on_amber: str
    amber_c: str
    red: str
    on_red: str
    red_c: str
    violet: str
    on_violet: str
    violet_c: str
    shadow: float
    outlined: bool


_LIGHT = Theme(
    "light", bg="F2F4F7", surface="FFFFFF", text="191C1F", text2="40484E", text3="585F66", outline="70787F",
    divider="DCE3EB", inset="ECEFF3", primary="00658B", on_primary="FFFFFF", primary_c="D1ECFF", on_primary_c="003950",
    green="296B2A", on_green="FFFFFF", green_c="DDF3D8", amber="865300", on_amber="FFFFFF", amber_c="FFE4C8",
    red="B4281C", on_red="FFFFFF", red_c="FFE2DD", violet="62539E", on_violet="FFFFFF", violet_c="ECE4FF",
    shadow=0.11, outlined=False,
)  # fmt: skip
_DARK = Theme(
    "dark", bg="0F1418", surface="192026", text="E6E8EC", text2="C0C7CF", text3="A4ACB4", outline="8A9299",
    divider="2E363C", inset="232B31", primary="7ED0FF", on_primary="00344A", primary_c="004C6A", on_primary_c="D1ECFF",
    green="91D888", on_green="00390A", green_c="153D1B", amber="FFB960", on_amber="482900", amber_c="4D2E00",
    red="FFB4A8", on_red="690100", red_c="5A0E0A", violet="CBBEFF", on_violet="32246A", violet_c="3A2D72",
    shadow=0.0, outlined=False,
)  # fmt: skip
_SUN = Theme(
    "sun", bg="FFFFFF", surface="FFFFFF", text="000000", text2="000000", text3="191C1F", outline="191C1F",
    divider="191C1F", inset="FFFFFF", primary="003950", on_primary="FFFFFF", primary_c="FFFFFF", on_primary_c="000000",
    green="0B5314", on_green="FFFFFF", green_c="FFFFFF", amber="653E00", on_amber="FFFFFF", amber_c="FFFFFF",
    red="910A06", on_red="FFFFFF", red_c="FFFFFF", violet="3E2F78", on_violet="FFFFFF", violet_c="FFFFFF",
    shadow=0.0, outlined=True,
)  # fmt: skip
THEMES: Mapping[ThemeName, Theme] = {theme.name: theme for theme in (_LIGHT, _DARK, _SUN)}


@dataclass(frozen=True, slots=True)
class HueTokens:
    """The colours of one hue. `strong`: of its words and icons, and of what it fills; `tint`: behind its words.

    `on_strong`, `on_tint`: what is read on the two.
    """

    strong: str
    on_strong: str
    tint: str
    on_tint: str


HUES: Mapping[Hue, HueTokens] = {
    "primary": HueTokens("primary", "on_primary", "primary_c", "on_primary_c"),
    "green": HueTokens("green", "on_green", "green_c", "green"),
    "amber": HueTokens("amber", "on_amber", "amber_c", "amber"),
    "red": HueTokens("red", "on_red", "red_c", "red"),
    "violet": HueTokens("violet", "on_violet", "violet_c", "violet"),
    "grey": HueTokens("text2", "surface", "inset", "text2"),
}


@dataclass(frozen=True, slots=True)
class ColourPair:
    """A colour that is read on another. `least`: WCAG 2.2, 7 for what is read while working, 4.5 for the rest, 3 for
    edges of what can be touched."""

    front: str
    ground: str
    least: float


PAIRS = (
    ColourPair("text", "surface", 7), ColourPair("text", "bg", 7), ColourPair("text", "inset", 7),
    ColourPair("text", "primary_c", 7), ColourPair("text", "amber_c", 7), ColourPair("text", "red_c", 7),
    ColourPair("text2", "surface", 7), ColourPair("text2", "bg", 7), ColourPair("text2", "inset", 7),
    ColourPair("text2", "primary_c", 4.5), ColourPair("text3", "surface", 4.5), ColourPair("text3", "bg", 4.5),
    ColourPair("text3", "inset", 4.5), ColourPair("outline", "surface", 3), ColourPair("outline", "bg", 3),
    ColourPair("primary", "surface", 4.5), ColourPair("primary", "bg", 4.5), ColourPair("on_primary", "primary", 4.5),
    ColourPair("on_primary_c", "primary_c", 7), ColourPair("green", "surface", 4.5), ColourPair("green", "bg", 4.5),
    ColourPair("green", "green_c", 4.5), ColourPair("on_green", "green", 4.5), ColourPair("amber", "surface", 4.5),
    ColourPair("amber", "bg", 4.5), ColourPair("amber", "amber_c", 4.5), ColourPair("on_amber", "amber", 4.5),
    ColourPair("red", "surface", 4.5), ColourPair("red", "bg", 4.5), ColourPair("red", "red_c", 4.5),
    ColourPair("on_red", "red", 4.5), ColourPair("violet", "surface", 4.5), ColourPair("violet", "bg", 4.5),
    ColourPair("violet", "violet_c", 4.5), ColourPair("on_violet", "violet", 4.5),
)  # fmt: skip


def compute_contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """`size` in sp, before the user's own scale; `line`: the height of a line in sizes."""

    size: int
    weight: Weight
    line: float = 1.25


TypeName = Literal["display", "headline", "title", "subtitle", "body", "button", "label", "small", "tiny"]
TYPE: Mapping[TypeName, TypeStyle] = {
    "display": TypeStyle(32, 600),
    "headline": TypeStyle(24, 600),
    "title": TypeStyle(20, 600),
    "subtitle": TypeStyle(16, 600),
    "body": TypeStyle(16, 400, 1.3),
    "button": TypeStyle(16, 600),
    "label": TypeStyle(14, 600),
    "small": TypeStyle(14, 400),
    "tiny": TypeStyle(12, 500),
}
TEXT_SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distances and lengths in dp."""

    xs: int = 4
    s: int = 8
    m: int = 12
    l: int = 16  # noqa: E741
    xl: int = 20
    xxl: int = 24
    edge: int = 16
    edge_wide: int = 20
    target: int = 48
    target_in_row: int = 44
    target_main: int = 56


@dataclass(frozen=True, slots=True)
class Radii:
    """The roundness of corners in dp."""

    card: int = 20
    hero: int = 24
    sheet: int = 28
    button: int = 16
    field: int = 12


SPACE = Spacing()
RADIUS = Radii()
RAIL_FROM = 600
TWO_PANES_FROM = 1024
MOVEMENT_SECONDS = 0.15
