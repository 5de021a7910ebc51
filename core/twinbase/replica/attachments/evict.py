"""Making room: what the server surely has goes from the device, that which was not shown for longest first."""

from collections.abc import Collection

from twinbase.replica.attachments.contents import note_gone, sum_bytes
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.connection import Connection

_SENT = "sha256 NOT IN (SELECT sha256 FROM _twinbase_upload WHERE stage NOT IN ('stored', 'discarded'))"
_EVICTABLE = (
    "SELECT content.sha256, content.size FROM _twinbase_content content LEFT JOIN _twinbase_content original"
    " ON original.sha256 = content.thumbnail_of WHERE content.here = 1"
    f" AND coalesce(original.stored, content.stored) AND coalesce(original.sha256, content.sha256) IN"
    f" (SELECT sha256 FROM _twinbase_content WHERE {_SENT})"
    # Pictures first, their thumbnails when nothing else is left: lists live on those.
    " ORDER BY content.thumbnail_of IS NOT NULL, content.used_at, content.sha256"
)


def evict_sent(connection: Connection, store: ContentStore, budget_bytes: int, spared: Collection[str]) -> int:
    """Keep within the budget, as far as that can be: what is unsent never goes, however much it is, nor what is
    `spared`, since somebody or a row waits for it. Call it in a transaction that may write; answers how many went."""
    excess, gone = sum_bytes(connection) - budget_bytes, 0
    if excess <= 0:
        return 0
    for sha256, size in connection.execute(_EVICTABLE).fetchall():
        if sha256 in spared:
            continue
        store.remove(sha256)
        note_gone(connection, sha256)
        gone, excess = gone + 1, excess - size
        if excess <= 0:
            break
    return gone
