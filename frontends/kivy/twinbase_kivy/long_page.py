"""A page with a list of any length: what is near is made, and more is read before its end is reached."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from twinbase_kivy.boxes import Box
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.panes import leave_parent
from twinbase_kivy.widgets.long_column import LongColumn, LongPart
from twinbase_presentation.tokens import SPACE

CARD_ROWS = 20
"""No card is longer: one of two thousand rows would have to be made as a whole."""
Row = TypeVar("Row")


class LongPage(PageView):
    """A class of it calls `hold_list` in its body, and its model has a `load_more()`. The column is made once, so that
    what somebody looks at stays while the page is drawn anew."""

    model: Any

    def __init__(self, model: Any, guide: Guide, *, has_back: bool = False) -> None:
        self.column = LongColumn(gap=SPACE.m)
        self.column.near_end = self._ask_for_more
        self._asked_at: object = None
        super().__init__(model, guide, has_back=has_back)

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than were read."""
        return bool(self.model.shown.has_more)

    def hold_list(self, parts: Sequence[LongPart]) -> Box | None:
        """These parts, for the body; None where there are none."""
        leave_parent(self.column)
        self.column.show(parts)
        return self.column if parts else None

    async def scroll_to(self, passed: float) -> None:
        """Read as much as was read then, too."""
        await super().scroll_to(passed)
        rows = None
        while self.scroller.passed < passed - 1 and self.has_more and rows != self.model.shown:
            rows = self.model.shown
            await self.model.load_more()
            await super().scroll_to(passed)

    def _ask_for_more(self) -> None:
        """Once for what is shown."""
        shown = self.model.shown
        if shown is not None and shown is not self._asked_at and self.has_more:
            self._asked_at = shown
            self.guide.workday.spawn(self.model.load_more())


def cut_rows(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """As many as a card has, and as many again."""
    for start in range(0, len(rows), CARD_ROWS):
        yield rows[start : start + CARD_ROWS]
