"""Fields to type into."""

from collections.abc import Callable, Sequence
from functools import partial

from kivy.metrics import dp
from kivy.uix.textinput import TextInput

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.drawing import paint_edge, paint_tint
from twinbase_kivy.flow_boxes import Wrap
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.typesetting import find_font
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import RADIUS, SPACE

Typed = Callable[[str], object]


class TypingBox(Box):
    """Kivy's text input, in our letters and colours, without a ground of its own."""

    def __init__(
        self, text: str, typed: Typed, *, name: str, lines: int = 1, read_only: bool = False, hidden: bool = False
    ) -> None:
        super().__init__(name=name, role="textbox")
        self.lines, self._is_new = lines, True
        self.input = TextInput(
            multiline=lines > 1,
            readonly=read_only,
            password=hidden,
            write_tab=False,
            size_hint=(None, None),
            background_normal="",
            background_active="",
            background_color=(0, 0, 0, 0),
            font_name=find_font(400),
            padding=(0, 0, 0, 0),
        )
        # Given with the rest, it would be broken into lines before Kivy knows that there is one, and scrolled away.
        self.input.text = text
        self.input.bind(text=lambda _input, given: typed(given))
        if lines == 1:
            self.input.bind(scroll_y=self._stay)
        self.add_widget(self.input)

    def height_for(self, width: float) -> float:
        return round(look.find_size("body") * 1.35 * self.lines)

    def arrange(self) -> None:
        self.input.font_size = look.find_size("body")
        self.input.pos, self.input.size = self.pos, self.size
        if self._is_new and self.width > 1:
            # Kivy has scrolled to the end of the text in the width that a new input has, and stays there.
            self._is_new = False
            self.input.cursor, self.input.scroll_x = (0, 0), 0

    def _stay(self, field: TextInput, passed: float) -> None:
        """A single line never scrolls away. Kivy does that where it knew another height of a line when it was typed."""
        if passed:
            field.scroll_y = 0

    def paint(self) -> None:
        self.input.foreground_color = look.find_colour("text")
        self.input.disabled_foreground_color = look.find_colour("text2")
        self.input.cursor_color = look.find_colour("primary")
        self.input.selection_color = look.find_colour("primary", 0.3)


class InputField(ColumnBox):
    """A small label, what is typed, an icon; below it, what is wrong. `draft`: the words for kept and not saved.
    `hidden`: nobody reads over a shoulder what is typed."""

    def __init__(
        self,
        label: str,
        text: str,
        typed: Typed,
        *,
        icon: str = "",
        error: str = "",
        draft: str = "",
        lines: int = 1,
        read_only: bool = False,
        hidden: bool = False,
    ) -> None:
        self.typing = TypingBox(text, typed, name=label, lines=lines, read_only=read_only, hidden=hidden)
        self.frame = FieldFrame(label, self.typing, icon=icon, draft=draft, wrong=bool(error), read_only=read_only)
        super().__init__(self.frame, error_line(error) if error else None, gap=SPACE.xs)
        self.name, self.role = label, "group"


class FieldFrame(Row):
    """The edge of a field: thicker where the keyboard is, red where something is wrong."""

    def __init__(self, label: str, typing: TypingBox, *, icon: str, draft: str, wrong: bool, read_only: bool) -> None:
        self.typing, self.wrong, self.read_only = typing, wrong, read_only
        head = Row(
            grow(Words(label, "tiny", "red" if wrong else "text3")), Words(draft, "tiny", "amber") if draft else None
        )
        super().__init__(
            IconMark(icon, "text2") if icon else None,
            grow(ColumnBox(head, typing, gap=2)),
            gap=SPACE.m,
            edges=(SPACE.l, SPACE.s, SPACE.l, SPACE.s),
        )
        typing.input.bind(focus=lambda *_: self.paint())

    def height_for(self, width: float) -> float:
        return max(super().height_for(width), round(dp(60)))

    def paint(self) -> None:
        self.canvas.before.clear()
        rect, radius = (*self.pos, *self.size), dp(RADIUS.field)
        focused = self.typing.input.focus
        if self.read_only:
            paint_tint(self.canvas.before, rect, "inset", "outline", radius)
        else:
            edge = look.find_colour("red" if self.wrong else "primary" if focused else "outline")
            thick = 2 if self.wrong or focused else 1.2
            paint_edge(self.canvas.before, rect, edge, radius, look.find_colour("surface"), width_dp=thick)

    def on_touch_down(self, touch: object) -> bool:
        """All of the frame is the field: a glove does not hit one line of letters."""
        if super().on_touch_down(touch):
            return True
        if self.collide_point(*touch.pos) and not self.read_only:  # type: ignore[attr-defined]
            self.typing.input.focus = True
            return True
        return False


def error_line(sentence: str) -> Box:
    """What is wrong, in words, below the field."""
    row = Row(
        IconMark("refused", "red", 20),
        grow(Words(sentence, "small", "red")),
        gap=SPACE.s,
        edges=(SPACE.xs, 0, 0, 0),
        side="top",
    )
    row.name, row.role = sentence, "alert"
    return row


class ChoiceRow(ColumnBox):
    """One of a few, as chips."""

    def __init__(
        self, label: str, choices: Sequence[tuple[str, str]], chosen: str | None, choose: Typed, *, error: str = ""
    ) -> None:
        chips = (ChoiceChip(words, partial(choose, key), chosen=key == chosen) for key, words in choices)
        super().__init__(
            Words(label, "tiny", "red" if error else "text3") if label else None,
            Wrap(*chips, gap=SPACE.s),
            error_line(error) if error else None,
            gap=6,
        )
        self.name, self.role = label, "radiogroup"
