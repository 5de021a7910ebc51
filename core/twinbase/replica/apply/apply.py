"""Step 6: one checkpoint becomes visible, in one transaction.

Undo what is pending, write what the server sent, retire what it answered, put what is still pending on top, move the
cursor. SIGKILL anywhere leaves the file before or after it; readers never see the middle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twinbase.frames import AnyFrame, Begin, Buckets, End, Page, Quarantine, Removed, WireRow
from twinbase.quoting import quote_names
from twinbase.replica.apply import rebase
from twinbase.replica.apply.doubt import update_doubts
from twinbase.replica.apply.fuse import CONFIRMED_AFTER, FuseBlown, Removal, is_confirmed, is_unusual, read_removal
from twinbase.replica.apply.upsert import write_rows
from twinbase.replica.connection import Connection
from twinbase.replica.file.local_digest import Changes, count_rows, local_digest
from twinbase.replica.file.names import meta_table
from twinbase.replica.file.state import FileState, write_state
from twinbase.replica.file.statements import Shape
from twinbase.replica.file.transaction import begin_applying, begin_fenced
from twinbase.replica.outbox.outcomes import retire

KEYS_REPORTED_MAX = 10_000


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """One whole answer: where it comes from, its frames in order, where it ends."""

    begin: Begin
    frames: Iterable[AnyFrame]
    end: End


@dataclass
class ApplyReport:
    """What an apply did. `keys`: the changed rows per twin, None where there are too many to list."""

    pulled: int = 0
    removed: int = 0
    quarantined: int = 0
    replayed: rebase.Replayed = field(default_factory=rebase.Replayed)
    keys: dict[str, list[WireRow] | None] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, list[int]] = field(default_factory=dict)


def apply(connection: Connection, shapes: Mapping[str, Shape], checkpoint: Checkpoint, *, token: str) -> ApplyReport:
    """Write one checkpoint; raises FuseBlown, having changed nothing, when it removes too much to be believed at once.

    Whoever catches that notes the removal (`fuse.note_removal`), so that a later answer can confirm it.
    """
    applied = ApplyReport()
    with begin_applying(connection, token) as state:
        for twin, keys in rebase.undo(connection, shapes.values()).items():
            applied.keys[twin] = list(keys)
        work = _Work(connection, shapes, applied, state.checkpoint + 1)
        for frame in checkpoint.frames:
            work.take(frame)
        work.finish()
        check_removal(work.count_removals(), checkpoint.begin, checkpoint.end.digests, read_removal(connection))
        applied.outcomes = retire(connection, shapes, checkpoint.begin, state)
        applied.replayed = rebase.replay(connection, shapes, checkpoint.begin, state)
        keep_end(connection, state, checkpoint, applied)
    return applied


def confirm(connection: Connection, checkpoint: Checkpoint, *, token: str) -> ApplyReport:
    """Compare rows that were shown already with the digests of their moment, and move on to the cursor of its end."""
    applied = ApplyReport()
    with begin_fenced(connection, token) as state:
        keep_end(connection, state, checkpoint, applied)
    return applied


def keep_end(connection: Connection, state: FileState, checkpoint: Checkpoint, applied: ApplyReport) -> None:
    """What the end of an answer says, kept with its cursor; part of the transaction of its rows, if there are any."""
    applied.digests = {twin: local_digest(connection, twin).as_list() for twin in checkpoint.end.digests}
    update_doubts(connection, applied.digests, checkpoint.end)
    move_cursor(connection, state, checkpoint.begin, checkpoint.end)


class _Work:
    """The frames of one checkpoint on their way into the file."""

    def __init__(self, connection: Connection, shapes: Mapping[str, Shape], applied: ApplyReport, number: int) -> None:
        self.connection, self.shapes, self.applied, self.number = connection, shapes, applied, number
        self.changes: dict[str, Changes] = {}
        self.removed: dict[str, int] = {}
        self.full: dict[str, set[tuple[Any, ...]]] = {}

    def take(self, frame: AnyFrame) -> None:
        match frame:
            case Page():
                self._page(frame)
            case Removed():
                shape = self.shapes[frame.twin]
                self._remove(shape, [shape.store_key(key) for key in frame.keys])
            case Quarantine():
                self._quarantine(frame)
            case Buckets():
                self._close_buckets(frame.twin)
                self._open_buckets(frame)
            case _:
                pass

    def finish(self) -> None:
        """Remove what did not come in the buckets that came whole, and write the sums."""
        for twin in list(self.full):
            self._close_buckets(twin)
        for twin, changes in self.changes.items():
            changes.write(self.connection, twin)

    def count_removals(self) -> dict[str, tuple[int, int]]:
        """(rows removed, rows before) of every twin that lost some."""
        return {t: (gone, count_rows(self.connection, t) + gone) for t, gone in self.removed.items()}

    def _page(self, page: Page) -> None:
        shape = self.shapes[page.twin]
        if page.columns is not None and tuple(page.columns) != shape.columns:
            self._backfill(Shape(shape.twin, tuple(page.columns)), page.content)
            return
        stored = shape.store(page.content)
        self._note(shape, [(row[0], row[1], shape.key_of(row)) for row in stored.rows], None)
        write_rows(self.connection, shape, stored.rows)
        self._hold(shape, stored.held)
        self.applied.pulled += len(stored.rows)

    def _backfill(self, shape: Shape, content: list[WireRow]) -> None:
        """A backfill: new columns of rows that are here. Rows that are not come whole, with the pull that follows.

        The new hash vouches for the whole row, so it is kept only where the other columns are the server's: `was` is
        the hash of the row without the new ones.
        """
        was = {tuple(shape.store_key(values[: len(shape.key)])): hash_ for _, _, hash_, *values in content}
        stored = shape.store([[version, row_hash, *values] for version, row_hash, _, *values in content])
        self._hold(shape, stored.held)
        rows = stored.rows
        old = [self._hash(shape, shape.key_of(row)) for row in rows]
        same = [row for row, here in zip(rows, old, strict=True) if was[tuple(shape.key_of(row))] == here]
        here = [row for row, known in zip(rows, old, strict=True) if known is not None]
        self._note(shape, [(row[0], row[1], shape.key_of(row)) for row in same], None)
        self.connection.executemany(shape.fill, here)
        self.applied.pulled += len(here)

    def _hash(self, shape: Shape, key: WireRow) -> int | None:
        found = self.connection.execute(shape.old_hash, key).fetchone()
        return None if found is None else int(found[0])

    def _quarantine(self, frame: Quarantine) -> None:
        """A row that cannot be carried counts in the proof, and is not shown."""
        shape = self.shapes[frame.twin]
        self._hold(
            shape, [(version, row_hash, shape.store_key(key), why) for version, row_hash, key, why in frame.rows]
        )

    def _hold(self, shape: Shape, rows: Iterable[tuple[int, int, WireRow, str]]) -> None:
        for version, row_hash, key, reason in rows:
            self._note(shape, [(version, row_hash, key)], reason)
            self.connection.execute(shape.delete, key)
            self.applied.quarantined += 1

    def _note(self, shape: Shape, rows: list[tuple[int, int, WireRow]], quarantined: str | None) -> None:
        """Keep the proof of rows that came: version, hash, sums."""
        changes = self.changes.setdefault(shape.name, Changes())
        came = self.full.get(shape.name)
        find, connection = shape.old_hash, self.connection
        for _, row_hash, key in rows:
            old = connection.execute(find, key).fetchone()
            if old is not None:
                changes.remove(old[0])
            changes.add(row_hash)
            if came is not None:
                came.discard(tuple(key))
        meta = [(*key, version, row_hash, self.number, quarantined) for version, row_hash, key in rows]
        connection.executemany(shape.meta_upsert, meta)
        self._report(shape.name, [key for _, _, key in rows])

    def _remove(self, shape: Shape, keys: list[WireRow]) -> None:
        changes = self.changes.setdefault(shape.name, Changes())
        for key in keys:
            old = self.connection.execute(shape.old_hash, key).fetchone()
            if old is None:
                continue
            changes.remove(old[0])
            self.connection.execute(shape.meta_delete, key)
            self.connection.execute(shape.delete, key)
            self.removed[shape.name] = self.removed.get(shape.name, 0) + 1
            self.applied.removed += 1
        self._report(shape.name, keys)

    def _open_buckets(self, frame: Buckets) -> None:
        """From here on, what is in these buckets and does not come will go."""
        shape = self.shapes[frame.twin]
        mask = (1 << frame.bits) - 1
        marks = ", ".join("?" * len(frame.buckets))
        query = f"SELECT {quote_names(shape.kept_key)} FROM {meta_table(shape.name)} WHERE hash & {mask} IN ({marks})"
        self.full[frame.twin] = {tuple(key) for key in self.connection.execute(query, frame.buckets)}

    def _close_buckets(self, twin: str) -> None:
        missing = self.full.pop(twin, None)
        if missing:
            self._remove(self.shapes[twin], [list(key) for key in missing])

    def _report(self, twin: str, keys: list[WireRow]) -> None:
        known = self.applied.keys.setdefault(twin, [])
        if known is not None and keys:
            self.applied.keys[twin] = [*known, *keys] if len(known) + len(keys) <= KEYS_REPORTED_MAX else None


def check_removal(
    removed: Mapping[str, tuple[int, int]], begin: Begin, digests: Mapping[str, Sequence[int]], first: Removal | None
) -> None:
    """Raise FuseBlown when (rows removed, rows before) of a twin is unusual and no earlier answers said the same."""
    hurt = [twin for twin, (gone, before) in removed.items() if is_unusual(gone, before)]
    removal = Removal(begin.claims, {twin: tuple(digests.get(twin, ())) for twin in hurt}, begin.time)
    if hurt and not is_confirmed(first, removal):
        rows = ", ".join(f"{removed[twin][0]} rows of {twin}" for twin in hurt)
        raise FuseBlown(
            f"{rows}: believed when it is said again {CONFIRMED_AFTER.seconds // 60} minutes later.", removal
        )


def move_cursor(connection: Connection, state: FileState, begin: Begin, end: End) -> None:
    """The cursor and everything that is true at its moment; part of the apply's transaction."""
    write_state(
        connection,
        checkpoint=state.checkpoint + 1,
        cursor=end.cursor,
        resume="",
        generation=begin.generation,
        claims=begin.claims,
        as_of=begin.as_of,
        synced_at=begin.time,
        acked=max(state.acked, begin.last_n) if begin.epoch == state.epoch else state.acked,
    )
