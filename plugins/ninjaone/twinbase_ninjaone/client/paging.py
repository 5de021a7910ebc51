"""NinjaOne's four ways to answer a list that is longer than one answer.

1. The whole list at once: there is nothing to page.
2. After an id: `page_after_ids`.
3. A board: `page_shifting`, whose cursor behaves as an offset into a list that is being changed while it is read.
4. From an anchor: `page_from_anchor`, for the log of a ticket; activities go back from an id in the same way.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.errors import UnexpectedAnswer, Unreachable

STEPS_BACK_MAX = 20


async def page_after_ids(ask: Callable[[Any], Awaitable[list[NinjaRow]]], key: str) -> AsyncIterator[list[NinjaRow]]:
    """Pages of a list, each asked for after the last id of the one before (None: from the start).

    It ends at a page without a new id. A short page would end it one call earlier; but how many rows a page may have
    at most is not documented, and with a limit below ours the first page would look like the whole list.
    """
    seen: set[Any] = set()
    last: Any = None
    while fresh := _unseen(page := await ask(last), key, seen):
        yield fresh
        last = page[-1][key]


async def page_from_anchor(
    ask: Callable[[Any], Awaitable[list[NinjaRow]]], key: str, page_rows: int
) -> AsyncIterator[list[NinjaRow]]:
    """Pages of a list, each anchored at the last id of the one before; a page that is not full is the last."""
    seen: set[Any] = set()
    last: Any = None
    while fresh := _unseen(page := await ask(last), key, seen):
        yield fresh
        last = page[-1][key]
        if len(page) < page_rows:
            return


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One answer of a board. `cursor`: what it gave to go on with."""

    rows: Sequence[NinjaRow]
    cursor: int | None


async def page_shifting(
    ask: Callable[[int | None], Awaitable[BoardPage]], key: str, overlap_rows: int
) -> AsyncIterator[list[NinjaRow]]:
    """Pages of a list under an offset, each row once, and none left out when rows move while it is read.

    Each page begins `overlap_rows` before the end of the last. If it repeats none of the rows seen, more rows than that
    have left the list above it: then it goes back until one is repeated. A page that holds nothing new is the end only
    where it reaches no further than those before: else as many rows have come in above. Whether the cursor is an offset
    is observed, not documented; one that does not count rows is passed on as it came.
    """
    seen: set[Any] = set()
    start, reached, steps_back = 0, 0, 0
    asked: int | None = None
    while True:
        page = await ask(asked)
        ids = [row[key] for row in page.rows]
        if start and not seen.intersection(ids):
            steps_back += 1
            if steps_back > STEPS_BACK_MAX:
                raise Unreachable("The board changes faster than it can be read.")
            start = asked = max(start - overlap_rows * 2**steps_back, 0)
            reached = 0
            continue
        fresh = _unseen(page.rows, key, seen)
        end = start + len(page.rows)
        counts_rows = page.cursor in (None, end)
        if fresh:
            yield fresh
        elif end <= reached or not counts_rows:
            return
        overlap = min(overlap_rows, len(page.rows) // 2)
        if counts_rows:
            start, reached = max(end - overlap, start + 1), end
            asked = start
        elif page.cursor == asked:
            raise UnexpectedAnswer("A board gave the same cursor twice.")
        else:
            start, asked = 0, page.cursor


def _unseen(rows: Sequence[NinjaRow], key: str, seen: set[Any]) -> list[NinjaRow]:
    """The rows that were not seen before, and they are seen now."""
    fresh = {row[key]: row for row in rows if row[key] not in seen}
    seen.update(fresh)
    return list(fresh.values())
