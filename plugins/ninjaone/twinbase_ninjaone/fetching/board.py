"""What the boards say of tickets: which there are, and when each was updated last."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.errors import NinjaOneError, UnexpectedAnswer
from twinbase_ninjaone.fetching.context import ENDS_THE_RUN, Fetch
from twinbase_ninjaone.fetching.keeping import keep_cursor, read_cursor
from twinbase_ninjaone.tables import NinjaBoard, SyncCursor, table_of

LOOKS_MAX = 3
FIRST_LOOK_ROWS = 100
ORDER = "boards in order"
EVER = datetime.min.replace(tzinfo=UTC)
SeenTickets = dict[int, NinjaRow]


@dataclass
class Look:
    """What the boards showed. `whole`: all that was asked for; `in_order`: those updated last came first."""

    seen: SeenTickets = field(default_factory=dict)
    whole: bool = True
    in_order: bool = True


async def look(run: Fetch, since: datetime | None) -> Look:
    """The tickets updated since then (None: all of them), by id.

    A board that fails stops no other. Where it has shown something before it failed, that is taken and the look is not
    whole; where none has shown anything, its failure is ours. Raises what the next call would meet too.
    """
    taken = Look()
    failures: list[NinjaOneError] = []
    floor = since if await _were_in_order(run) else None
    for board in await _boards(run):
        try:
            await _look_at(run, board, floor, taken)
        except ENDS_THE_RUN:
            raise
        except NinjaOneError as failure:
            failures.append(failure)
            run.failed[f"board {board}"] = str(failure)
    if failures and not taken.seen:
        raise failures[0]
    taken.whole = not failures
    await _note_order(run, taken, asked_for_all=floor is None)
    run.tell("board", len(taken.seen), len(taken.seen))
    return taken


async def _look_at(run: Fetch, board: int, floor: datetime | None, taken: Look) -> None:
    """A ticket that is updated while a board is read moves to its top, behind our back. So after more than one page the
    top is looked at again, until it holds nothing new."""
    for _ in range(LOOKS_MAX):
        newest, pages = await _read(run, board, floor, taken)
        if pages < 2 or newest is None:
            return
        floor = newest


async def _were_in_order(run: Fetch) -> bool:
    """Whether the last look at all tickets found the boards in order: only then a page says what comes below it."""
    async with run.connection.begin():
        return (await read_cursor(run.connection, ORDER)).full_at is not None


async def _note_order(run: Fetch, taken: Look, *, asked_for_all: bool) -> None:
    if taken.in_order and not (asked_for_all and taken.whole):
        return
    async with run.connection.begin():
        await keep_cursor(run.connection, SyncCursor(resource=ORDER, full_at=run.now if taken.in_order else None))


async def _boards(run: Fetch) -> Sequence[int]:
    """The one that is set; else those that show everything; else all of them together."""
    if run.settings.board_id is not None:
        return [run.settings.board_id]
    boards = table_of(NinjaBoard)
    statement = select(boards.c.id, boards.c.conditions).where(boards.c.deleted_at.is_(None)).order_by(boards.c.id)
    async with run.connection.begin():
        known = (await run.connection.execute(statement)).all()
    if not known:
        raise UnexpectedAnswer("There is no ticket board. Set TWINBASE_NINJAONE_BOARD_ID to the one with all tickets.")
    everything = [board for board, conditions in known if not _has_conditions(conditions)]
    return everything[:1] or [board for board, _ in known]


def _has_conditions(conditions: Mapping[str, object] | None) -> bool:
    return any((conditions or {}).values())


async def _read(run: Fetch, board: int, floor: datetime | None, taken: Look) -> tuple[datetime | None, int]:
    """Add what a board shows down to `floor`; answers its newest update when the reading began, and its pages."""
    newest: datetime | None = None
    pages = 0
    rows_per_page = None if floor is None else min(FIRST_LOOK_ROWS, run.settings.page_rows)
    async with aclosing(run.ninja.read_board(board, page_rows=rows_per_page)) as reading:
        async for page in reading:
            updates = _updates(page)
            taken.in_order = taken.in_order and updates == sorted(updates, reverse=True)
            newest = newest or max(updates, default=None)
            pages += 1
            for row in page:
                _add(taken.seen, row)
            run.tell("board", len(taken.seen), None)
            if floor is not None and _is_below(updates, floor):
                break
    return newest, pages


def _updates(page: Sequence[NinjaRow]) -> list[datetime]:
    updates = [row["last_updated"] for row in page if row["last_updated"] is not None]
    if page and not updates:
        raise UnexpectedAnswer("The ticket board does not show when a ticket was updated. Add the column Last Updated.")
    return updates


def _is_below(updates: Sequence[datetime], floor: datetime) -> bool:
    """Whether all that follows was updated before; only a page that is in order can say so."""
    return list(updates) == sorted(updates, reverse=True) and updates[-1] < floor


def _add(seen: SeenTickets, row: NinjaRow) -> None:
    """The newest of two readings of a ticket counts; what is fetched afterwards is at least as new."""
    before = seen.get(row["id"])
    if before is None or (row["last_updated"] or EVER) > (before["last_updated"] or EVER):
        seen[row["id"]] = row
