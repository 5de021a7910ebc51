"""Two people counted the same slot: the later count stands, whenever it was sent."""

from twinbase import Conflict, Decision
from twinbase.conflict import server_wins


def latest_count(conflict: Conflict, /) -> Decision:
    """A count and its time belong together: the later pair stays, whole. A tie goes to the server."""
    mine, theirs = conflict.mine.get("counted_at"), (conflict.theirs or {}).get("counted_at")
    if conflict.operation != "update" or conflict.theirs is None or not mine or (theirs is not None and mine <= theirs):
        return server_wins(conflict)
    # Times travel as text of one length, in UTC: the order of the texts is the order of the times.
    return Decision("merged", write=dict(conflict.mine), decided=dict.fromkeys(conflict.contested_columns(), "device"))
