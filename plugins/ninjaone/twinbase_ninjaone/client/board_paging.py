"""The pages of a board: its cursor behaves as an offset into a list that is being changed while it is read.

That it is an offset is observed, not documented: a cursor that does not count rows is passed on as it came.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from twinbase_ninjaone.client.paging import REPEATED, AnsweredPage, ListReading
from twinbase_ninjaone.contract import NinjaRow

STEPS_BACK_MAX = 20
PASSES_MAX = 3
STANDSTILLS_MAX = 20
TOO_FAST = "it changes faster than it can be read"
UNSEEN = "it holds more rows than it shows"


async def page_board(
    ask: Callable[[int | None], Awaitable[AnsweredPage]], key: str, *, overlap_rows: int, page_rows: int
) -> AsyncIterator[list[NinjaRow]]:
    """Pages of a board, each row once, and none left out when rows move while it is read.

    `page_rows`: how many are asked for at a time. Raises NotWhole behind the last page where it may not be all.
    """
    board = BoardReading(ListReading(key, needs_all=False), overlap_rows, page_rows)
    while not board.done:
        if fresh := board.take(await ask(board.asked)):
            yield fresh
    board.reading.finish()


@dataclass
class BoardReading:
    """How far a board has been read. `asked`: the cursor to ask with next, None for the first page.

    Each page begins some rows before the end of the last. If it repeats none of the rows seen, more rows than that have
    left the list above it: then it goes back until one is repeated. A page that holds nothing new is the end only where
    it reaches no further than those before: else as many rows have come in above. And where fewer rows were seen than
    the list is long, it is read once more.
    """

    reading: ListReading
    overlap_rows: int
    page_rows: int
    asked: int | None = None
    done: bool = False
    start: int = 0
    reached: int = 0
    empty_at: int | None = None
    steps_back: int = 0
    passes: int = 1
    unreadable: int = 0
    cursors: list[int] = field(default_factory=list)
    standstills: int = 0
    last_length: int = 0

    def take(self, page: AnsweredPage) -> list[NinjaRow]:
        """The rows of this page that are new; then `asked` says what to ask for, or `done` that this was the end."""
        if self.start and not self.reading.seen.intersection(self._ids(page)):
            self._step_back(page)
            return []
        fresh = self.reading.take(page)
        self.unreadable += page.unreadable
        end = self.start + page.length
        if not self.cursors and page.cursor in (None, end, self.start + self.page_rows):
            self._go_on_by_count(page, end, bool(fresh))
        else:
            self._go_on_by_cursor(page, bool(fresh))
        self.last_length = page.length
        return fresh

    # A cursor that counts rows

    def _step_back(self, page: AnsweredPage) -> None:
        self.steps_back += 1
        self.empty_at = None if page.length else self.start
        self.start = self.asked = max(self.start - self.overlap_rows * 2**self.steps_back, 0)
        self.reached = 0
        self.passes += self.start == 0
        if self.steps_back > STEPS_BACK_MAX or self.passes > PASSES_MAX:
            self._stop(TOO_FAST)

    def _go_on_by_count(self, page: AnsweredPage, end: int, fresh: bool) -> None:
        if not fresh and self._is_the_end(page, end):
            self._end_of_pass(end)
            return
        self.start = self.asked = max(end - min(self.overlap_rows, page.length // 2), self.start + 1)
        self.reached = end
        if self.start > 2 * (len(self.reading.seen) + self.unreadable):
            self._stop(REPEATED)

    def _is_the_end(self, page: AnsweredPage, end: int) -> bool:
        """A page of one row cannot be overlapped: behind it is the end where nothing was a moment ago."""
        return end <= self.reached or (page.length == 1 and end == self.empty_at)

    def _end_of_pass(self, end: int) -> None:
        if len(self.reading.seen) + self.unreadable >= end:
            self.done = True
        elif self.passes < PASSES_MAX:
            self.passes += 1
            self.start = self.reached = self.asked = self.unreadable = 0
        else:
            self._stop(UNSEEN)

    # Any other

    def _go_on_by_cursor(self, page: AnsweredPage, fresh: bool) -> None:
        if not page.length or page.cursor is None:
            self.done = True
        elif page.cursor not in self.cursors:
            self.standstills = 0 if fresh else self.standstills + 1
            self.cursors.append(page.cursor)
            self.asked = page.cursor
            if self.standstills > STANDSTILLS_MAX:
                self._stop(REPEATED)
        elif not fresh and page.cursor == self.asked and page.length < self.last_length:
            self.done = True  # The rest of the page before, again.
        else:
            self._stop(REPEATED)

    def _stop(self, doubt: str) -> None:
        self.reading.doubts.append(doubt)
        self.done = True

    def _ids(self, page: AnsweredPage) -> Sequence[Any]:
        return [row[self.reading.key] for row in page.rows]
