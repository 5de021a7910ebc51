"""What a person decides about deliveries: try again, hold, release; and the list to decide by."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase_server.database.connection import Connection


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A delivery as people see it: not what is in it."""

    id: UUID
    destination: str
    state: str
    said: str
    attempts: int
    author: str
    twin: str
    row_key: str
    action: str
    mutation: UUID
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which deliveries: these, or all when none are named; to this destination, or to any."""

    ids: tuple[UUID, ...] = ()
    destination: str = ""


async def list_deliveries(
    connection: Connection, state: str = "", destination: str = "", limit: int = 50
) -> list[ListedDelivery]:
    """The newest first."""
    return [ListedDelivery(**row) for row in await connection.fetch(_LIST, state, destination, limit)]


async def retry(connection: Connection, chosen: Chosen, now: datetime) -> list[UUID]:
    """Refused ones wait again, and waiting ones need wait no longer. Answers which.

    Not those whose row has had a later delivery handed over since: they would undo it.
    """
    return await _change(connection, _RETRY, chosen, now)


async def hold(connection: Connection, chosen: Chosen) -> list[UUID]:
    """Waiting ones are kept back. Answers which."""
    return await _change(connection, _HOLD, chosen)


async def release(connection: Connection, chosen: Chosen, now: datetime) -> list[UUID]:
    """Held ones wait again. Answers which."""
    return await _change(connection, _RELEASE, chosen, now)


async def _change(connection: Connection, statement: str, chosen: Chosen, *more: Any) -> list[UUID]:
    rows = await connection.fetch(statement, list(chosen.ids), chosen.destination, *more)
    return [row["id"] for row in rows]


_LIST = """
SELECT id, destination, state, said, attempts, author, twin, row_key, action, mutation, created_at, next_at, sent_at,
    acknowledged_at
FROM twinbase.deliveries WHERE ($1 = '' OR state = $1) AND ($2 = '' OR destination = $2) ORDER BY n DESC LIMIT $3
"""
_CHOSEN = "(cardinality($1::uuid[]) = 0 OR d.id = ANY ($1)) AND ($2 = '' OR d.destination = $2)"
_RETRY = f"""
UPDATE twinbase.deliveries d SET state = 'waiting', next_at = $3
WHERE {_CHOSEN} AND (d.state = 'waiting' OR (d.state = 'refused' AND NOT EXISTS (
    SELECT FROM twinbase.deliveries e
    WHERE e.destination = d.destination AND e.twin = d.twin AND e.row_key = d.row_key AND e.n > d.n
    AND e.state IN ('sent', 'acknowledged'))))
RETURNING d.id
"""
_HOLD = f"UPDATE twinbase.deliveries d SET state = 'held' WHERE {_CHOSEN} AND d.state = 'waiting' RETURNING d.id"
_RELEASE = f"""
UPDATE twinbase.deliveries d SET state = 'waiting', next_at = $3 WHERE {_CHOSEN} AND d.state = 'held' RETURNING d.id
"""
