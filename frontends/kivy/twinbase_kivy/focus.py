"""The keyboard's place: which of the things that can be touched it would touch."""

from collections.abc import Callable, Iterator

from kivy.uix.widget import Widget

from twinbase_kivy.boxes import Box
from twinbase_kivy.widgets.fields import TypingBox
from twinbase_kivy.widgets.scroller import Scroller
from twinbase_kivy.widgets.touch import Touchable

KeyTarget = Touchable | TypingBox


class FocusRing:
    """Moves from one to the next in reading order, and stays on what has the same name when a screen is drawn anew."""

    def __init__(self, find_top: Callable[[], Box]) -> None:
        """`find_top`: what is on top now; what lies below a sheet is not to be had."""
        self._find_top = find_top
        self._name = ""
        self._now: KeyTarget | None = None

    @property
    def now(self) -> KeyTarget | None:
        """What has the keyboard, if it is still there."""
        targets = list(find_targets(self._find_top()))
        if self._now not in targets:
            self._now = next((one for one in targets if self._name and one.name == self._name), None)
        return self._now

    @property
    def is_typing(self) -> bool:
        """Whether somebody types into a field: then a letter is a letter."""
        return any(isinstance(one, TypingBox) and one.input.focus for one in find_targets(self._find_top()))

    def move(self, steps: int) -> None:
        """So many further, around the end."""
        targets = list(find_targets(self._find_top()))
        if not targets:
            return
        at = targets.index(self.now) + steps if self.now in targets else 0 if steps > 0 else -1
        self.set(targets[at % len(targets)])

    def move_in(self, box: Box, steps: int) -> None:
        """So many further among what is in a box, and no further than its ends."""
        targets = [one for one in find_targets(box) if isinstance(one, Touchable)]
        if targets:
            before = -1 if steps > 0 else len(targets)
            at = (targets.index(self.now) if self.now in targets else before) + steps
            self.set(targets[min(max(at, 0), len(targets) - 1)])

    def set(self, target: KeyTarget | None) -> None:
        """Have the keyboard here, and scroll to it."""
        if self._now is not None:
            _show(self._now, False)
        self._now, self._name = target, target.name if target else ""
        if target is not None:
            _show(target, True)
            reveal(target)

    def press(self) -> bool:
        """Do what has the keyboard; False where nothing has it."""
        now = self.now
        if isinstance(now, Touchable):
            now.press()
            return True
        return False


def find_targets(box: Box) -> Iterator[KeyTarget]:
    """Everything that can be touched or typed into, in reading order."""
    if isinstance(box, TypingBox) or (isinstance(box, Touchable) and box.can_act):
        yield box
    for part in box.parts():
        yield from find_targets(part)


def _show(target: KeyTarget, has_it: bool) -> None:
    if isinstance(target, Touchable):
        target.show_ring(has_it)
    else:
        target.input.focus = has_it


def reveal(target: KeyTarget) -> None:
    """Scroll to it."""
    above: Widget | None = target
    while above is not None and above.parent is not above:
        if isinstance(above, Scroller):
            above.reveal(target)
            return
        above = above.parent
