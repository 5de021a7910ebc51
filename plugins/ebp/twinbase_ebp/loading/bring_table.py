"""What is done with a table in one run, whatever kind it is of."""

from twinbase_ebp.loading.compare_keys import bring_by_keys, is_comparison_due, remove
from twinbase_ebp.loading.deletion_notes import find_noted
from twinbase_ebp.loading.follow import follow
from twinbase_ebp.loading.keyless import replace_what_differs
from twinbase_ebp.loading.read_whole import needs_whole, read_whole
from twinbase_ebp.loading.table_load import TableLoad
from twinbase_ebp.loading.watermarks import is_before


def bring(work: TableLoad) -> None:
    """Make the copy of one table what the source is; `work.probe` says how the source looked a moment ago."""
    state = work.notes.state
    if work.spec.kind == "keyless":
        replace_what_differs(work)
        return
    went_back = state is not None and is_before(work.probe.high, state.high)
    if needs_whole(work):
        read_whole(work)
    follow(work)
    _delete_noted(work)
    if (went_back or is_comparison_due(work)) and not bring_by_keys(work):
        read_whole(work)
        follow(work)
        bring_by_keys(work)


def _delete_noted(work: TableLoad) -> None:
    gone = find_noted(work, work.run.habits.votes)
    if gone:
        with work.target.begin():
            rows = work.writer.count()
        remove(work, gone, rows)
