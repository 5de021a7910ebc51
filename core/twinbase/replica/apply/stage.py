"""The first sync: pages are kept as they come, beside the twins, and become visible all at once.

Each page and the token to go on after it are written in one transaction: a first sync that is killed anywhere goes on
after the last page that was kept. At the end the filled tables take the place of the empty ones, in one transaction.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from twinbase.errors import HalfAnswer, NotTwinbase
from twinbase.frames import AnyFrame, Begin, Cut, End, Page, Quarantine, decode, encode, locked_twins
from twinbase.quoting import quote_name
from twinbase.registry import Registry
from twinbase.replica.apply import rebase
from twinbase.replica.apply.apply import ApplyReport, check_removal, move_cursor
from twinbase.replica.apply.doubt import update_doubts
from twinbase.replica.apply.fuse import read_removal
from twinbase.replica.apply.swap import swap_tables
from twinbase.replica.connection import Connection
from twinbase.replica.file.layout import engine_tables, twin_table
from twinbase.replica.file.local_digest import count_buckets, count_rows, local_digest
from twinbase.replica.file.names import meta_table
from twinbase.replica.file.state import recall, remember, write_state
from twinbase.replica.file.statements import Shape
from twinbase.replica.file.transaction import begin_applying, begin_fenced
from twinbase.replica.outbox.offer_again import check_server_remembers
from twinbase.replica.outbox.outcomes import retire

CACHE_KIBIBYTES = 32 * 1024


def stage_table(twin: str) -> str:
    return f"_twinbase_stage_{twin}"


def stage_meta_table(twin: str) -> str:
    return f"_twinbase_stagemeta_{twin}"


class Stage:
    """The tables that a first sync fills."""

    def __init__(self, registry: Registry, shapes: Mapping[str, Shape], token: str) -> None:
        self._registry, self._shapes, self._token = registry, shapes, token
        self.rows = 0
        self.kept: dict[str, int] = {}
        self.expected: dict[str, int] = {}
        self.end: End | None = None

    def prepare(self, connection: Connection) -> str | None:
        """The token to go on with, or None after making empty tables for a fresh start.

        What was kept for other columns is of no use: an update of the app, or of the server, begins anew.
        """
        # The indexes that are made at the end read the pages that were written last: keep more of them, decrypted.
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        tables = list(self._tables())
        with begin_fenced(connection, self._token) as state:
            made_for = sha256(repr((state.schema, tables)).encode()).hexdigest()
            if state.resume and recall(connection, "stage_for") == made_for:
                self._look_at_kept(connection)
                return state.resume
            self._drop(connection)
            write_state(connection, resume="")
            remember(connection, "stage_begin", "")
            remember(connection, "stage_for", made_for)
            for statement in tables:
                connection.execute(statement)
            return None

    def _look_at_kept(self, connection: Connection) -> None:
        """How many rows of each twin an earlier attempt has left, and how many it was to bring."""
        self.expected = self._begin(connection).expected if recall(connection, "stage_begin") else {}
        for twin in self._shapes:
            query = f"SELECT count(*) FROM {quote_name(stage_table(twin))}"
            self.kept[twin] = int(connection.execute(query).fetchone()[0])

    def _begin(self, connection: Connection) -> Begin:
        begin = decode(recall(connection, "stage_begin").encode())
        assert isinstance(begin, Begin)
        return begin

    def _tables(self) -> Iterator[str]:
        for shape in self._shapes.values():
            yield twin_table(shape.twin, self._registry, stage_table(shape.name))
            meta = engine_tables(shape.twin)[0]
            yield meta.replace(meta_table(shape.name), quote_name(stage_meta_table(shape.name)), 1)

    def discard(self, connection: Connection) -> None:
        """Forget what was kept: the server would not go on from there."""
        with begin_fenced(connection, self._token):
            self._drop(connection)
            write_state(connection, resume="")
            remember(connection, "stage_begin", "")

    def _drop(self, connection: Connection) -> None:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '_twinbase_stage*'"
        ).fetchall()
        for (name,) in names:
            connection.execute(f"DROP TABLE {quote_name(name)}")

    def take(self, connection: Connection, frames: Iterator[AnyFrame]) -> str | None:
        """Keep every page that comes; answers the token to go on with when the server cut its answer."""
        first = next(frames, None)
        if not isinstance(first, Begin):
            raise NotTwinbase("Its answer does not begin with a begin.")
        check_server_remembers(connection, first)
        self._note_begin(connection, first)
        for frame in frames:
            match frame:
                case Page():
                    self._page(connection, frame)
                case Quarantine():
                    self._quarantine(connection, frame)
                case End():
                    self.end = frame
                case Cut():
                    return frame.resume
                case _:
                    pass
        return None

    def _note_begin(self, connection: Connection, begin: Begin) -> None:
        """The first begin counts: what it says was answered is true of every page that followed."""
        with begin_fenced(connection, self._token) as state:
            if not state.resume or not recall(connection, "stage_begin"):
                remember(connection, "stage_begin", encode(begin).decode())

    def _page(self, connection: Connection, page: Page) -> None:
        shape = self._shapes[page.twin]
        stored = shape.store(page.content)
        keys, rows = len(shape.key) + 2, stored.rows
        with begin_fenced(connection, self._token) as state:
            applied = state.checkpoint + 1
            meta = [(*row[2:keys], row[0], row[1], applied, None) for row in rows]
            meta += [(*key, version, row_hash, applied, why) for version, row_hash, key, why in stored.held]
            connection.executemany(shape.insert_into(quote_name(stage_table(shape.name))), rows)
            connection.executemany(shape.meta_insert(quote_name(stage_meta_table(shape.name))), meta)
            if page.resume:
                write_state(connection, resume=page.resume)
        self.rows += len(rows)

    def _quarantine(self, connection: Connection, frame: Quarantine) -> None:
        """They come before their page: where the line broke between the two, they come once more."""
        shape = self._shapes[frame.twin]
        with begin_fenced(connection, self._token) as state:
            applied = state.checkpoint + 1
            meta = [(*shape.store_key(k), version, row_hash, applied, why) for version, row_hash, k, why in frame.rows]
            connection.executemany(shape.meta_replace(quote_name(stage_meta_table(shape.name))), meta)

    def publish(self, connection: Connection) -> ApplyReport:
        """Everything that was kept becomes visible at once, with local work on top; raises FuseBlown like `apply`."""
        if self.end is None:
            raise HalfAnswer()
        applied = ApplyReport(pulled=self.rows)
        with begin_applying(connection, self._token) as state:
            begin = self._begin(connection)
            rebase.undo(connection, self._shapes.values())
            arrived = {name: shape for name, shape in self._shapes.items() if name not in locked_twins(self.end)}
            before = {twin: count_rows(connection, twin) for twin in arrived}
            swap_tables(connection, list(arrived.values()), stage_table, stage_meta_table)
            for twin in arrived:
                count_buckets(connection, twin, meta_table(twin))
                applied.quarantined += _count_quarantined(connection, twin)
            removed = {twin: (rows - count_rows(connection, twin), rows) for twin, rows in before.items()}
            applied.keys |= dict.fromkeys(self._shapes)
            digests = {twin: local_digest(connection, twin).as_list() for twin in removed}
            check_removal(removed, begin, digests, read_removal(connection))
            applied.outcomes = retire(connection, self._shapes, begin, state)
            applied.replayed = rebase.replay(connection, self._shapes, begin, state)
            applied.digests = {twin: local_digest(connection, twin).as_list() for twin in self.end.digests}
            for twin in arrived:
                connection.execute("UPDATE _twinbase_twin SET loaded = 1, backfill = '[]' WHERE name = ?", (twin,))
            self._drop(connection)
            remember(connection, "stage_begin", "")
            update_doubts(connection, applied.digests, self.end)
            move_cursor(connection, state, begin, self.end)
        return applied


def _count_quarantined(connection: Connection, twin: str) -> int:
    query = f"SELECT count(*) FROM {meta_table(twin)} WHERE quarantined IS NOT NULL"
    return int(connection.execute(query).fetchone()[0])
