"""After a clone or a restore, on either side: take a new epoch and offer again what may be missing there (H7, H8).

Every mutation keeps its own id for ever, so offering it twice does no harm: the server's ledger knows what it has done.
Nothing is ever wiped here; work that was not acknowledged simply waits in the outbox again.
"""

from twinbase.errors import ServerRefused
from twinbase.frames import Begin
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import read_state, write_state
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.outbox.states import ANSWERED, IN_FLIGHT, count_transactions_in_flight, offer, refuse_in_flight


def take_new_epoch(connection: Connection, token: str, *, chance: int, known: int = 0) -> int:
    """Begin a new line of batches and offer again all that no pull has confirmed; answers the new epoch.

    What was answered is among it: the server that answered may have been restored since, and another copy of this file
    may have hidden that by syncing first. Where nothing was lost the ledger gives the same answers again.

    `known`: the epoch that the server knows; ours must be later. `chance` is a random number: two copies of one file
    must not take the same epoch.
    """
    with begin_fenced(connection, token) as state:
        epoch = _begin_epoch(connection, max(state.epoch, known), chance)
        offer(connection, taken_too=False)
        return epoch


def offer_everything(connection: Connection, token: str, *, chance: int) -> int:
    """The server's history has changed: offer acknowledged work again too, and forget where we were in it."""
    with begin_fenced(connection, token) as state:
        _begin_epoch(connection, state.epoch, chance)
        write_state(connection, cursor="", resume="", generation="")
        return offer(connection, taken_too=True)


def _begin_epoch(connection: Connection, epoch: int, chance: int) -> int:
    epoch += 1 + chance % (1 << 16)
    write_state(connection, epoch=epoch, batch_n=0, batch_hash="", acked=0)
    return epoch


def bytes_in_flight(connection: Connection) -> int:
    """How large the batch is that has no answer yet: a proxy that refuses it does not say what it would take."""
    query = (
        "SELECT length(body) FROM _twinbase_batch WHERE n = (SELECT n FROM _twinbase_outbox"
        f" WHERE {IN_FLIGHT} LIMIT 1) ORDER BY epoch DESC LIMIT 1"
    )
    row = connection.execute(query).fetchone()
    return 0 if row is None else int(row[0])


def set_aside_too_large(connection: Connection, token: str) -> int:
    """Refuse the one local transaction that the batch in flight holds; answers how many mutations that were.

    It is never torn, so the server would object for ever and everything behind it would wait. Answers 0 when the batch
    holds several of them: then smaller batches are the way.
    """
    with begin_fenced(connection, token):
        if count_transactions_in_flight(connection) != 1:
            return 0
        return refuse_in_flight(connection, "too-large", _TOO_LARGE)


_TOO_LARGE = (
    "It was saved in one go with more than the server takes at once. Save it again in smaller parts, or discard it."
)


def check_server_remembers(connection: Connection, begin: Begin) -> None:
    """Raise the problem `generation` when the server has forgotten a batch that it answered, and `forked` when it may,
    or when it has batches of this file that the file does not know.

    It was restored to a time before that batch. Our cursor may be older than its backup, so that every milestone in it
    is known there; then the number of the last batch is all that tells. Where another copy of this file has taken a
    later epoch, that number is the copy's: what was answered is offered once more. `begin` must have been asked for
    after our push.
    """
    state = read_state(connection)
    query = f"SELECT id, n FROM _twinbase_outbox WHERE {ANSWERED}"
    sent: dict[str, int] = dict(connection.execute(query).fetchall())
    answered = max(state.acked, *sent.values(), 0)
    if answered and (begin.epoch, begin.last_n) < (state.epoch, answered):
        raise ServerRefused(409, "generation", "The server has forgotten what it had acknowledged.")
    if begin.epoch == state.epoch and begin.last_n > state.batch_n:
        said = (
            f"The server has batch {begin.last_n} of this file, which knows of {state.batch_n}: a copy of it has synced"
            ", it is out of a backup, or it has lost its newest changes. Type again what is not there after this sync."
        )
        raise ServerRefused(409, "forked", said, epoch=begin.epoch, lost=said)
    if begin.epoch > state.epoch and sent.keys() - {str(outcome["id"]) for outcome in begin.outcomes}:
        raise ServerRefused(409, "forked", "A copy of this file has synced meanwhile.", epoch=begin.epoch)


def start_over(connection: Connection, token: str) -> None:
    """The server does not take our cursor: begin with a first sync again; what is pending stays."""
    with begin_fenced(connection, token):
        write_state(connection, cursor="", resume="")
