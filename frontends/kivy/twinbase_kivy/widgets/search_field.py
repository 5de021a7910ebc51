"""A field to look for something: it hears every letter, and a cross empties it."""

from kivy.metrics import dp

from twinbase_kivy.boxes import ColumnBox, grow
from twinbase_kivy.drawing import paint_edge
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.fields import Typed, TypingBox
from twinbase_kivy.widgets.words import IconMark
from twinbase_presentation.tokens import SPACE


class SearchField(ColumnBox):
    """Made once for a page, so that whoever types keeps his place while the list below is drawn anew.

    `hint`: what can be looked for; `erase`: the name of the cross.
    """

    def __init__(self, hint: str, erase: str, typed: Typed) -> None:
        self._typed = typed
        self.typing = TypingBox("", self._note, name=hint)
        self.typing.input.hint_text = hint
        self._cross = IconButton("close", erase, self.clear)
        self._frame = SearchFrame(self.typing)
        super().__init__(self._frame)

    def start(self) -> None:
        """Type here from now on."""
        self.typing.input.focus = True

    def clear(self) -> None:
        """Nothing is looked for any more."""
        self.typing.input.text = ""

    def _note(self, text: str) -> None:
        self._frame.show_cross(self._cross if text else None)
        self._typed(text)


class SearchFrame(Row):
    """The edge around it, half as round as it is high."""

    def __init__(self, typing: TypingBox) -> None:
        self.typing = typing
        self._shown = (IconMark("search", "text2"), grow(ColumnBox(typing)))
        super().__init__(*self._shown, gap=SPACE.s, edges=(SPACE.l, 2, SPACE.xs, 2))
        typing.input.bind(focus=lambda *_: self.paint())

    def height_for(self, width: float) -> float:
        return max(super().height_for(width), round(dp(52)))

    def show_cross(self, cross: IconButton | None) -> None:
        """At its right end, where there is something to take away."""
        self.hold([*self._shown, cross])
        self.arrange()

    def paint(self) -> None:
        self.canvas.before.clear()
        focused = self.typing.input.focus
        edge = look.find_colour("primary" if focused else "outline")
        self.typing.input.hint_text_color = look.find_colour("text3")
        rect = (*self.pos, *self.size)
        paint_edge(self.canvas.before, rect, edge, dp(26), look.find_colour("surface"), width_dp=2 if focused else 1.2)

    def on_touch_down(self, touch: object) -> bool:
        """All of the frame is the field."""
        if super().on_touch_down(touch):
            return True
        if self.collide_point(*touch.pos):  # type: ignore[attr-defined]
            self.typing.input.focus = True
            return True
        return False
