"""What the database holds of a part of a batch: read set by set, before anything is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twinbase_server.accept.batch import Change, RowId
from twinbase_server.accept.context import AcceptContext, BatchProgress
from twinbase_server.accept.ledger import find_unaccepted
from twinbase_server.accept.neighbours import Neighbours, read_neighbours
from twinbase_server.accept.rows import BatchRow, read_rows
from twinbase_server.accept.targets import Targets, read_targets
from twinbase_server.database.connection import Connection


@dataclass(frozen=True, slots=True)
class Held:
    """What the database holds of a part of a batch: the rows that it touches, as it has left them so far, those that
    foreign keys may lead to, and those that rules look at beside them.
    """

    rows: Mapping[RowId, BatchRow]
    targets: Targets
    neighbours: Neighbours


async def read_held(
    connection: Connection, accepting: AcceptContext, progress: BatchProgress, changes: Sequence[Change]
) -> Held:
    """All that is needed to decide on these changes; rows that they lack since an earlier batch are blocked."""
    rows = await read_rows(connection, accepting, progress.origins, changes)
    targets = await read_targets(connection, accepting, changes, rows)
    absent = {change.row_id for change in changes if change.op != "insert" and rows[change.row_id].stored is None}
    absent |= targets.find_missing(changes, rows)
    progress.block_since_earlier(await find_unaccepted(connection, accepting.caller.replica, absent))
    return Held(rows, targets, await read_neighbours(connection, accepting, changes, rows))
