"""What has changed since the last run: rows by their watermark, rows without one, and rows that were not taken."""

from twinbase_ebp.loading.keys import pack_key
from twinbase_ebp.loading.table_load import TableLoad
from twinbase_ebp.loading.watermarks import is_before, start_of_reading


def follow(work: TableLoad) -> None:
    """Read what is new, from a while before the latest that was seen; what is there already is not written again."""
    _try_problems_again(work)
    state = work.notes.state
    if work.spec.watermark is None or state is None:
        return
    if work.probe.undated:
        for rows in work.reader.read_undated():
            work.store(rows)
    if state.high is not None:
        habits = work.run.habits
        begin = start_of_reading(state.high, work.run.now, habits.time_zone, habits.overlap)
        for rows, moment in work.reader.read_since(begin):
            known = work.notes.state.high if work.notes.state else None
            work.store(rows, high=moment if is_before(known, moment) else known)


def _try_problems_again(work: TableLoad) -> None:
    """Rows that PostgreSQL did not take: somebody may have corrected them, or the table."""
    keys = work.notes.read_problem_keys()
    if keys:
        work.store_again(keys)
        with work.notes.begin_page():
            work.notes.settle_problems([key for key in keys if tuple(pack_key(key)) not in work.refused])
