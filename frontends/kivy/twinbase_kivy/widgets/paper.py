"""A field as high as what is left of the screen, for a text of many lines."""

from kivy.metrics import dp

from twinbase_kivy.boxes import ColumnBox, grow
from twinbase_kivy.drawing import paint_edge
from twinbase_kivy.look import look
from twinbase_kivy.widgets.fields import Typed, TypingBox
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.tokens import RADIUS, SPACE

LINES_LEAST = 7


class PaperField(ColumnBox):
    """The edge of a field around a text that fills it; a long one moves inside of it."""

    def __init__(self, label: str, text: str, typed: Typed) -> None:
        self.typing = TypingBox(text, typed, name=label, lines=LINES_LEAST)
        edges = (SPACE.l, SPACE.m, SPACE.l, SPACE.m)
        super().__init__(Words(label, "tiny", "text3"), grow(self.typing), gap=SPACE.xs, edges=edges)
        self.grows = True
        self.name, self.role = label, "group"
        self.typing.input.bind(focus=lambda *_: self.paint())

    @property
    def text(self) -> str:
        """What stands in it."""
        return str(self.typing.input.text)

    def show(self, text: str) -> None:
        """Another text, from elsewhere; who types keeps his place where it is the same."""
        if text != self.text:
            self.typing.input.text = text

    def insert(self, text: str) -> None:
        """Put words where the cursor is, apart from the ones before them."""
        field = self.typing.input
        before = field.text[: field.cursor_index()]
        field.insert_text(f" {text}" if before and not before[-1].isspace() else text)

    def find_chosen(self) -> str:
        """The words that are selected; without any, the paragraph in which the cursor is."""
        field = self.typing.input
        if field.selection_text:
            return str(field.selection_text)
        at = field.cursor_index()
        start, end = field.text.rfind("\n", 0, at) + 1, field.text.find("\n", at)
        return str(field.text[start : end if end >= 0 else None])

    def undo(self) -> None:
        """Take back what was typed last."""
        self.typing.input.do_undo()

    def paint(self) -> None:
        self.canvas.before.clear()
        rect = (*self.pos, *self.size)
        has_keys = self.typing.input.focus
        edge = look.find_colour("primary" if has_keys else "outline")
        ground = look.find_colour("surface")
        paint_edge(self.canvas.before, rect, edge, dp(RADIUS.field), ground, width_dp=2 if has_keys else 1.2)
