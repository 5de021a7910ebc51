"""What the ledger and the journal need not keep any more. Of every edit its id stays, so that none has effect twice.

An entry is kept, however old it is, until its device has confirmed it: whatever a device asks that was away (what its
last batch came to, whether a row is its own) is answered as if it had never been away. A file out of an older backup
may ask for what has gone: then the id says that it was settled, and how.
"""

from datetime import datetime

from twinbase_server.accept.reasons import CONTESTED_ONCE, REFUSED_ONCE
from twinbase_server.database.connection import Connection
from twinbase_server.database.forgetting import forget_rows


async def forget_entries(connection: Connection, before: datetime) -> int:
    """Of entries from before, which no device waits for, keep ids and statuses alone; answers of how many."""
    return await forget_rows(connection, _FORGET_ENTRIES, before)


async def forget_journal(connection: Connection, before: datetime) -> int:
    """Delete lines of the journal from before: nobody can write them back any more. Answers how many. What waits for
    the office's answer stays."""
    return await forget_rows(connection, _FORGET_JOURNAL, before)


def recall_outcome(id: str, status: str) -> dict[str, object]:
    """The outcome of an edit of which no more is known."""
    if status in ("applied", "merged"):
        return {"id": id, "status": status}
    why = CONTESTED_ONCE if status == "conflict" else REFUSED_ONCE
    # Which one a parked edit was behind is not known any more; it was not written either.
    outcome = "refused" if status == "parked" else status
    return {"id": id, "status": outcome, "reason": why.reason, "detail": why.detail}


# One statement: nobody ever sees an edit that is in neither table. What was put off was never settled.
_FORGET_ENTRIES = """
WITH old AS (
    SELECT l.mutation FROM twinbase.ledger l LEFT JOIN twinbase.replica r
        ON r.id = l.replica AND r.epoch = l.epoch AND l.n > r.acked
        AND r.wiped_at IS NULL AND NOT r.of_office
    WHERE l.at < $1 AND r.id IS NULL ORDER BY l.at LIMIT $2 FOR UPDATE OF l SKIP LOCKED
), gone AS (
    DELETE FROM twinbase.ledger l USING old WHERE l.mutation = old.mutation RETURNING l.mutation, l.hash, l.status
), kept AS (
    INSERT INTO twinbase.settled (mutation, hash, status)
    SELECT mutation, ('x' || left(hash, 16))::bit(64)::bigint, status FROM gone WHERE status <> 'deferred'
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM gone
"""
_FORGET_JOURNAL = """
WITH gone AS (
    DELETE FROM twinbase.journal WHERE id IN (
        SELECT id FROM twinbase.journal
        WHERE at < $1 AND NOT (asks AND settled_at IS NULL) ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING id)
SELECT count(*) FROM gone
"""
