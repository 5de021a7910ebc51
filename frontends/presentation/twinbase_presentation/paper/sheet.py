"""Sheets of paper with our letters and colours: headings, texts, tables, pictures side by side."""

import io
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from PIL import Image

from twinbase_presentation.paper.letters import BOLD, NOT_HERE, REGULAR, set_letters
from twinbase_presentation.paper.strokes import Strokes
from twinbase_presentation.tokens import THEMES

FONT, EDGE, FOOT, BAND = "Inter", 16.0, 16.0, 24.0
"""The family; the margins, the foot, and the coloured band at the top, in millimetres."""
LINE, COLUMNS, BETWEEN_MM = 5.2, 3, 4.0
LEAST, SIGNATURE = 22.0, (80.0, 32.0)
"""What has room below a heading, or the heading stands on the next page; and the box of a signature."""
_LIGHT = THEMES["light"]


class ReportSheet(FPDF):
    """A4, upright. `head`: said small on every page but the first; `foot`: on all of them."""

    def __init__(self, head: str, foot: str) -> None:
        super().__init__("P", "mm", "A4")
        self.head_text, self.foot_text = set_letters(head), set_letters(foot)
        self.has_boxes = False
        self.add_font(FONT, "", REGULAR)
        self.add_font(FONT, "B", BOLD)
        self.set_margins(EDGE, EDGE, EDGE)
        self.c_margin = 0
        self.set_auto_page_break(True, FOOT + 6)

    def header(self) -> None:
        """fpdf2 calls it at the top of each page."""
        if self.page_no() > 1:
            self.set_xy(EDGE, 9)
            self.write_small(self.head_text)
            self.set_y(EDGE + 2)

    def footer(self) -> None:
        """fpdf2 calls it at the end of each page."""
        self.set_y(-FOOT + 2)
        self._set("", 8, _LIGHT.text3)
        self.cell(self.epw - 20, 5, self.foot_text)
        self.cell(20, 5, f"{self.page_no()} / {{nb}}", align="R")

    def close(self) -> None:
        """Let go of the files of the letters, which fpdf2 keeps open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def write_band(self, title: str, sub: str) -> None:
        """The title in white on the colour of the app, across the first page."""
        self.set_fill_color(f"#{_LIGHT.primary}")
        self.rect(0, 0, self.w, BAND, style="F")
        self.set_xy(EDGE, 5.5)
        self._set("B", 17, _LIGHT.on_primary)
        self._cell(title, 8)
        self._set("", 9.5, _LIGHT.on_primary)
        self._cell(sub, 5)
        self.set_y(BAND + 7)

    def write_heading(self, text: str, least: float = LEAST) -> None:
        """Over a part; never alone at the end of a page."""
        if self.will_page_break(least):
            self.add_page()
        self.ln(4)
        self._set("B", 11.5, _LIGHT.primary)
        self._cell(text, 6.5)
        self.set_draw_color(f"#{_LIGHT.divider}")
        self.set_line_width(0.3)
        self.line(EDGE, self.get_y(), self.w - EDGE, self.get_y())
        self.ln(2)

    def write_strong(self, text: str, size: float = 12) -> None:
        """A line of its own that is seen first."""
        self._set("B", size, _LIGHT.text)
        self._lines(text, size * 0.48)

    def write_text(self, text: str) -> None:
        """Words in as many lines as they need."""
        self._set("", 10, _LIGHT.text)
        self._lines(text, LINE)

    def write_small(self, text: str) -> None:
        """What is said beside it."""
        self._set("", 8.5, _LIGHT.text3)
        self._lines(text, 4.4)

    def write_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """A word and what it says, line by line."""
        for label, value in facts:
            if value:
                top = self.get_y()
                self._set("", 9, _LIGHT.text3)
                self.multi_cell(38, LINE, set_letters(label), align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
                self.set_xy(EDGE + 40, top)
                self._set("", 10, _LIGHT.text)
                self._lines(value, LINE, self.epw - 40)
                self.set_x(EDGE)

    def write_table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """Rows with fine lines between them; the heads come again on the next page."""
        self._set("", 9.5, _LIGHT.text)
        self.set_draw_color(f"#{_LIGHT.divider}")
        self.set_line_width(0.25)
        self.set_fill_color("#FFFFFF")
        style = FontFace(emphasis="BOLD", color=f"#{_LIGHT.text2}", fill_color=f"#{_LIGHT.inset}")
        with self.table(
            borders_layout="HORIZONTAL_LINES",
            col_widths=tuple(widths),
            headings_style=style,
            line_height=LINE,
            padding=(1.1, 1.5),
            text_align="LEFT",
            width=self.epw,
        ) as table:
            for row in (heads, *rows):
                cells = table.row()
                for text in row:
                    cells.cell(self._letters(text))
        self.ln(1)

    def draw_pictures(self, pictures: Sequence[tuple[bytes | None, str]], nothing: str) -> None:
        """Three in a row, each uncut in a place of one size, with its words below; `nothing` where there is none."""
        wide = (self.epw - BETWEEN_MM * (COLUMNS - 1)) / COLUMNS
        high = wide * 0.75
        for start in range(0, len(pictures), COLUMNS):
            row = pictures[start : start + COLUMNS]
            if self.will_page_break(high + 12):
                self.add_page()
            top, lowest = self.get_y(), self.get_y() + high
            for number, (content, words) in enumerate(row):
                left = EDGE + number * (wide + BETWEEN_MM)
                if not self._draw_picture(content, left, top, wide, high):
                    self._draw_nothing(nothing, left, top, wide, high)
                self.set_xy(left, top + high + 1)
                self._set("", 8.5, _LIGHT.text2)
                self._lines(words, 4.2, wide)
                lowest = max(lowest, self.get_y())
            self.set_xy(EDGE, lowest + 3)

    def draw_signature(self, strokes: Strokes | None, content: bytes | None) -> None:
        """The lines as lines, sharp at any size; else the picture. In a box, for which `write_heading` keeps room."""
        wide, high = SIGNATURE
        left, top = EDGE, self.get_y() + 1
        self.set_draw_color(f"#{_LIGHT.outline}")
        self.set_line_width(0.25)
        self.rect(left, top, wide, high, round_corners=True, corner_radius=2)
        if strokes is not None:
            self._draw_strokes(strokes, left + 2, top + 2, wide - 4, high - 4)
        else:
            self._draw_picture(content, left + 2, top + 2, wide - 4, high - 4)
        self.set_xy(EDGE, top + high + 3)

    def _draw_strokes(self, strokes: Strokes, left: float, top: float, wide: float, high: float) -> None:
        scale = min(wide / strokes.width, high / strokes.height)
        for line in strokes.lines:
            with self.new_path() as path:
                path.style.auto_close = False
                path.style.fill_color = None
                path.style.stroke_color = "#111111"
                path.style.stroke_width = max(2.8 * scale, 0.35)
                path.style.stroke_cap_style = "round"
                path.style.stroke_join_style = "round"
                first, *rest = line
                path.move_to(left + first[0] * scale, top + first[1] * scale)
                for x, y in rest or [(first[0] + 0.5, first[1])]:
                    path.line_to(left + x * scale, top + y * scale)

    def _draw_picture(self, content: bytes | None, left: float, top: float, wide: float, high: float) -> bool:
        """In the middle of its place; False for what cannot be read."""
        if content is None:
            return False
        try:
            with Image.open(io.BytesIO(content)) as picture:
                picture.load()
                across, up = picture.size
        except (OSError, ValueError, SyntaxError):
            return False
        scale = min(wide / across, high / up)
        size = (across * scale, up * scale)
        self.image(io.BytesIO(content), left + (wide - size[0]) / 2, top + (high - size[1]) / 2, *size)
        return True

    def _draw_nothing(self, words: str, left: float, top: float, wide: float, high: float) -> None:
        self.set_fill_color(f"#{_LIGHT.inset}")
        self.rect(left, top, wide, high, style="F", round_corners=True, corner_radius=2)
        self.set_xy(left + 2, top + high / 2 - 4)
        self._set("", 8.5, _LIGHT.text3)
        self.multi_cell(wide - 4, 4.2, self._letters(words), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _cell(self, text: str, high: float) -> None:
        """One line, as much of it as there is room for."""
        shown = self._letters(text).replace("\n", " ")
        while shown and self.get_string_width(shown) > self.epw:
            shown = shown[:-2].rstrip() + "…"
        self.cell(self.epw, high, shown, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _lines(self, text: str, high: float, wide: float = 0) -> None:
        self.multi_cell(wide, high, self._letters(text), align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)

    def _letters(self, text: str) -> str:
        shown = set_letters(text)
        self.has_boxes = self.has_boxes or NOT_HERE in shown
        return shown

    def _set(self, style: str, size: float, colour: str) -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(f"#{colour.lstrip('#')}")
