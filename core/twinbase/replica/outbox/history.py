"""Acknowledged mutations, kept for a while: a server that is restored from a backup is offered them again."""

from datetime import datetime, timedelta

from twinbase.protocol import HISTORY_DAYS
from twinbase.replica.connection import Connection
from twinbase.replica.file.names import changes_table
from twinbase.replica.file.state import recall, remember
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox.kept_decisions import forget_decisions
from twinbase.replica.outbox.states import SENT, TAKEN

HISTORY_KEPT = timedelta(days=HISTORY_DAYS)
"""How long acknowledged mutations are kept: longer than the oldest backup that a server may be restored from."""


def forget_old(connection: Connection, token: str, now: datetime) -> int:
    """Remove history that was acknowledged longer ago than any backup, once a day; answers how many mutations went.

    What counts is when it was acknowledged, however long ago it was typed: a backup of the day before lacks it. A
    device's clock that is ahead ages nothing.
    """
    today = now.date().isoformat()
    if recall(connection, "history_day") == today:
        return 0
    with begin_fenced(connection, token) as state:
        before = min([now, *([datetime.fromisoformat(state.synced_at)] if state.synced_at else [])]) - HISTORY_KEPT
        times = before.isoformat(), int(before.timestamp())
        young = "SELECT n FROM _twinbase_batch WHERE frozen_at >= ?1 OR answered >= ?2"
        old = f"{TAKEN} AND at < ?1 AND coalesce(n, 0) NOT IN ({young})"
        seqs = connection.execute(f"SELECT twin, seq FROM _twinbase_outbox WHERE {old}", times).fetchall()
        for twin, seq in seqs:
            connection.execute(f"DELETE FROM {changes_table(twin)} WHERE seq = ?", (seq,))
        connection.execute(f"DELETE FROM _twinbase_outbox WHERE {old}", times)
        connection.execute(
            "DELETE FROM _twinbase_batch WHERE frozen_at < ?1 AND answered < ?2"
            f" AND n NOT IN (SELECT n FROM _twinbase_outbox WHERE {SENT} AND n IS NOT NULL)",
            times,
        )
        forget_decisions(connection, before + HISTORY_KEPT)
        remember(connection, "history_day", today)
    return len(seqs)
