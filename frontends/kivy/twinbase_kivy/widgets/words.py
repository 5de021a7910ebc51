"""Words and icons."""

import json
from functools import cache
from typing import Literal

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp

from twinbase_kivy.boxes import Box
from twinbase_kivy.look import look
from twinbase_kivy.typesetting import FONTS, clean_text, draw_line, find_font, measure_line, measure_text, wrap_text
from twinbase_presentation.icons import find_symbol
from twinbase_presentation.tokens import TYPE, TypeName

Align = Literal["left", "centre", "right"]


class Words(Box):
    """Text in a style. It breaks into lines as wide as it stands; with `lines_max` the last line ends with … ."""

    def __init__(
        self, text: str, style: TypeName = "body", colour: str = "text", *, align: Align = "left", lines_max: int = 0
    ) -> None:
        super().__init__(name=text, role="text")
        self.text, self.style, self.colour = clean_text(text), style, colour
        self.align, self.lines_max = align, lines_max

    def say(self, text: str, colour: str = "") -> None:
        """Other words; the screen is placed anew only where they need another room."""
        before = (self.width_wanted(), len(self.lines(self.width)))
        self.text = self.name = clean_text(text)
        self.colour = colour or self.colour
        if (self.width_wanted(), len(self.lines(self.width))) == before:
            self.paint()
        else:
            self.change()

    def find_size(self) -> float:
        """The height of its letters, in pixels."""
        return look.find_size(self.style)

    def lines(self, width: float) -> tuple[str, ...]:
        """How it breaks in this width."""
        font, size = self._font(), self.find_size()
        return wrap_text(self.text, font, size, max(width, size), self.lines_max)

    def line_height(self) -> float:
        """From one line to the next."""
        return round(self.find_size() * TYPE[self.style].line)

    def height_for(self, width: float) -> float:
        return len(self.lines(width)) * self.line_height() if self.text else 0.0

    def width_wanted(self) -> float:
        font, size = self._font(), self.find_size()
        # A line breaks at whole pixels: one more, so that what is just as wide as wanted does not.
        return max(measure_text(line, font, size) for line in self.text.split("\n")) + 1

    def paint(self) -> None:
        self.canvas.clear()
        font, size = self._font(), self.find_size()
        high, line = measure_line(font, size), self.line_height()
        lines = self.lines(self.width)
        top = self.top - max(self.height - line * len(lines), 0) / 2
        with self.canvas:
            Color(*look.find_colour(self.colour))
            for number, text in enumerate(lines):
                if text:
                    self._draw(text, top - number * line - (line + high) / 2, font, size)

    def _draw(self, text: str, bottom: float, font: str, size: float) -> None:
        texture = draw_line(text, font, size)
        free = self.width - texture.width
        left = self.x + {"left": 0, "centre": free / 2, "right": free}[self.align]
        Rectangle(texture=texture, pos=(round(left), round(bottom)), size=texture.size)

    def _font(self) -> str:
        return find_font(TYPE[self.style].weight)


class IconMark(Box):
    """An icon by its meaning, of a size in dp. It grows with the letters beside it."""

    def __init__(self, icon: str, colour: str = "text2", size: float = 24) -> None:
        super().__init__()
        self.icon, self.colour, self.icon_size = icon, colour, size

    def height_for(self, width: float) -> float:
        return self.width_wanted()

    def width_wanted(self) -> float:
        return round(dp(self.icon_size) * look.text_scale**0.5)

    def show(self, icon: str, colour: str) -> None:
        """Another icon in the same place."""
        self.icon, self.colour = icon, colour
        self.paint()

    def paint(self) -> None:
        self.canvas.clear()
        symbol = find_symbol(self.icon)
        font = str(FONTS / ("Symbols-Filled.ttf" if symbol.filled else "Symbols.ttf"))
        texture = draw_line(chr(_read_code_points()[symbol.name]), font, self.width_wanted())
        with self.canvas:
            Color(*look.find_colour(self.colour))
            Rectangle(
                texture=texture,
                pos=(round(self.center_x - texture.width / 2), round(self.center_y - texture.height / 2)),
                size=texture.size,
            )


@cache
def _read_code_points() -> dict[str, int]:
    """Where each symbol is in the font."""
    codes: dict[str, int] = json.loads((FONTS / "symbols.json").read_text())
    return codes
