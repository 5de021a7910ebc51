"""What can be touched: a finger, a mouse, or the keyboard's Enter."""

from collections.abc import Callable

from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from twinbase_kivy.boxes import Box
from twinbase_kivy.drawing import paint_ground, paint_ring
from twinbase_kivy.finger import finger
from twinbase_kivy.look import look

Act = Callable[[], object]


class Touchable(ButtonBehavior, Box):
    """A box that does something. Whatever is drawn stays below its pressed veil and the ring of the keyboard.

    `name` are the words for it, `role` what it is; `least`: its least height, in dp; `content` fills it. Without an act
    it only shows what it is.
    """

    def __init__(
        self,
        act: Act | None,
        content: Box | None = None,
        *,
        name: str,
        role: str = "button",
        radius: float = 16,
        least: float = 48,
    ) -> None:
        super().__init__(name=name, role=role)
        self.act, self.radius, self.least = act, radius, least
        self.content = content
        self.has_ring = False
        self.always_release = False
        self.hold([content])

    def height_for(self, width: float) -> float:
        inside = self.content.height_for(width) if self.content else 0.0
        return max(round(dp(self.least)), inside)

    def width_wanted(self) -> float:
        inside = self.content.width_wanted() if self.content else 0.0
        return max(round(dp(self.least)), inside)

    def arrange(self) -> None:
        if self.content is not None:
            self.content.place(*self.pos, *self.size)

    @property
    def can_act(self) -> bool:
        """Whether a touch does something."""
        return self.act is not None

    def on_touch_down(self, touch: object) -> bool:
        """What is inside is asked first: a button on a row that can be touched."""
        if self.can_act:
            return bool(super().on_touch_down(touch))
        return bool(Box.on_touch_down(self, touch))

    def on_release(self) -> None:
        """Kivy calls it when the finger goes up inside."""
        finger.end_tap()
        self.press()

    def press(self) -> None:
        """Do it, as a finger or the keyboard does."""
        if self.act is not None:
            self.act()

    def on_state(self, _widget: Widget, _state: str) -> None:
        """Kivy calls it when a finger comes or goes."""
        self._paint_veil()

    def show_ring(self, has_ring: bool) -> None:
        """The keyboard has come here, or gone."""
        self.has_ring = has_ring
        self._paint_veil()

    def paint(self) -> None:
        self.canvas.before.clear()
        self.paint_below()
        self._paint_veil()

    def paint_below(self) -> None:
        """Draw the ground on `canvas.before`."""

    def _paint_veil(self) -> None:
        self.canvas.after.clear()
        rect = (*self.pos, *self.size)
        if self.state == "down":
            paint_ground(self.canvas.after, rect, look.find_colour("text", 0.1), dp(self.radius))
        if self.has_ring:
            paint_ring(self.canvas.after, rect, dp(self.radius))
