"""After a clone or a restore, on either side: take a new epoch and offer again what may be missing there (H7, H8).

Every mutation keeps its own id for ever, so offering it twice does no harm: the server's ledger knows what it has done.
Nothing is ever wiped here; work that was not acknowledged simply waits in the outbox again.
"""

from datetime import datetime, timedelta
from typing import Any

from twinbase.replica.fenced import fenced, recall, remember, write_state

HISTORY_KEPT = timedelta(days=45)
"""How long acknowledged mutations are kept: longer than the oldest backup that a server may be restored from."""
_OFFER = "UPDATE _twinbase_outbox SET state = 'pending', n = NULL, outcome = NULL, behind = NULL WHERE "


def take_new_epoch(connection: Any, token: str, *, chance: int, known: int = 0) -> int:
    """Begin a new line of batches and offer again what has no answer yet; answers the new epoch.

    `known`: the epoch that the server knows; ours must be later. `chance` is a random number: two copies of one file
    must not take the same epoch.
    """
    with fenced(connection, token) as state:
        epoch = _begin_epoch(connection, max(state.epoch, known), chance)
        connection.execute(_OFFER + "state = 'sent' AND outcome IS NULL")
        connection.execute(_SETTLE)
        return epoch


def offer_everything(connection: Any, token: str, *, chance: int) -> int:
    """The server's history has changed: offer acknowledged work again too, and forget where we were in it."""
    with fenced(connection, token) as state:
        _begin_epoch(connection, state.epoch, chance)
        cursor = connection.execute(_OFFER + "state IN ('sent', 'applied', 'merged')")
        write_state(connection, cursor="", resume="", generation="")
        return int(cursor.rowcount)


_SETTLE = "UPDATE _twinbase_outbox SET state = json_extract(outcome, '$.status') WHERE state = 'sent'"
"""An answered mutation of the old epoch: no later answer will name its n, so its own answer settles it."""


def _begin_epoch(connection: Any, epoch: int, chance: int) -> int:
    epoch += 1 + chance % (1 << 16)
    write_state(connection, epoch=epoch, batch_n=0, batch_hash="", acked=0)
    return epoch


def start_over(connection: Any, token: str) -> None:
    """The server does not take our cursor: begin with a first sync again; what is pending stays."""
    with fenced(connection, token):
        write_state(connection, cursor="", resume="")


def forget_old(connection: Any, token: str, now: datetime) -> int:
    """Remove acknowledged history older than any backup, once a day; answers how many mutations went."""
    today = now.date().isoformat()
    if recall(connection, "history_day") == today:
        return 0
    before = (now - HISTORY_KEPT).isoformat()
    with fenced(connection, token):
        old = "state IN ('applied', 'merged') AND at < ?"
        seqs = connection.execute(f"SELECT twin, seq FROM _twinbase_outbox WHERE {old}", (before,)).fetchall()
        for twin, seq in seqs:
            name = twin.replace('"', '""')
            connection.execute(f'DELETE FROM "_twinbase_change_{name}" WHERE seq = ?', (seq,))
        connection.execute(f"DELETE FROM _twinbase_outbox WHERE {old}", (before,))
        connection.execute("DELETE FROM _twinbase_batch WHERE frozen_at < ?", (before,))
        remember(connection, "history_day", today)
    return len(seqs)
