"""Whatever a list is like, its reading ends: with all rows, or with the error that marks nothing."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twinbase_ninjaone.client.board_paging import page_board
from twinbase_ninjaone.client.paging import AnsweredPage, ListReading, page_after_ids, page_from_anchor
from twinbase_ninjaone.client.rows import is_whole_log, last_id
from twinbase_ninjaone.errors import NotWhole

PAGE_ROWS = 10
OVERLAP_ROWS = 4
Cursor = Literal["offset", "offset and page", "key", "none", "none, and it repeats", "the same, and it repeats"]
CURSORS: Sequence[Cursor] = (
    "offset", "offset and page", "key", "none", "none, and it repeats", "the same, and it repeats",
)  # fmt: skip
SIZES = st.one_of(st.integers(0, 3), st.sampled_from([9, 10, 11, 19, 20, 21]), st.integers(0, 60))
CAPS = st.one_of(st.integers(1, 3), st.integers(1, 15))


@dataclass
class Board:
    """A board that answers at most `cap` rows at a time, in the order that it has."""

    ids: list[int]
    cap: int
    cursor: Cursor = "offset"
    shuffled: random.Random | None = None
    calls: int = 0

    async def ask(self, cursor: int | None) -> AnsweredPage:
        self.calls += 1
        assert self.calls < 100 + 12 * len(self.ids), "it is asked for ever"
        if self.shuffled:
            self.shuffled.shuffle(self.ids)
        start = self._start(cursor)
        rows = [{"id": id} for id in self.ids[start : start + min(self.cap, PAGE_ROWS)]]
        return AnsweredPage(rows, len(rows), self._cursor(start, rows))

    def _start(self, cursor: int | None) -> int:
        if self.cursor.endswith("repeats"):
            return 0
        if self.cursor == "key":
            return self.ids.index(cursor - 5000) + 1 if cursor is not None else 0
        return cursor or 0

    def _cursor(self, start: int, rows: list[dict[str, int]]) -> int | None:
        match self.cursor:
            case "offset":
                return start + len(rows)
            case "offset and page":
                return start + PAGE_ROWS
            case "key":
                return 5000 + rows[-1]["id"] if rows else None
            case "the same, and it repeats":
                return 7
            case _:
                return None


async def everything(pages: AsyncIterator[list[Any]]) -> tuple[list[int], NotWhole | None]:
    """The ids that came, and the error behind them."""
    found: list[int] = []
    try:
        async for page in pages:
            found += [row["id"] for row in page]
    except NotWhole as doubt:
        return found, doubt
    return found, None


async def read_board(board: Board) -> tuple[list[int], NotWhole | None]:
    return await everything(page_board(board.ask, "id", overlap_rows=OVERLAP_ROWS, page_rows=PAGE_ROWS))


@given(size=SIZES, cap=CAPS, cursor=st.sampled_from(CURSORS), order=st.randoms(use_true_random=False))
@example(size=1, cap=500, cursor="offset", order=random.Random(0))
@example(size=1, cap=500, cursor="none, and it repeats", order=random.Random(0))
async def test_a_board_of_any_size_cap_and_order_comes_whole_or_with_an_error(
    size: int, cap: int, cursor: Cursor, order: random.Random
) -> None:
    ids = [*range(1001, 1001 + size)]
    order.shuffle(ids)
    found, doubt = await read_board(Board(ids, cap, cursor))
    assert len(found) == len(set(found)) and set(found) <= set(ids)
    assert doubt or set(found) == set(ids)


@pytest.mark.parametrize("cursor", ["offset", "offset and page", "none"])
@pytest.mark.parametrize("cap", [2, 3, 9, 10, 500])
@pytest.mark.parametrize("size", [0, 1, 2, 9, 10, 11, 19, 20, 21])
async def test_a_board_whose_cursor_counts_rows_is_no_reason_for_doubt(size: int, cap: int, cursor: Cursor) -> None:
    found, doubt = await read_board(Board([*range(size)], cap, cursor))
    assert (sorted(found), doubt) == ([*range(size)], None)


@given(size=SIZES, cap=CAPS, chance=st.randoms(use_true_random=False))
async def test_a_board_that_is_in_another_order_at_each_call_is_read_whole_or_doubted(
    size: int, cap: int, chance: random.Random
) -> None:
    board = Board([*range(size)], cap, "offset", shuffled=chance)
    found, doubt = await read_board(board)
    assert doubt or sorted(found) == [*range(size)]


async def test_a_board_that_repeats_its_page_says_what_is_wrong_after_a_few_calls() -> None:
    board = Board([*range(30)], 10, "none, and it repeats")
    found, doubt = await read_board(board)
    assert found == [*range(10)] and board.calls < 10
    assert "The same rows come again, whatever is asked for" in str(doubt)


Anchor = Literal["position", "below", "above", "ignored"]


@dataclass
class Log:
    """A log, or a list after ids: at most `cap` rows of those that stand where the anchor says."""

    ids: list[int]
    cap: int
    anchor: Anchor = "position"
    included: bool = False
    kinds: dict[int, str] = field(default_factory=dict)
    calls: int = 0

    async def ask(self, anchor: int | None) -> AnsweredPage:
        self.calls += 1
        assert self.calls < 10 + 2 * len(self.ids), "it is asked for ever"
        found = self.ids if anchor is None else self._behind(anchor)
        rows = [{"id": id, "create_time": None, "type": self.kinds.get(id, "COMMENT")} for id in found[: self.cap]]
        return AnsweredPage(rows, len(rows))

    def _behind(self, anchor: int) -> list[int]:
        match self.anchor:
            case "position":
                return self.ids[self.ids.index(anchor) + (not self.included) :]
            case "below":
                return [id for id in self.ids if id < anchor or (self.included and id == anchor)]
            case "above":
                return [id for id in self.ids if id > anchor or (self.included and id == anchor)]
            case "ignored":
                return self.ids


def described(ids: list[int]) -> dict[int, str]:
    """Each ticket's first entry is its description."""
    return {min(ids): "DESCRIPTION"} if ids else {}


