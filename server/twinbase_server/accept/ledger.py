"""The ledger: how far a replica's pushes have come, and what became of every mutation that was offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from twinbase_server.accept.batch import RowId
from twinbase_server.accept.forget import recall_outcome
from twinbase_server.accept.rows import key_text
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection
from twinbase_server.database.errors import Raced
from twinbase_server.revocation import check_device, turned_away_sql


@dataclass(frozen=True, slots=True)
class LastBatch:
    """Where a replica stands: its epoch and its last batch. `xid`: the transaction that holds the lock on it."""

    epoch: int
    last_n: int
    last_hash: str
    xid: int


class LedgerEntry(NamedTuple):
    """One mutation that was settled: `outcome` as it was answered, as JSON."""

    id: str
    twin: str
    op: str
    key: str
    status: str
    outcome: str
    wrote_at: datetime
    content_hash: str


@dataclass(frozen=True, slots=True)
class SettledMutation:
    """A mutation that the ledger holds already. `mine`: of this replica, or of another one of the same account; of old
    ones that is not known. `hash_begins`: how the hash of its content begins, or all of it."""

    outcome: dict[str, object]
    hash_begins: str
    mine: bool
    deferred: bool

    def is_of(self, content_hash: str) -> bool:
        """Whether what is offered now is this very mutation, and may be told what became of it."""
        return self.mine and content_hash.startswith(self.hash_begins)


async def lock_replica(connection: Connection, caller: Caller) -> LastBatch:
    """Where the caller's replica stands, locked until the commit: two batches of one device never run side by side."""
    asked = (caller.replica, caller.session, caller.claims_version)
    row = await connection.fetchrow(_LOCK, *asked)
    if row is None:
        await connection.execute(_ENROL, caller.replica, caller.identity.subject, caller.epoch)
        row = await connection.fetchrow(_LOCK, *asked)
    assert row is not None
    check_device(row["account"], caller, row["turned_away"])
    return LastBatch(row["epoch"], row["last_n"], row["last_hash"], row["xid"])


_ENROL = "INSERT INTO twinbase.replica (id, account, epoch) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_LOCK = f"""
SELECT r.account, {turned_away_sql("$2::uuid", "$3::bigint")} AS turned_away, r.epoch, r.last_n, r.last_hash,
    pg_current_xact_id()::text::bigint AS xid
FROM twinbase.replica r WHERE r.id = $1 FOR UPDATE OF r
"""


async def advance(connection: Connection, caller: Caller, n: int, batch_hash: str, now: datetime) -> None:
    """The replica's last batch is this one."""
    await connection.execute(_ADVANCE, caller.replica, caller.epoch, n, batch_hash, now)


_ADVANCE = """
UPDATE twinbase.replica SET epoch = $2, last_n = $3, last_hash = $4, last_seen = $5,
    acked = CASE epoch WHEN $2 THEN acked ELSE 0 END
WHERE id = $1
"""


async def find_settled(connection: Connection, ids: Sequence[str], caller: Caller) -> dict[str, SettledMutation]:
    """Of these mutations, those that were settled before; of old ones the ledger has let all but the status go."""
    rows = await connection.fetch(_KNOWN, ids, caller.replica, caller.identity.subject)
    return {str(row["mutation"]): _settled(row) for row in rows}


def _settled(row: asyncpg.Record) -> SettledMutation:
    encoded, status = row["outcome"], row["status"]
    outcome = msgspec.json.decode(encoded) if encoded else recall_outcome(str(row["mutation"]), status)
    return SettledMutation(outcome, row["hash"], row["mine"], status == "deferred")


_KNOWN = """
SELECT l.mutation, l.outcome::text, l.hash, l.status, l.replica = $2 OR coalesce(r.account = $3, false) AS mine
FROM unnest($1::uuid[]) AS m(id)
JOIN twinbase.ledger l ON l.mutation = m.id
LEFT JOIN twinbase.replica r ON r.id = l.replica
UNION ALL
SELECT s.mutation, NULL, lpad(to_hex(s.hash), 16, '0'), s.status, true
FROM unnest($1::uuid[]) AS m(id)
JOIN twinbase.settled s ON s.mutation = m.id
"""


async def forget_deferred(connection: Connection, known: dict[str, SettledMutation]) -> dict[str, SettledMutation]:
    """What was put off is not settled: it is decided anew, and its entry goes. The others."""
    deferred = [id for id, one in known.items() if one.deferred and one.mine]
    if deferred:
        await connection.execute("DELETE FROM twinbase.ledger WHERE mutation = ANY($1::uuid[])", deferred)
    return {id: one for id, one in known.items() if not (one.deferred and one.mine)}


async def note_offered_again(connection: Connection, ids: Sequence[str], caller: Caller, n: int) -> None:
    """The outcomes of these belong to this batch now, so that a pull tells them should the answer be lost."""
    await connection.execute(_AGAIN, ids, caller.replica, caller.epoch, n)


_AGAIN = "UPDATE twinbase.ledger SET replica = $2, epoch = $3, n = $4 WHERE mutation = ANY($1::uuid[])"


async def find_unaccepted(connection: Connection, replica: UUID, row_ids: Iterable[RowId]) -> dict[RowId, str]:
    """Of these absent rows, those whose last insert by this replica was not accepted: which mutation they wait for."""
    names = {(name, key_text(key)): (name, key) for name, key in row_ids}
    if not names:
        return {}
    rows = await connection.fetch(_UNACCEPTED, replica, [n for n, _ in names], [k for _, k in names])
    waiting = [row for row in rows if row["status"] in ("refused", "parked")]
    return {names[row["twin"], row["key"]]: str(row["mutation"]) for row in waiting}


_UNACCEPTED = """
SELECT DISTINCT ON (l.twin, l.key) l.twin, l.key, l.status,
    coalesce((l.outcome ->> 'behind')::uuid, l.mutation) AS mutation
FROM unnest($2::text[], $3::text[]) AS m(twin, key)
JOIN twinbase.ledger l ON l.op = 'insert' AND l.twin = m.twin AND l.key = m.key AND l.replica = $1
ORDER BY l.twin, l.key, l.epoch DESC, l.n DESC
"""


async def note_entries(
    connection: Connection, caller: Caller, n: int, entries: Sequence[LedgerEntry], now: datetime
) -> None:
    """Write the entries of a batch. Raises Raced when another replica has just settled one of these mutations."""
    records = [(caller.replica, caller.epoch, n, now, *entry) for entry in entries]
    try:
        await connection.copy_records_to_table("ledger", schema_name="twinbase", records=records, columns=_COLUMNS)
    except asyncpg.UniqueViolationError as error:
        raise Raced from error


_COLUMNS = ("replica", "epoch", "n", "at", "mutation", "twin", "op", "key", "status", "outcome", "wrote_at", "hash")
