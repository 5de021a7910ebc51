"""A code: spots for its digits, and a pad for gloves."""

from collections.abc import Callable
from functools import partial

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.drawing import paint_circle, paint_dot
from twinbase_kivy.flow_boxes import Halves
from twinbase_kivy.look import look
from twinbase_kivy.widgets.numberpad import PadKey
from twinbase_kivy.widgets.touch import Act
from twinbase_presentation.tokens import SPACE

KEY_DP, LOW_KEY_DP, PAD_WIDE_DP = 72, 56, 320
SPOT_DP, SPOTS_LEAST = 16, 6


class CodeSpots(Box):
    """A full spot for each digit that is typed, an empty one for those that are missing; no digit is shown."""

    def __init__(self, typed: int, name: str) -> None:
        super().__init__(name=name, role="status")
        self.typed = typed

    def height_for(self, width: float) -> float:
        return float(dp(SPOT_DP + 8))

    def paint(self) -> None:
        self.canvas.clear()
        count = max(self.typed, SPOTS_LEAST)
        step = min(dp(SPOT_DP * 1.9), self.width / count)
        for number in range(count):
            centre = (self.center_x + (number - (count - 1) / 2) * step, self.center_y)
            if number < self.typed:
                paint_dot(self.canvas, centre, dp(SPOT_DP), look.find_colour("primary"))
            else:
                paint_circle(self.canvas, centre, dp(SPOT_DP - 2), look.find_colour("outline"), 1.6)


class PinPad(ColumnBox):
    """Twelve keys: the digits as on a telephone, one back, and done. `is_low`: keys for a screen that is not high."""

    def __init__(
        self, write: Callable[[str], object], erase: Act, done: Act, *, words: tuple[str, str], is_low: bool = False
    ) -> None:
        high = LOW_KEY_DP if is_low else KEY_DP
        rows: list[Box] = [
            Halves(*(PadKey(key, partial(write, key), high=high) for key in keys), gap=SPACE.s)
            for keys in ("123", "456", "789")
        ]
        last = Halves(
            PadKey("", erase, high=high, icon="backspace", name=words[0]),
            PadKey("0", partial(write, "0"), high=high),
            PadKey("", done, high=high, icon="check", name=words[1]),
            gap=SPACE.s,
        )
        super().__init__(*rows, last, gap=SPACE.s, role="keypad")
