"""How much room a file takes on the device, what of it can be had back, and what the network may cost."""

from dataclasses import dataclass

from twinbase.replica import Replica
from twinbase.replica.attachments.evict import evict_sent
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.connection import Connection
from twinbase.replica.file.content_tables import read_content_key


@dataclass(frozen=True, slots=True)
class SpaceUsed:
    """In bytes. `unsent`: photos that are nowhere but on this device; `sent`: those that the server has."""

    rows: int
    sent: int
    unsent: int


async def read_space(replica: Replica) -> SpaceUsed:
    """How much room the file and its photos take now."""
    files = await replica.attachments.read_usage()
    beside = (replica.path, replica.path.with_name(f"{replica.path.name}-wal"))
    rows = sum(path.stat().st_size for path in beside if path.exists())
    return SpaceUsed(rows, files.bytes - files.unsent_bytes, files.unsent_bytes)


async def free_space(replica: Replica) -> int:
    """Remove the photos that the server has; they come again when somebody opens them. Answers how many went."""
    key = await replica.database.look(read_content_key)
    store = ContentStore(replica.path, key)

    def evict(connection: Connection) -> int:
        return evict_sent(connection, store, 0, "")

    gone: int = await replica.database.write(evict)
    return gone


async def set_metered(replica: Replica, metered: bool) -> None:
    """Whether the network costs money: then no photo is sent by itself."""
    replica.attachments.metered = metered
