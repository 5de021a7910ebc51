"""A pad of our own for figures: gloves hit no key of a phone's keyboard."""

from collections.abc import Callable
from functools import partial

from kivy.metrics import dp

from twinbase_kivy.boxes import ColumnBox, Gap
from twinbase_kivy.drawing import paint_ground, paint_tint
from twinbase_kivy.flow_boxes import Halves
from twinbase_kivy.look import look
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.touch import Act, Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.tokens import RADIUS, SPACE

KEY_DP, LOW_KEY_DP = 56, 48
LENGTH_MAX = 9


class PadKey(Touchable):
    """A key of the pad: a figure, or an icon."""

    def __init__(self, label: str, act: Act, *, high: float, icon: str = "", name: str = "") -> None:
        shown = IconMark(icon, "text") if icon else Words(label, "title", align="centre")
        inside = Row(Gap(grows=True), shown, Gap(grows=True))
        super().__init__(act, inside, name=name or label, radius=RADIUS.button, least=high)

    def paint_below(self) -> None:
        rect, radius = (*self.pos, *self.size), dp(self.radius)
        paint_tint(self.canvas.before, rect, "inset", "outline", radius)


class NumberPad(ColumnBox):
    """Twelve keys. `typed` hears the text after every key; `mark` is the decimal mark of the language.

    `is_low`: where a screen has no room for keys as high as a glove likes them.
    """

    def __init__(
        self, typed: Callable[[str], object], *, mark: str, erase: str, text: str = "", is_low: bool = False
    ) -> None:
        self.text, self._typed, self._mark = text, typed, mark
        self._high = LOW_KEY_DP if is_low else KEY_DP
        rows = [self._row("789"), self._row("456"), self._row("123")]
        last = Halves(
            PadKey(mark, lambda: self.write(mark), high=self._high),
            PadKey("0", lambda: self.write("0"), high=self._high),
            PadKey("", self.erase_last, high=self._high, icon="backspace", name=erase),
            gap=SPACE.s,
        )
        super().__init__(*rows, last, gap=SPACE.s, role="keypad")

    def write(self, key: str) -> None:
        """As if this key had been touched; a second mark, and more than can be meant, is nothing."""
        if len(self.text) >= LENGTH_MAX or (key == self._mark and key in self.text):
            return
        self._set_text(f"0{key}" if key == self._mark and not self.text else self.text + key)

    def turn_sign(self) -> None:
        """Below zero, or above it again."""
        self._set_text(self.text[1:] if self.text.startswith("-") else f"-{self.text}")

    def erase_last(self) -> None:
        """Take the last figure away."""
        self._set_text(self.text[:-1])

    def paint(self) -> None:
        self.canvas.before.clear()
        paint_ground(self.canvas.before, (*self.pos, *self.size), look.find_colour("surface"))

    def _row(self, keys: str) -> Halves:
        return Halves(*(PadKey(key, partial(self.write, key), high=self._high) for key in keys), gap=SPACE.s)

    def _set_text(self, text: str) -> None:
        self.text = text
        self._typed(text)
