"""What becomes of one mutation, given the row as it stands: no I/O here, only the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twinbase.codecs import Codec
from twinbase.conflict import Conflict, Decision, is_additive
from twinbase.conflict import add as add_up
from twinbase.mutation import Flag
from twinbase.registry import Twin
from twinbase_server.accept.batch import UNSAID, Change, server_filled_columns
from twinbase_server.accept.reasons import GONE, KEY_TAKEN, Refusal
from twinbase_server.accept.rows import BatchRow

DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class SetAside:
    """What goes to the journal: the values on both sides that a decision was about. `by`: the subject of whose device
    had written theirs, "" for none."""

    base: Mapping[str, Any]
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any] | None
    decided: Mapping[str, str]
    by: str = ""


@dataclass(slots=True)
class Verdict:
    """A mutation's outcome in the making, and what it writes. `flags`: why the office looks at it, though it is taken;
    `met`: the columns of the row that it met there."""

    status: str = "applied"
    reason: str = ""
    detail: str = ""
    behind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ask: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    write: dict[str, Any] = field(default_factory=dict)
    insert: bool = False
    delete: bool = False
    journal: SetAside | None = None
    flags: tuple[Flag, ...] = ()
    met: Mapping[str, Any] | None = None

    @property
    def stands(self) -> bool:
        """The mutation was dealt with; else its local transaction has no effect."""
        return self.status not in ("refused", "parked", DEFERRED)

    @property
    def is_plain(self) -> bool:
        """It was written as it was, and there is no more to say: what nearly all of them come to."""
        more = self.attributes or self.columns or self.flags or self.ask
        return self.status == "applied" and not more and self.journal is None


def refused_verdict(why: Refusal, journal: SetAside | None = None) -> Verdict:
    return Verdict("refused", why.reason, why.detail, journal=journal)


def parked_verdict(behind: str) -> Verdict:
    return Verdict("parked", "behind", "This change waits for another one that was not accepted.", behind)


def deferred_verdict(why: Refusal) -> Verdict:
    """Not dealt with yet: the device sends it again."""
    return Verdict(DEFERRED, why.reason, why.detail)


def decide(change: Change, row: BatchRow, now: datetime) -> Verdict:
    """The verdict on one mutation; guards and hooks have not been asked yet."""
    if change.op == "insert":
        return _insert(change, row, now)
    if row.values is None or not row.inside:
        return _of_no_row(change, hidden=row.values is not None)
    if change.op == "delete":
        return _delete(change, row, row.values, now)
    return _update(change, row, row.values, now)


def _of_no_row(change: Change, *, hidden: bool) -> Verdict:
    """One answer, whether the row is not there or is hidden from whoever asks: it is as gone as he wants it, or too
    gone to be changed. What was typed for a row that is there, and not his, is not kept to be written to it one day.
    """
    if change.op == "delete":
        return Verdict()
    kept = SetAside(change.old, change.new, None, dict.fromkeys(change.new or change.old, "server"))
    return refused_verdict(GONE, None if hidden else kept)


def _insert(change: Change, row: BatchRow, now: datetime) -> Verdict:
    if row.values is None:
        return Verdict(write=_filled(change), insert=True)
    if not row.inside:
        return refused_verdict(KEY_TAKEN)
    if all(is_same(change.twin, column, value, row.values.get(column)) for column, value in _filled(change).items()):
        return Verdict()
    return _contested(change, row, row.values, now)


def _filled(change: Change) -> dict[str, Any]:
    """What an insert writes: columns that PostgreSQL fills stay out while they are empty."""
    filled = server_filled_columns(change.twin)
    return {
        column: value
        for column, value in change.new.items()
        if column in change.twin.insertable and (value is not None or column not in filled)
    }


def _update(change: Change, row: BatchRow, values: Mapping[str, Any], now: datetime) -> Verdict:
    if _nobody_else(change, row):
        return Verdict(write=_on_top(change, values))
    if row.own and not _unseen(change, values):
        return Verdict(write=dict(change.new))
    return _contested(change, row, values, now)


def _nobody_else(change: Change, row: BatchRow) -> bool:
    """The device read the row as it stood before this batch, or the row is this batch's own."""
    return row.stored is None or row.reborn or row.version == change.base


def _on_top(change: Change, values: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody else has written: what the device wrote. Sums count from the row, should an earlier step be refused."""
    written = dict(change.new)
    for column in change.new:
        if change.old.get(column) != values.get(column) and is_additive(change.twin.strategy, column):
            written |= _sum(change, values, column)
    return written


def _sum(change: Change, values: Mapping[str, Any], column: str) -> Mapping[str, Any]:
    base, mine = {column: change.old.get(column)}, {column: change.new[column]}
    return add_up(Conflict("update", base, mine, values, change.wrote_at, change.wrote_at)).write


def _delete(change: Change, row: BatchRow, values: Mapping[str, Any], now: datetime) -> Verdict:
    if _nobody_else(change, row) or (row.own and not _unseen(change, values)):
        return Verdict(delete=True)
    return _contested(change, row, values, now)


def _unseen(change: Change, values: Mapping[str, Any]) -> bool:
    """The row holds something that the device did not write and had not read, in the columns at stake.

    It is asked of a row that the device itself was the last to write: what it left unsaid nobody else has written.
    """
    filled = server_filled_columns(change.twin)
    return any(
        not is_same(change.twin, column, value, values.get(column))
        for column, value in change.old.items()
        if not (value is None and column in filled) and value != UNSAID
    )


def _contested(change: Change, row: BatchRow, values: Mapping[str, Any], now: datetime) -> Verdict:
    """Somebody else has written the row since the device read it: the twin's strategy decides."""
    twin = change.twin
    base = {c: _like(twin, c, value, values) for c, value in change.old.items() if c in change.new or not change.new}
    mine = {c: _like(twin, c, value, values) for c, value in change.new.items() if c not in twin.key}
    decision = twin.strategy(Conflict(change.op, base, mine, values, change.wrote_at, row.at or now))
    decided = dict(decision.decided)
    write = _writable(twin, decision, decided)
    journal = None
    if decided or decision.delete or decision.ask:
        theirs = dict(values) if change.op == "delete" else {column: values.get(column) for column in mine}
        journal = SetAside(base, mine, theirs, decided or {"*": "device"}, row.by)
    status = "conflict" if "server" in decided.values() else decision.status
    return Verdict(status, columns=decided, ask=decision.ask, write=write, delete=decision.delete, journal=journal)


def _writable(twin: Twin, decision: Decision, decided: dict[str, str]) -> dict[str, Any]:
    """What a strategy may write in a row that exists: an insert of the same key opens no read-only column."""
    write = {column: value for column, value in decision.write.items() if column in twin.writable}
    decided |= {column: "server" for column in decision.write if column not in twin.writable}
    return write


def _like(twin: Twin, column: str, value: Any, values: Mapping[str, Any]) -> Any:
    """The server's own form of a value, where the two mean the same."""
    theirs = values.get(column)
    return theirs if is_same(twin, column, value, theirs) else value


def is_same(twin: Twin, column: str, one: object, other: object) -> bool:
    """Equal, or written differently: 1.5 and 1.50, a document with its spaces."""
    if one == other:
        return (type(one) is bool) == (type(other) is bool)
    if one is None or other is None:
        return False
    return _means_the_same(twin.codecs[column], one, other)


def _means_the_same(codec: Codec, one: Any, other: Any) -> bool:
    try:
        return bool(codec.python_from_wire(one) == codec.python_from_wire(other))
    except (ValueError, TypeError, ArithmeticError):
        return False
