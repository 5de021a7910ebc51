"""What is higher than the screen."""

from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.scrollview import ScrollView

from twinbase_kivy.boxes import Box, Root
from twinbase_kivy.look import look
from twinbase_kivy.widgets.long_column import LongColumn


class PromptView(ScrollView):
    """What was tapped in it hears of it in the next frame. Kivy tells a quick tap only a fifth of a second later, so
    that the button is seen pressed; here the next page is what is seen."""

    def on_scroll_stop(self, touch: Any, check_children: bool = True) -> bool:
        """Kivy calls it when a finger has gone; it may have scrolled, and grabbed nothing then."""
        is_heard = bool(super().on_scroll_stop(touch, check_children))
        Clock.schedule_once(partial(self._do_touch_up, touch), 0)
        return is_heard


class Scroller(Root, Box):
    """Scrolls one box. Where its content changes, it stays where it was."""

    def __init__(self, content: Box, passed: float = 0) -> None:
        """`passed`: so many pixels of it are above what is seen at first."""
        super().__init__(role="scroll")
        self.grows = True
        self._first, self._shifted, self._settles = passed, 0.0, False
        self._view = PromptView(
            size_hint=(None, None),
            do_scroll_x=False,
            scroll_type=["bars", "content"],
            bar_width=dp(3),
            bar_margin=dp(1),
        )
        self._hold(content)
        self._view.bind(scroll_y=lambda _view, _passed: self._tell_long())
        self.add_widget(self._view)

    def parts(self) -> tuple[Box, ...]:
        return (self.content,)

    def show(self, content: Box, passed: float) -> None:
        """Another content, and `passed` as at first; a finger that scrolls, and a fling, go on in it."""
        self._first = self._first or passed
        self._view.remove_widget(self.content)
        self._hold(content)

    @property
    def passed(self) -> float:
        """How many pixels of the content are above what is seen."""
        return (1 - self._view.scroll_y) * max(self.content.height - self._view.height, 0)

    @passed.setter
    def passed(self, pixels: float) -> None:
        view, room = self._view, self.content.height - self._view.height
        view.scroll_y = 1 - min(max(pixels / room, 0), 1) if room > 0 else 1
        # A finger or a fling goes on from here.
        view.effect_y.value = view.effect_y.max * view.scroll_y

    def arrange(self) -> None:
        self._view.pos, self._view.size = self.pos, self.size
        self.settle()

    def settle(self) -> None:
        passed, self._first, self._shifted = self._first or self.passed, 0, 0
        high = max(self.content.height_for(self.width), self.height)
        self._settles = True
        try:
            self.content.place(0, 0, self.width, high)
            self.passed = passed + self._shifted
        finally:
            self._settles = False
        self._tell_long()

    def _hold(self, content: Box) -> None:
        self.content = content
        self._long = [part for part in content.parts() if isinstance(part, LongColumn)]
        for long in self._long:
            long.shifted = self._shift
        self._view.add_widget(content)

    def _tell_long(self) -> None:
        """What of them is seen now; not while the share that is passed is one of another height."""
        for long in () if self._settles else self._long:
            top = self.passed - (self.content.top - long.top)
            long.show_between(top, top + self._view.height)

    def _shift(self, pixels: float) -> None:
        """What is above has turned out to be higher: what is seen stays in its place."""
        wanted = self.passed + pixels
        self._shifted += pixels
        self.passed = wanted
        if self.passed < wanted - 1:
            # There is more below than was known, too.
            self._first = wanted
            self.settle()

    def paint(self) -> None:
        self._view.bar_color = look.find_colour("outline", 0.5)
        self._view.bar_inactive_color = look.find_colour("outline", 0.2)

    def reveal(self, box: Box) -> None:
        """Scroll until a box inside is seen."""
        top = self.content.height - box.top
        below = top + box.height - self._view.height
        margin = dp(16)
        if top - margin < self.passed:
            self.passed = top - margin
        elif below + margin > self.passed:
            self.passed = below + margin
