"""The journal as the office reads it: what conflicts set aside, what was flagged, what was taken back; and settled."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase_server.accept.journal import LineKind
from twinbase_server.database.connection import Connection

LINES_MAX = 500
LOOKED_AT = "looked-at"
"""How a line was settled of which the row stays as it is."""


class NotWaiting(TwinbaseError):
    """No line of the journal with this id waits. `twinbase conflict list` shows which do."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line. `key`, `base`, `mine`, `theirs`: in wire form; `theirs` None: there was no row. `theirs_by`: the
    subject of whose device had written that, "" for none.

    `asks`: it waits for the office until `settled_at`. `settled_as`: device or server, whose value was written back, or
    looked-at. `restores`: of a line of the kind restore, the mutation of which it takes a value back.
    """

    id: UUID
    kind: LineKind
    at: datetime
    twin: str
    key: list[Any]
    op: str
    author: str
    device_name: str
    mutation: UUID
    strategy: str
    base: Mapping[str, Any]
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any] | None
    theirs_by: str
    decided: Mapping[str, str]
    reason: str
    detail: str
    asks: bool
    restores: UUID | None
    restored_at: datetime | None
    restored_by: str | None
    settled_at: datetime | None
    settled_by: str | None
    settled_as: str | None
    note: str | None

    @property
    def waits(self) -> bool:
        """The office has not answered yet."""
        return self.asks and self.settled_at is None


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines: of a `kind`, of a twin, of one row of it (its key as text, or as a JSON list), of an account; only
    those that wait. `twins`: no others than these. `before`: those that are older than this one."""

    kind: LineKind | None = None
    twin: str | None = None
    row: str | None = None
    account: str | None = None
    waiting: bool = False
    twins: Collection[str] | None = None
    before: UUID | None = None
    limit: int = 100


async def list_lines(connection: Connection, wanted: LineFilter) -> Sequence[JournalLine]:
    """The lines that are wanted, the newest first. More may follow where there are as many as the limit says."""
    conditions = list(_conditions(wanted))
    where = " AND ".join(f"{sql.format(f'${n}')}" for n, (sql, _) in enumerate(conditions, 1)) or "true"
    if wanted.waiting:
        where += " AND j.asks AND j.settled_at IS NULL"
    limit = max(1, min(wanted.limit, LINES_MAX))
    query = f"{_LINES} WHERE {where} ORDER BY j.id DESC LIMIT {limit}"
    return [_line(row) for row in await connection.fetch(query, *(value for _, value in conditions))]


def _conditions(wanted: LineFilter) -> Iterator[tuple[str, Any]]:
    """Each with the value of its one parameter, which stands where the braces are."""
    if wanted.before is not None:
        yield "j.id < {}", wanted.before
    if wanted.kind is not None:
        yield "j.kind = {}", wanted.kind
    if wanted.twin is not None:
        yield "j.twin = {}", wanted.twin
    if wanted.row is not None:
        yield "j.key = ANY ({}::text[]::jsonb[])", _spellings(wanted.row)
    if wanted.account is not None:
        yield "j.author = {}", wanted.account
    if wanted.twins is not None:
        yield "j.twin = ANY ({}::text[])", list(wanted.twins)


def _spellings(row: str) -> list[str]:
    """A key as the journal may hold it: a text or a number of one column, or a JSON list of all."""
    keys = [json.dumps([row])]
    try:
        said = json.loads(row)
    except ValueError:
        return keys
    return [*keys, json.dumps(said if isinstance(said, list) else [said])]


async def read_line(connection: Connection, id: UUID) -> JournalLine | None:
    """One line, whether or not it was settled."""
    row = await connection.fetchrow(f"{_LINES} WHERE j.id = $1", id)
    return None if row is None else _line(row)


async def settle_line(connection: Connection, id: UUID, by: str, note: str, now: datetime) -> JournalLine:
    """Somebody has looked at it, and the row stays as it is; its device hears of it at its next sync.

    Raises NotWaiting when it was settled before, or never was a question.
    """
    return await note_settled(connection, id, LOOKED_AT, by, note, now)


async def note_settled(
    connection: Connection, id: UUID, settled_as: str, by: str, note: str, now: datetime
) -> JournalLine:
    """It waits for nobody any more. Raises NotWaiting when it does not."""
    done = await connection.fetchval(_SETTLE, id, now, by, settled_as, note)
    line = await read_line(connection, id)
    if done is None or line is None:
        raise NotWaiting(f"{id}." if line is None else f"{id}: it was settled by {line.settled_by or 'nobody'}.")
    return line


def _line(row: Any) -> JournalLine:
    return JournalLine(**{**row, **{name: json.loads(row[name]) for name in _JSON}})


_JSON = ("key", "base", "mine", "theirs", "decided")
_LINES = """
SELECT j.id, j.kind, j.at, j.twin, j.key::text, j.op, j.author, coalesce(r.device_name, '') AS device_name, j.mutation,
    j.strategy, j.base::text, j.mine::text, j.theirs::text, j.theirs_by, j.decided::text, j.reason, j.detail, j.asks,
    j.restores, j.restored_at, j.restored_by, j.settled_at, j.settled_by, j.settled_as, j.note
FROM twinbase.journal j LEFT JOIN twinbase.replica r ON r.id = j.replica
"""
_SETTLE = """
UPDATE twinbase.journal
SET settled_at = $2, settled_by = $3, settled_as = $4::text, note = $5, settled_xid = pg_current_xact_id(),
    restored_at = CASE WHEN $4 IN ('device', 'server') THEN $2 ELSE restored_at END,
    restored_by = CASE WHEN $4 IN ('device', 'server') THEN $3 ELSE restored_by END
WHERE id = $1 AND settled_at IS NULL AND kind <> 'restore' RETURNING id
"""
