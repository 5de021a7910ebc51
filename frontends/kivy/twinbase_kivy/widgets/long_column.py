"""A column that is longer than anybody looks: only what is near the eye is made.

Two thousand visits are 34,000 widgets, which would be made anew at each change. Here a part that was not made yet has
the height that is guessed for it. What is above the eye never moves while somebody scrolls: the sum of the heights is
put right when nobody does.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp

from twinbase_kivy.boxes import Box
from twinbase_kivy.look import look

REST_SECONDS = 0.3
ROOM_DP = 900
"""What is made at first, as long as it is not known how much is seen."""


@dataclass(frozen=True, slots=True)
class LongPart:
    """A part of a long column. `value`: all that it is drawn from: while it is equal, the same box stays. `guess`: how
    high it may be, in dp, as long as it was not made."""

    key: Hashable
    value: object
    make: Callable[[], Box]
    guess: float


class LongColumn(Box):
    """One under the other, `gap` dp between them, each as wide as the column. Made once for a page, and told what to
    `show` each time when something has changed.

    `near_end` is called when the last part is near, and `shifted` with pixels when what is seen has moved down.
    """

    def __init__(self, gap: float = 0) -> None:
        super().__init__(role="list")
        self.gap = gap
        self.near_end: Callable[[], object] = lambda: None
        self.shifted: Callable[[float], object] = lambda pixels: None
        self._all: Sequence[LongPart] = ()
        self._made: dict[Hashable, tuple[object, Box]] = {}
        self._heights: dict[Hashable, float] = {}
        self._width, self._scale = 0.0, 0.0
        self._tops: list[float] = []
        self._seen, self._follows = (0.0, 0.0), False
        self._next = Clock.create_trigger(lambda _seconds: self._follow(), 0)
        self._rest = Clock.create_trigger(lambda _seconds: self.change(), REST_SECONDS)

    def show(self, parts: Sequence[LongPart]) -> None:
        """These from now on."""
        values = {part.key: _drawn_from(part) for part in parts}
        for key, (value, _box) in list(self._made.items()):
            if values.get(key) != value:
                self._heights.pop(key, None)
                self._drop(key)
        self._all = parts
        self._note_parts()
        self._count_tops()

    def show_between(self, top: float, bottom: float) -> None:
        """So many pixels of it are above what is seen, and so many are above the lower edge of that."""
        self._seen = (top, bottom)
        self._follow()

    def height_for(self, width: float) -> float:
        if not self._all:
            return 0.0
        if width != self._width:
            self._width, self._scale = width, 0.0
            self._heights.clear()
        for key, (_value, box) in self._made.items():
            self._heights[key] = box.height_for(width)
        self._count_tops()
        # What is seen at first has its true height from the first frame on; a short list has it as a whole.
        while lacking := self._list_lacking(*self._find(self._seen[0], self._seen[0] + (self._room or dp(ROOM_DP)))):
            self._make(lacking)
        return self._tops[-1] - dp(self.gap)

    def arrange(self) -> None:
        self._place_from(0)

    def _count_tops(self) -> None:
        """How far each part is from the top, and behind the last one what would be the next."""
        self._scale = self._scale or self._learn_scale()
        gap, scale = dp(self.gap), dp(self._scale or 1)
        heights = (self._heights.get(part.key, round(part.guess * scale)) for part in self._all)
        self._tops = list(accumulate((high + gap for high in heights), initial=0.0))

    def _learn_scale(self) -> float:
        """How much higher parts are than their guesses, from the first that are made; 0 as long as there are none.
        Learned once: what is above the eye would move with it."""
        known = [part for part in self._all if part.key in self._heights]
        guessed = sum(dp(part.guess) for part in known)
        return sum(self._heights[part.key] for part in known) / guessed if guessed else 0.0

    @property
    def _room(self) -> float:
        return self._seen[1] - self._seen[0]

    def _follow(self) -> None:
        """Make what is seen at once, and what is near a part in each frame; let go of what is far."""
        if not self._all or self.width <= 1 or self._room <= 0 or self._follows:
            return
        self._follows = True
        try:
            is_ready = self._make_seen_and_next()
        finally:
            self._follows = False
        if not is_ready:
            self._next()
        if self._find(*self._seen_and_near)[1] == len(self._all) - 1:
            self.near_end()

    @property
    def _seen_and_near(self) -> tuple[float, float]:
        """With as much again above and below."""
        return self._seen[0] - self._room, self._seen[1] + self._room

    def _make_seen_and_next(self) -> bool:
        """Whether all that is near is there then."""
        while lacking := self._list_lacking(*self._find(*self._seen)):
            self._make_in_place(lacking)
        first, last = self._find(*self._seen)
        near_first, near_last = self._find(*self._seen_and_near)
        near = sorted(self._list_lacking(near_first, near_last), key=lambda at: max(first - at, at - last))
        if near:
            self._make_in_place(near[:1])
            self._let_go(near_first, near_last)
        return len(near) <= 1

    def _find(self, top: float, bottom: float) -> tuple[int, int]:
        """The first and the last part between two heights."""
        first, last = (min(max(bisect_right(self._tops, at) - 1, 0), len(self._all) - 1) for at in (top, bottom))
        return first, last

    def _list_lacking(self, first: int, last: int) -> list[int]:
        return [at for at in range(first, last + 1) if self._all[at].key not in self._made]

    def _make(self, places: Sequence[int]) -> None:
        for at in places:
            part = self._all[at]
            box = part.make()
            self._made[part.key] = (_drawn_from(part), box)
            self._heights[part.key] = box.height_for(self._width)
            self.add_widget(box)
        self._note_parts()
        self._count_tops()

    def _make_in_place(self, places: Sequence[int]) -> None:
        """What somebody looks at stays in its place on the glass: of what is seen, the first that was there before."""
        first, last = self._find(*self._seen)
        anchor = next((at for at in range(first, last + 1) if self._all[at].key in self._made), first)
        before = self._tops[anchor]
        self._make(places)
        self._place_from(min(places))
        if moved := self._tops[anchor] - before:
            self.shifted(moved)
        if self._tops[-1] - dp(self.gap) != self.height:
            self._owe()

    def _owe(self) -> None:
        """The whole is higher or lower than it was said to be: said when nobody scrolls, or where the end is seen."""
        self._rest.cancel()
        if self._seen[1] >= min(self.height, self._tops[-1]) - 1:
            self.change()
        else:
            self._rest()

    def _place_from(self, first: int) -> None:
        for at in range(first, len(self._all)):
            if (made := self._made.get(self._all[at].key)) is not None:
                high = self._heights[self._all[at].key]
                made[1].place(self.x, self.top - self._tops[at] - high, self.width, high)

    def _let_go(self, first: int, last: int) -> None:
        """A room more than what is kept ready, so that whoever turns back finds it."""
        kept = {part.key for part in self._all[max(2 * first - last, 0) : 2 * last - first + 1]}
        for key in [key for key in self._made if key not in kept]:
            self._drop(key)
        self._note_parts()

    def _drop(self, key: Hashable) -> None:
        self.remove_widget(self._made.pop(key)[1])

    def _note_parts(self) -> None:
        made: list[Any] = [self._made[part.key][1] for part in self._all if part.key in self._made]
        self._parts = tuple(made)


def _drawn_from(part: LongPart) -> object:
    """What a box of it was drawn from: its value, in the colours and letters of now."""
    return part.value, look.theme.name, look.text_scale
