"""Who comes in: whether his file has been filled, and what he is called in it."""

from uuid import UUID

from twinbase.replica import Replica, ReplicaSession
from twinbase.replica.file.state import read_state
from twinbase_mobile.tables import Colleague


async def has_synced(replica: Replica) -> bool:
    """Whether a first sync has come to its end."""
    return bool((await replica.database.look(read_state)).synced_at)


async def read_first_and_last(session: ReplicaSession, me: UUID) -> str:
    """The name of a colleague, as the office writes it; "" where there is none."""
    row = await session.get(Colleague, me)
    return "" if row is None else " ".join(part for part in (row.first_name, row.last_name) if part)
