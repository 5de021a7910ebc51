"""The journal: every value that a conflict set aside, on either side, kept and restorable; what was taken and is to be
looked at; and what was taken back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec
from uuid_utils.compat import uuid7

from twinbase.registry import Twin
from twinbase_server.accept.batch import Change, KeyTuple
from twinbase_server.accept.decide import SetAside, Verdict
from twinbase_server.caller import Caller
from twinbase_server.database.connection import Connection

LineKind = Literal["conflict", "flag", "restore"]
LETTERS_SENT_MAX = 100_000
"""A longer value of the other side is not told to the device: it is in the journal."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A mutation and what is kept of it. `asks`: it waits for the office; `reason` and `detail`: of a flag."""

    kind: LineKind
    change: Change
    base: Mapping[str, Any]
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any] | None
    decided: Mapping[str, str] = field(default_factory=dict)
    theirs_by: str = ""
    reason: str = ""
    detail: str = ""
    asks: bool = False


def entries_of(change: Change, verdict: Verdict) -> Iterator[JournalEntry]:
    """What is to be kept of one mutation, as it was decided."""
    if (aside := verdict.journal) is not None:
        sides = aside.base, aside.mine, aside.theirs, aside.decided, aside.by
        yield JournalEntry("conflict", change, *sides, asks=verdict.ask)
    for flag in verdict.flags if verdict.stands else ():
        about: dict[str, Any] = {"reason": flag.reason, "detail": flag.detail, "asks": True}
        yield JournalEntry("flag", change, change.old, change.new, verdict.met, **about)
    if change.restores and verdict.stands:
        yield JournalEntry("restore", change, change.old, change.new, verdict.met)


async def write_journal(connection: Connection, caller: Caller, entries: Sequence[JournalEntry], now: datetime) -> None:
    """One row for each; of what is taken back, the line that it is taken from says so."""
    if not entries:
        return
    await connection.executemany(_WRITE, [_row(caller, entry, now) for entry in entries])
    await _note_restored(connection, caller, [entry.change for entry in entries if entry.kind == "restore"], now)


def _row(caller: Caller, entry: JournalEntry, now: datetime) -> tuple[object, ...]:
    change = entry.change
    return (
        uuid7(),
        now,
        change.twin.name,
        _text(change.key),
        caller.replica,
        caller.identity.subject,
        change.id,
        strategy_name(change.twin),
        _text(entry.base),
        _text(entry.mine),
        _text(entry.theirs),
        _text(entry.decided),
        entry.kind,
        change.op,
        entry.theirs_by,
        entry.reason,
        entry.detail,
        entry.asks,
        change.restores if entry.kind == "restore" else None,
    )


def strategy_name(twin: Twin) -> str:
    """What the rule is called that decides a twin's conflicts."""
    strategy = twin.mirror.conflict
    return strategy if isinstance(strategy, str) else str(getattr(strategy, "__name__", "custom"))


def _text(value: Mapping[str, Any] | KeyTuple | None) -> str:
    return msgspec.json.encode(value).decode()


_WRITE = """
INSERT INTO twinbase.journal
    (id, at, twin, key, replica, author, mutation, strategy, base, mine, theirs, decided,
    kind, op, theirs_by, reason, detail, asks, restores)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""


async def _note_restored(connection: Connection, caller: Caller, changes: Iterable[Change], now: datetime) -> None:
    """Only lines about the writer's own edits of the very row: what a device names is no more than a name."""
    named = [(change.restores, change.twin.name, _text(change.key)) for change in changes]
    if named:
        rows = [(*name, caller.identity.subject, now) for name in named]
        await connection.executemany(_RESTORED, rows)


_RESTORED = """
UPDATE twinbase.journal SET restored_at = $5, restored_by = $4
WHERE mutation = $1 AND kind = 'conflict' AND twin = $2 AND key = $3::jsonb AND author = $4
"""


def tell_decision(twin: Twin, aside: SetAside, now: datetime) -> dict[str, Any]:
    """What a device is told of what its edit met: the other side only where it reads such rows at all, for to some
    tables devices only write."""
    theirs = (aside.theirs or {}) if twin.pulls else {}
    unsaid = [name for name, value in theirs.items() if isinstance(value, str) and len(value) > LETTERS_SENT_MAX]
    note: dict[str, Any] = {"strategy": strategy_name(twin), "at": now.isoformat(), "decided": dict(aside.decided)}
    if twin.pulls and aside.theirs is not None:
        note["theirs"] = {name: value for name, value in theirs.items() if name not in unsaid}
    return note | ({"unsaid": unsaid} if unsaid else {}) | ({"theirs_by": aside.by} if aside.by and twin.pulls else {})