async def read_log(log: Log) -> tuple[list[int], NotWhole | None]:
    reading = ListReading("id")
    return await everything(page_from_anchor(log.ask, reading, "create_time", anchor=last_id, is_all=is_whole_log))


@given(size=SIZES, cap=st.integers(2, 15), anchor=st.sampled_from(["position", "below", "above", "ignored"]),
       oldest_first=st.booleans(), included=st.booleans())  # fmt: skip
async def test_a_log_of_any_size_and_cap_comes_whole_or_with_an_error(
    size: int, cap: int, anchor: Anchor, oldest_first: bool, included: bool
) -> None:
    ids = [*range(size)] if oldest_first else [*range(size)][::-1]
    found, doubt = await read_log(Log(ids, cap, anchor, included, described(ids)))
    assert len(found) == len(set(found))
    assert doubt or set(found) == set(ids)


@given(size=st.integers(0, 60), cap=st.integers(1, 15), order=st.randoms(use_true_random=False))
async def test_a_log_in_no_order_comes_whole_or_with_an_error(size: int, cap: int, order: random.Random) -> None:
    ids = [*range(size)]
    order.shuffle(ids)
    found, doubt = await read_log(Log(ids, cap, "position"))
    assert doubt or set(found) == set(ids)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 6, 50])
@pytest.mark.parametrize("included", [False, True])
@pytest.mark.parametrize("oldest_first", [False, True])
async def test_a_log_that_is_cut_is_no_reason_for_doubt_where_it_can_be_gone_on_with(
    size: int, included: bool, oldest_first: bool
) -> None:
    ids = [*range(size)] if oldest_first else [*range(size)][::-1]
    found, doubt = await read_log(Log(ids, 5, "position", included, described(ids)))
    assert (found, doubt) == (ids, None)


async def test_a_log_that_shows_its_beginning_is_asked_for_once() -> None:
    log = Log([9, 8, 7], 500, kinds=described([7]))
    assert await read_log(log) == ([9, 8, 7], None) and log.calls == 1


async def test_a_log_whose_anchor_goes_nowhere_is_whole_only_where_it_shows_its_beginning() -> None:
    assert (await read_log(Log([9, 8, 7], 500, "ignored", kinds=described([7]))))[1] is None
    assert (await read_log(Log([7, 8, 9], 500, "ignored", kinds=described([7]))))[1] is not None


@given(size=SIZES, cap=st.integers(2, 15), anchor=st.sampled_from(["position", "above", "ignored"]),
       included=st.booleans(), order=st.randoms(use_true_random=False), shuffled=st.booleans())  # fmt: skip
async def test_a_list_after_ids_comes_whole_or_with_an_error(
    size: int, cap: int, anchor: Anchor, included: bool, order: random.Random, shuffled: bool
) -> None:
    """One that comes in no order from a server that goes by the id could lack anything: then its order shows it."""
    ids = [*range(size)]
    if shuffled and anchor != "above":
        order.shuffle(ids)
    found, doubt = await everything(page_after_ids(Log(ids, cap, anchor, included).ask, "id"))
    assert doubt or set(found) == set(ids)


Asking = Callable[[Any], Awaitable[AnsweredPage]]


def spoiled(ask: Asking, unreadable: set[int]) -> Asking:
    """The same answers, with rows that cannot be read."""

    async def asked(cursor: Any) -> AnsweredPage:
        page = await ask(cursor)
        return AnsweredPage([row for row in page.rows if row["id"] not in unreadable], page.length, page.cursor)

    return asked


@given(size=SIZES, cap=CAPS, spoil=st.sets(st.integers(0, 60), max_size=5))
async def test_rows_that_cannot_be_read_hide_no_others(size: int, cap: int, spoil: set[int]) -> None:
    ids = [*range(size)]
    readable = set(ids) - spoil
    board = page_board(spoiled(Board(ids, cap).ask, spoil), "id", overlap_rows=OVERLAP_ROWS, page_rows=PAGE_ROWS)
    for pages in (board, page_after_ids(spoiled(Log(ids, cap, "above").ask, spoil), "id")):
        found, doubt = await everything(pages)
        assert set(found) <= readable
        assert doubt or set(found) == readable
