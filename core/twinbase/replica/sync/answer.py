"""Step 5, seen from the device: collect one answer until it is whole.

A small answer stays in memory; a large one is spilled into the (encrypted) file, frame by frame: memory is bounded,
and the lock of the apply is short, because everything is here before it begins.
"""

from collections.abc import Callable, Iterable, Iterator

from twinbase.errors import HalfAnswer, NotTwinbase
from twinbase.frames import AnyFrame, Begin, Buckets, Cut, End, Page, Quarantine, Removed, RowsReady, decode, encode
from twinbase.replica.apply.apply import Checkpoint
from twinbase.replica.connection import Connection
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox.offer_again import check_server_remembers

ROWS_IN_MEMORY = 5_000
Show = Callable[[Connection, RowsReady], bool]
"""Shows the rows that came; False when they must wait for the end of the answer."""


class Collector:
    """Collects the frames of one answer, over several requests when the line breaks or the server cuts."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._begin: Begin | None = None
        self.end: End | None = None
        self._kept: list[AnyFrame] = []
        self._rows = 0
        self._spilled = False
        self.resume: str | None = None
        self.shown: RowsReady | None = None
        """What the server said when all rows had come, once they are shown."""

    @property
    def is_whole(self) -> bool:
        return self.end is not None

    def take(self, connection: Connection, frames: Iterator[AnyFrame], show: Show) -> None:
        """Keep the frames of one request; what came before a break stays kept, and `resume` says where to go on."""
        first = next(frames, None)
        if not isinstance(first, Begin):
            raise NotTwinbase("Its answer does not begin with a begin.")
        check_server_remembers(connection, first)
        # Of a resumed answer the first begin counts: what it says was answered is true of every page that followed.
        self._begin = self._begin or first
        try:
            for frame in frames:
                self._keep(connection, frame)
                if isinstance(frame, RowsReady) and show(connection, frame):
                    self.shown = frame
                    self._drop(connection)
        except HalfAnswer:
            if self.resume is None:
                self._forget(connection)
            raise

    def _keep(self, connection: Connection, frame: AnyFrame) -> None:
        if isinstance(frame, Cut):
            self.resume = frame.resume
        elif isinstance(frame, End):
            self.end = frame
        elif not isinstance(frame, RowsReady):
            self._kept.append(frame)
            self._rows += _size(frame)
            if isinstance(frame, Page) and frame.resume:
                self.resume = frame.resume
            if self._rows > ROWS_IN_MEMORY:
                self._spill(connection)

    def _spill(self, connection: Connection) -> None:
        with begin_fenced(connection, self._token):
            connection.executemany(
                "INSERT INTO _twinbase_spill (frame) VALUES (?)", [(encode(frame),) for frame in self._kept]
            )
        self._kept, self._rows, self._spilled = [], 0, True

    def _forget(self, connection: Connection) -> None:
        """Nothing says where to go on: ask for all of it again."""
        self._begin = None
        self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        self._kept, self._rows = [], 0
        self.clear(connection)

    def clear(self, connection: Connection) -> None:
        if self._spilled:
            with begin_fenced(connection, self._token):
                connection.execute("DELETE FROM _twinbase_spill")
            self._spilled = False

    def make_checkpoint(self, connection: Connection, end: End) -> Checkpoint:
        """What is kept, ending so."""
        assert self._begin is not None
        return Checkpoint(self._begin, self._frames(connection), end)

    def _frames(self, connection: Connection) -> Iterable[AnyFrame]:
        if self._spilled:
            for (frame,) in connection.execute("SELECT frame FROM _twinbase_spill ORDER BY seq"):
                yield decode(bytes(frame))
        yield from self._kept


def _size(frame: AnyFrame) -> int:
    match frame:
        case Page():
            return len(frame.content)
        case Removed():
            return len(frame.keys)
        case Quarantine():
            return len(frame.rows)
        case Buckets():
            return 1
        case _:
            return 0
