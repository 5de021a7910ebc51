"""The visits of a day as blocks on a line of hours: from when to when, and beside which others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from twinbase_presentation.screens.visit_rows import VisitRow

MIDNIGHT = 24 * 60
LANES_MAX = 24


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """From `start` to `end`, in minutes of its day. Of those that overlap each has a `lane` of so many `lanes`.

    `more`: the visits, `row` among them, that one block stands for: there is no room for each of them.
    """

    row: VisitRow
    start: int
    end: int
    lane: int = 0
    lanes: int = 1
    more: tuple[VisitRow, ...] = ()


def make_blocks(rows: Iterable[VisitRow], day: date, shortest: int, lanes: int = LANES_MAX) -> tuple[PlannedBlock, ...]:
    """Blocks of these visits on this day, those without a time left out. What is shorter than `shortest` minutes is
    drawn as long as that, and no more than so many `lanes` stand beside each other: a finger has to hit each."""
    blocks = sorted(
        (PlannedBlock(row, *span) for row in rows if (span := _find_span(row, day, shortest)) is not None),
        key=lambda block: (block.start, -block.end, str(block.row.id)),
    )
    placed: list[PlannedBlock] = []
    group: list[PlannedBlock] = []
    for block in blocks:
        if group and block.start >= max(one.end for one in group):
            placed += _place_group(group, lanes)
            group = []
        group.append(block)
    return tuple([*placed, *_place_group(group, lanes)])


def _find_span(row: VisitRow, day: date, shortest: int) -> tuple[int, int] | None:
    """What began the day before begins at midnight, and what ends the day after ends then."""
    start, end = row.visit.start, row.visit.end
    if start is None:
        return None
    first = _count_minutes(start, day)
    last = max(_count_minutes(end, day) if end is not None else first, first + shortest)
    if last > MIDNIGHT:
        return max(min(first, MIDNIGHT - shortest), 0), MIDNIGHT
    return first, last


def _count_minutes(moment: datetime, day: date) -> int:
    """Minutes since the midnight of the day on the clock of the wall, between 0 and 24 hours."""
    if moment.date() != day:
        return 0 if moment < datetime.combine(day, time.min, moment.tzinfo) else MIDNIGHT
    return moment.hour * 60 + moment.minute


def _place_group(group: Sequence[PlannedBlock], most: int) -> list[PlannedBlock]:
    """Those that overlap, each in the first lane that is free when it begins; the last one is for all that are left."""
    ends: list[int] = []
    placed = []
    for block in group:
        lane = next((number for number, end in enumerate(ends) if end <= block.start), len(ends))
        ends[lane : lane + 1] = [block.end]
        placed.append(replace(block, lane=lane))
    if len(ends) <= most:
        return [replace(block, lanes=len(ends)) for block in placed]
    kept = [replace(block, lanes=most) for block in placed if block.lane < most - 1]
    return [*kept, _gather([block for block in placed if block.lane >= most - 1], most)]


def _gather(blocks: Sequence[PlannedBlock], lanes: int) -> PlannedBlock:
    """One block in the last lane for all of these."""
    start, end = min(block.start for block in blocks), max(block.end for block in blocks)
    rows = tuple(block.row for block in blocks)
    return PlannedBlock(rows[0], start, end, lanes - 1, lanes, rows)
