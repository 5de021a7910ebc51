"""All rows of a table, in the order of its key: the first time, and whenever what has changed is not enough to know.

A first pass into an empty copy adds page after page. Any other compares, and writes what differs. Rows that EBP has no
more are found afterwards, by their keys.
"""

from twinbase_ebp.loading.keys import pack_key, unpack_key
from twinbase_ebp.loading.table_load import TableLoad


def needs_whole(work: TableLoad) -> bool:
    """Whether all rows have to be read."""
    state, run = work.notes.state, work.run
    if state is None or run.options.full or state.mode != "following" or work.spec.kind == "hash":
        return True
    if work.spec.name in run.backfill or state.fingerprint != work.spec.fingerprint:
        return True
    if work.spec.watermark and state.high is None and work.probe.high is not None:
        return True
    every = run.habits.compare_every
    return every is not None and (state.compared_at is None or state.compared_at + every <= run.now)


def read_whole(work: TableLoad) -> None:
    """Read all rows; after a kill, from where the last page ended."""
    if not _underway(work):
        _begin(work)
    state = work.notes.state
    assert state is not None
    write = work.writer.fill if state.mode == "filling" else work.writer.merge
    after = unpack_key(work.spec, state.after) if state.after is not None else None
    children, work.children = work.children, []
    for rows in work.reader.read_by_key(after):
        work.store(rows, write, after=pack_key(work.reader.key_of(rows[-1])))
    work.children = children
    # A copy that was empty can hold no row that the source has not.
    checked_at = work.run.now if state.mode == "filling" else state.checked_at
    with work.notes.begin_page():
        work.notes.keep(mode="following", after=None, compared_at=work.run.now, checked_at=checked_at)
        work.notes.note_backfilled()
    work.compared = True


def _underway(work: TableLoad) -> bool:
    state = work.notes.state
    if state is None or state.mode == "following" or work.run.options.full:
        return False
    return state.fingerprint == work.spec.fingerprint


def _begin(work: TableLoad) -> None:
    """What was seen before stays the watermark, so that what follows brings the children of rows changed since."""
    with work.notes.begin_page():
        state = work.notes.state
        mode = "comparing" if work.writer.has_rows() else "filling"
        high = state.high if state and state.high else work.probe.high
        work.notes.forget_problems()
        work.notes.keep(mode=mode, after=None, high=high, fingerprint=work.spec.fingerprint)
