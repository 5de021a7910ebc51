"""What the file says of its proof: the sums that it keeps of each twin, counted once more from its rows."""

from dataclasses import dataclass

from twinbase.digest import HALF_BITS, HALF_MASK
from twinbase.replica.connection import Connection
from twinbase.replica.file.local_digest import local_digest, read_digest
from twinbase.replica.file.names import meta_table
from twinbase.replica.file.state import FileState, read_state, recall
from twinbase.replica.sync.condition import PROVEN_NOTE

_COUNTED = f"SELECT count(*), sum(hash >> {HALF_BITS}), sum(hash & {HALF_MASK}) FROM {{}}"


@dataclass(frozen=True, slots=True)
class TwinProof:
    """The digest of one twin, as the server compares it: rows, and two sums over their hashes.

    `agrees`: the sums that are kept are those of the rows.
    """

    twin: str
    rows: int
    high: int
    low: int
    agrees: bool


@dataclass(frozen=True, slots=True)
class FileProof:
    """`state`: whose file it is, and when it was last synced; `proven_at`: when all of it was last proven."""

    state: FileState
    proven_at: str
    twins: list[TwinProof]


def read_proof(connection: Connection) -> FileProof:
    """The whole of it; it reads one small entry for each row of the file."""
    names = [name for (name,) in connection.execute("SELECT name FROM _twinbase_twin ORDER BY name")]
    return FileProof(read_state(connection), _read_moment(connection), [_read_twin(connection, name) for name in names])


def _read_moment(connection: Connection) -> str:
    """A file that was never synced has no notes."""
    is_there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_twinbase_sync'").fetchone()
    return recall(connection, PROVEN_NOTE) if is_there else ""


def _read_twin(connection: Connection, twin: str) -> TwinProof:
    kept = local_digest(connection, twin)
    counted = read_digest(*connection.execute(_COUNTED.format(meta_table(twin))).fetchone())
    return TwinProof(twin, kept.rows, kept.high, kept.low, kept == counted)
