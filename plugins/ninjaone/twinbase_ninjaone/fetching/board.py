"""What the boards say of tickets: which there are, and when each was updated last."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from sqlalchemy import select

from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.errors import UnexpectedAnswer
from twinbase_ninjaone.fetching.context import Fetch
from twinbase_ninjaone.tables import NinjaBoard, table_of

LOOKS_MAX = 3
FIRST_LOOK_ROWS = 100
EVER = datetime.min.replace(tzinfo=UTC)
SeenTickets = dict[int, NinjaRow]


async def look(run: Fetch, since: datetime | None) -> SeenTickets:
    """The tickets updated since then (None: all of them), by id.

    A ticket that is updated while a board is read moves to its top, behind our back. So after more than one page the
    top is looked at again, until it holds nothing new.
    """
    seen: SeenTickets = {}
    for board in await _boards(run):
        floor = since
        for _ in range(LOOKS_MAX):
            newest, pages = await _read(run, board, floor, seen)
            if pages < 2 or newest is None:
                break
            floor = newest
    run.tell("board", len(seen), len(seen))
    return seen


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


async def _read(run: Fetch, board: int, floor: datetime | None, seen: SeenTickets) -> tuple[datetime | None, int]:
    """Add what a board shows down to `floor`; answers its newest update when the reading began, and its pages."""
    newest: datetime | None = None
    pages = 0
    rows_per_page = None if floor is None else min(FIRST_LOOK_ROWS, run.settings.page_rows)
    async with aclosing(run.ninja.read_board(board, page_rows=rows_per_page)) as reading:
        async for page in reading:
            updates = _updates(page)
            newest = newest or max(updates, default=None)
            pages += 1
            for row in page:
                _add(seen, row)
            run.tell("board", len(seen), None)
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
