"""What a pull starts from: all that it asks the file before it asks the server, in one visit of the thread."""

from dataclasses import dataclass, field

from twinbase.replica.apply.doubt import read_doubts
from twinbase.replica.connection import Connection
from twinbase.replica.file.reread import reread_file
from twinbase.replica.file.state import FileState, read_state
from twinbase.replica.sync.backfill import Unfetched, read_unfetched
from twinbase.replica.sync.condition import read_condition
from twinbase.replica.sync.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class PullStart:
    """`doubts`: twins that have to be proven by a digest, with the causes; `was_reread`: all of them were looked at
    again; `condition`: what the device tells of itself."""

    state: FileState
    unfetched: Unfetched = field(default_factory=Unfetched)
    doubts: dict[str, list[str]] = field(default_factory=dict)
    was_reread: bool = False
    condition: dict[str, str] = field(default_factory=dict)


async def find_start(exchange: Exchange) -> PullStart:
    """Where this pull starts; without a cursor it is a first sync, and nothing else is known."""
    return await exchange.thread.run(_read_start, exchange)


def _read_start(connection: Connection, exchange: Exchange) -> PullStart:
    state = read_state(connection)
    if not state.cursor:
        return PullStart(state=state)
    # Of a twin that an update of the app has taken away nobody will say any more that it is equal.
    doubts = {twin: why for twin, why in read_doubts(connection).items() if twin in exchange.pulled}
    return PullStart(
        state=state,
        unfetched=read_unfetched(connection, exchange.pulled),
        doubts=doubts,
        was_reread=reread_file(connection, exchange.token, exchange.pulled.values(), doubts, now=exchange.clock()),
        condition=read_condition(connection, exchange.path),
    )
