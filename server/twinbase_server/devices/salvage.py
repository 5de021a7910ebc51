"""Salvaged edits: what was unsent on a device that was wiped. They change nothing until a person accepts them.

What was saved together on the device is accepted together, as it would have been when the device had sent it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase.protocol import Outcome
from twinbase_server.accept.batch import read_batch
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection, Pool
from twinbase_server.database.forgetting import forget_rows
from twinbase_server.devices.account import identify_account
from twinbase_server.devices.stand_in import make_stand_in, push_as, stand_in_of
from twinbase_server.problems import ProblemError

SALVAGED_MAX = 100_000
"""Edits of one device. Nobody types more, and whoever has stolen one fills nothing up."""


class NotSalvaged(TwinbaseError):
    """No salvaged edit with this id waits. `twinbase salvage list` shows which do."""


@dataclass(frozen=True, slots=True)
class SalvagedEdit:
    """One edit, whose it was, and what became of it; `outcome` is None while it waits. `mutation`: as it was sent."""

    id: UUID
    account: str
    device_name: str
    replica: UUID
    tx: str
    offset_ms: int
    mutation: dict[str, Any]
    salvaged_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    outcome: str | None
    detail: str | None


async def salvage_batch(connection: Connection, replica: UUID, body: bytes, now: datetime) -> int:
    """Keep the edits of a batch; answers how many. What came before, or is settled already, is not kept again."""
    batch, raw = read_batch(body), json.loads(body)["mutations"]
    room = SALVAGED_MAX - int(await connection.fetchval(_COUNT, replica))
    if len(raw) > room:
        raise ProblemError("batch-too-large", f"Of one device {SALVAGED_MAX} edits are kept.", limit=max(room, 0))
    ids = [sent.id for sent in batch.mutations]
    txs = [json.dumps(sent.tx) for sent in batch.mutations]
    edits = [json.dumps(one) for one in raw]
    await connection.execute(_KEEP, ids, txs, edits, replica, batch.offset_ms, now, stand_in_of(str(replica)))
    return len(ids)


async def list_salvaged(
    connection: Connection, *, id: UUID | None = None, decided: bool = False
) -> Sequence[SalvagedEdit]:
    """The edits that wait, or one; with those that were `decided`. In the order in which they were typed."""
    rows = await connection.fetch(_LIST, id, decided)
    return [SalvagedEdit(**{**row, "mutation": json.loads(row["mutation"])}) for row in rows]


async def discard_salvaged(connection: Connection, id: UUID, by: str, now: datetime) -> int:
    """Decide against an edit, and what was saved together with it; answers how many."""
    edits = await _read_together(connection, id)
    await _decide(connection, [(edit.id, "discarded", "") for edit in edits], by, now)
    return len(edits)


async def forget_decided(connection: Connection, before: datetime) -> int:
    """Delete what was decided before, of devices that have wiped themselves since; answers how many.

    A device that was told to, and then switched off, may hand its edits over again: they are not to be decided twice.
    What waits for a person is never deleted.
    """
    return await forget_rows(connection, _FORGET, before)


async def accept_salvaged(pool: Pool, plugins: Plugins, id: UUID, by: str, now: datetime) -> Sequence[Outcome]:
    """Do what the edit says, and what was saved together with it, with the rights that the account has now.

    It goes the way of every push: what others wrote meanwhile is a conflict, and what is not allowed is refused.
    """
    async with pool.acquire() as connection:
        edits = await _read_together(connection, id)
        caller = await _stand_in(connection, plugins, edits[0], now)
    mutations = [edit.mutation for edit in edits]
    answer = await push_as(pool, plugins, caller, mutations, now, offset_ms=edits[0].offset_ms)
    async with pool.acquire() as connection:
        decided = [(UUID(str(one.id)), one.status, one.detail) for one in answer.outcomes]
        await _decide(connection, decided, by, now)
    return answer.outcomes


async def _stand_in(connection: Connection, plugins: Plugins, edit: SalvagedEdit, now: datetime) -> Caller:
    """Who pushes in place of a device that may not push any more: the account, with what it may do now."""
    identity = plugins.roles.grant(await identify_account(connection, plugins, edit.account))
    return await make_stand_in(connection, identity, str(edit.replica), f"salvaged of {edit.device_name}", now)


async def _read_together(connection: Connection, id: UUID) -> Sequence[SalvagedEdit]:
    one = await list_salvaged(connection, id=id)
    if not one:
        raise NotSalvaged(f"{id}.")
    return [edit for edit in await list_salvaged(connection) if (edit.replica, edit.tx) == (one[0].replica, one[0].tx)]


async def _decide(connection: Connection, decided: Sequence[tuple[UUID, str, str]], by: str, now: datetime) -> None:
    await connection.executemany(_DECIDE, [(id, now, by, outcome, detail) for id, outcome, detail in decided])


_COUNT = "SELECT count(*) FROM twinbase.salvaged WHERE replica = $1"
_KEEP = """
INSERT INTO twinbase.salvaged (id, tx, mutation, replica, offset_ms, salvaged_at)
SELECT m.id, m.tx, m.mutation, $4, $5, $6
FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS m (id, tx, mutation, position)
WHERE NOT EXISTS (SELECT FROM twinbase.ledger l
    WHERE l.mutation = m.id AND l.replica IN ($4, $7) AND l.status <> 'deferred')
AND NOT EXISTS (SELECT FROM twinbase.settled s WHERE s.mutation = m.id)
ORDER BY m.position ON CONFLICT DO NOTHING
"""
_LIST = """
SELECT s.id, r.account, coalesce(r.device_name, '') AS device_name, s.replica, s.tx, s.offset_ms, s.mutation,
    s.salvaged_at, s.decided_at, s.decided_by, s.outcome, s.detail
FROM twinbase.salvaged s JOIN twinbase.replica r ON r.id = s.replica
WHERE ($1::uuid IS NULL OR s.id = $1) AND ($2 OR s.decided_at IS NULL) ORDER BY s.position
"""
_DECIDE = """
UPDATE twinbase.salvaged SET decided_at = $2, decided_by = $3, outcome = $4, detail = $5
WHERE id = $1 AND decided_at IS NULL
"""
_FORGET = """
WITH gone AS (
    DELETE FROM twinbase.salvaged WHERE id IN (
        SELECT s.id FROM twinbase.salvaged s JOIN twinbase.replica r ON r.id = s.replica AND r.wiped_at IS NOT NULL
        WHERE s.decided_at < $1 ORDER BY s.decided_at LIMIT $2 FOR UPDATE OF s SKIP LOCKED)
    RETURNING id)
SELECT count(*) FROM gone
"""
