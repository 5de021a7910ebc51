"""NinjaOne's ways to answer a list that is longer than one answer: a pager each.

1. The whole list at once: there is nothing to page.
2. After an id: `page_after_ids`.
3. From an anchor: `page_from_anchor`, for the log of a ticket; activities go back from an id in the same way.
4. A board, by a cursor: see `board_paging.py`.

How many rows an answer may have at most, whether an anchor is in its page, in which order rows come: none of it is
documented. So the end of a list is what the server says when it is asked for more, never a page that looks short. Each
pager ends, in a bounded number of calls: with all rows, or with NotWhole behind those that came.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.errors import NotWhole

PAGES_MAX = 10_000
REPEATED = "the same rows come again, whatever is asked for"
UNORDERED = "its rows come in no order"


@dataclass(frozen=True, slots=True)
class AnsweredPage:
    """One answer. `length`: how many rows it held, read or not. `cursor`: what it gave to go on with."""

    rows: Sequence[NinjaRow]
    length: int
    cursor: int | None = None

    @property
    def unreadable(self) -> int:
        return self.length - len(self.rows)


@dataclass
class ListReading:
    """What has come of a list, each row once, and what makes it doubtful that this is all of it.

    `needs_all`: whether a row that cannot be read is such a doubt.
    """

    key: str
    needs_all: bool = True
    rows: list[NinjaRow] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    pages: int = 0

    def take(self, page: AnsweredPage) -> list[NinjaRow]:
        """The rows that are new."""
        self.pages += 1
        if self.pages > PAGES_MAX:
            self.doubts.append(f"it does not end after {PAGES_MAX} pages")
            self.finish()
        if page.unreadable and (self.needs_all or not page.rows):
            self.doubts.append(f"{page.unreadable} rows could not be read")
        fresh = {row[self.key]: row for row in page.rows if row[self.key] not in self.seen}
        self.seen.update(fresh)
        self.rows += fresh.values()
        return list(fresh.values())

    def stop(self, page: AnsweredPage, last: int | None) -> None:
        """A page brought nothing new: that is the end where it is the row alone that was gone on from."""
        if page.rows and [row[self.key] for row in page.rows] != [last]:
            self.doubts.append(REPEATED)

    def finish(self) -> None:
        """Raises NotWhole where there is a doubt."""
        if self.doubts:
            raise NotWhole(f"{'; '.join(dict.fromkeys(self.doubts))}.".capitalize(), rows=self.rows)


async def page_after_ids(
    ask: Callable[[int | None], Awaitable[AnsweredPage]], key: str
) -> AsyncIterator[list[NinjaRow]]:
    """Pages of a list in the order of its ids, each asked for after the last id of the one before it."""
    reading = ListReading(key)
    last: int | None = None
    while (page := await ask(last)).length:
        fresh = reading.take(page)
        if not fresh:
            reading.stop(page, last)
            break
        yield fresh
        last = page.rows[-1][key]
    if not _rises(row[key] for row in reading.rows):
        reading.doubts.append(UNORDERED)
    reading.finish()


async def page_from_anchor(
    ask: Callable[[int | None], Awaitable[AnsweredPage]],
    reading: ListReading,
    moment: str,
    *,
    anchor: Callable[[Sequence[NinjaRow]], int],
    is_all: Callable[[Sequence[NinjaRow]], bool] = lambda rows: False,
) -> AsyncIterator[list[NinjaRow]]:
    """Pages of a list in the order of its keys or of `moment`, up or down, each from `anchor` of the one before.

    `is_all`: whether rows show by themselves that there are no others.
    """
    last: int | None = None
    while (page := await ask(last)).length:
        fresh = reading.take(page)
        if not fresh:
            reading.stop(page, last)
            break
        yield fresh
        if is_all(reading.rows):
            break
        last = anchor(page.rows)
    if not any(_goes_one_way(row[column] for row in reading.rows) for column in (reading.key, moment)):
        reading.doubts.append(UNORDERED)
    reading.finish()


def _goes_one_way(values: Iterable[Any]) -> bool:
    known = [value for value in values if value is not None]
    return _rises(known) or _rises(reversed(known))


def _rises(values: Iterable[Any]) -> bool:
    return all(first <= second for first, second in pairwise(values))
