"""Step 1: every local write is caught by triggers, raw SQL too, in the transaction that makes it.

Each write of a pushable twin leaves three traces: a row of the outbox, its values in the twin's change table (typed
columns, so that floats and blobs stay exact: H27), and, the first time that a row becomes dirty, the server's image
of it. While a checkpoint is applied the triggers keep still.

An ON CONFLICT clause of the statement that fires a trigger replaces the ones inside it, so none is used inside.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from twinbase.errors import TransactionTooLarge
from twinbase.names import key_column
from twinbase.protocol import BATCH_MUTATIONS_MAX
from twinbase.quoting import quote_name, quote_names, quote_text
from twinbase.registry import Twin
from twinbase.replica.file.defaults import is_filled_by_server
from twinbase.replica.file.names import changes_table, image_table, meta_table, reads_table

_AWAKE = "(SELECT applying FROM _twinbase_state) = 0"
_EVENTS = ("insert", "update", "delete", "rekey")


def create_triggers(twin: Twin) -> Iterator[str]:
    """The CREATE TRIGGERs of a twin."""
    for event in ("insert", "update", "delete"):
        if event not in twin.operations:
            yield _refusal(twin, event)
    if "insert" in twin.operations:
        yield _insert(twin)
    if "update" in twin.operations:
        yield _rekey(twin)
        if len(twin.columns) > len(twin.key):
            yield _update(twin)
    if "delete" in twin.operations:
        yield _delete(twin)


def drop_triggers(twin: str) -> Iterator[str]:
    """What undoes `create_triggers`, whichever of them exist."""
    for event in _EVENTS:
        yield f"DROP TRIGGER IF EXISTS {_name(event, twin)}"


def _name(event: str, twin: str) -> str:
    return quote_name(f"_twinbase_{event}_{twin}")


def _trigger(twin: Twin, event: str, when: str, condition: str, statements: Sequence[str]) -> str:
    body = "".join(f"  {statement};\n" for statement in statements if statement)
    guard = _AWAKE + (f" AND {condition}" if condition else "")
    return f"CREATE TRIGGER {_name(event, twin.name)} {when} ON {quote_name(twin.name)} WHEN {guard} BEGIN\n{body}END"


def _refusal(twin: Twin, event: str) -> str:
    """No such write. An insert is refused once it is one: an upsert may be the update of a row that is here, and SQLite
    fires what stands BEFORE INSERT all the same."""
    if twin.operations:
        sentence = f"rows of {twin.name} cannot be {_DONE[event]} on a device"
    else:
        sentence = f"{twin.name} can only be read on a device; its mirror has direction='pull'"
    moment = "AFTER" if event == "insert" else "BEFORE"
    return _trigger(twin, event, f"{moment} {event.upper()}", "", [f"SELECT {_abort(sentence)}"])


_DONE = {"insert": "added", "update": "changed", "delete": "deleted"}


def _abort(sentence: str) -> str:
    return f"RAISE(ABORT, {quote_text(sentence)})"


def _insert(twin: Twin) -> str:
    return _trigger(
        twin, "insert", "AFTER INSERT", "", [*_whole_key(twin), *_required(twin, ""), *_record_insert(twin)]
    )


def _whole_key(twin: Twin) -> list[str]:
    """No part of a key may be empty: to SQLite such rows are all different, and no server could tell them apart."""
    return _checks((_emptied(name, ""), f"NOT NULL constraint failed: {twin.name}.{name}") for name in twin.key)


def _record_insert(twin: Twin) -> list[str]:
    return [
        _keep_image(twin, "NEW", present=False),
        _note(twin, "insert", "NULL"),
        f"INSERT INTO {changes_table(twin.name)} (seq, {_sided(twin.columns, 'new_')})"
        f" VALUES (last_insert_rowid(), {quote_names(twin.columns, 'NEW.')})",
    ]


def _delete(twin: Twin) -> str:
    return _trigger(twin, "delete", "AFTER DELETE", "", _record_delete(twin))


def _record_delete(twin: Twin) -> list[str]:
    return [
        _keep_image(twin, "OLD", present=True),
        _note(twin, "delete", _base(twin)),
        f"INSERT INTO {changes_table(twin.name)} (seq, {_sided(twin.columns, 'old_')})"
        f" SELECT last_insert_rowid(), {', '.join(_as_read(name) for name in twin.columns)} FROM {_reading(twin)}",
    ]


def _update(twin: Twin) -> str:
    values = twin.columns[len(twin.key) :]
    changed = f"({quote_names(twin.key, 'NEW.')}) IS ({quote_names(twin.key, 'OLD.')}) AND {_differ(values)}"
    statements = [
        *_required(twin, "OLD"),
        *_unwritable(twin),
        _keep_image(twin, "OLD", present=True),
        _note(twin, "update", _base(twin)),
        _record_update(twin, values),
    ]
    return _trigger(twin, "update", "AFTER UPDATE", changed, statements)


def _differ(names: Sequence[str]) -> str:
    return f"({quote_names(names, 'NEW.')}) IS NOT ({quote_names(names, 'OLD.')})"


def _record_update(twin: Twin, values: Sequence[str]) -> str:
    """The key on both sides, and both sides of what changed: a column that did not change is NULL twice."""
    key = [pair for name in twin.key for pair in (f"OLD.{quote_name(name)}", f"NEW.{quote_name(name)}")]
    sides = [_if_changed(name, side) for name in values for side in (_as_read(name), f"NEW.{quote_name(name)}")]
    columns = ", ".join(quote_name(side + name) for name in (*twin.key, *values) for side in ("old_", "new_"))
    return (
        f"INSERT INTO {changes_table(twin.name)} (seq, {columns})"
        f" SELECT last_insert_rowid(), {', '.join([*key, *sides])} FROM {_reading(twin)}"
    )


def _if_changed(name: str, value: str) -> str:
    return f"CASE WHEN NEW.{quote_name(name)} IS NOT OLD.{quote_name(name)} THEN {value} END"


def _rekey(twin: Twin) -> str:
    """The key says which row it is. To take one away and add another is not the same: what hangs on the row at the
    office would be deleted with it, for ON UPDATE CASCADE means nothing to a deletion."""
    moved = f"({quote_names(twin.key, 'NEW.')}) IS NOT ({quote_names(twin.key, 'OLD.')})"
    named = f"{', '.join(twin.key)} {'says' if len(twin.key) == 1 else 'say'} which row of {twin.name} it is"
    way = ": add another row, and delete this one where it should go" if {"insert", "delete"} <= twin.operations else ""
    sentence = f"{named} and cannot be changed on a device{way}"
    return _trigger(twin, "rekey", "AFTER UPDATE", moved, [f"SELECT {_abort(sentence)}"])


def _required(twin: Twin, before: str) -> list[str]:
    """NOT NULL, on local writes. A value that the server fills may be missing."""
    columns = [twin.table.columns[name] for name in twin.columns if name not in twin.key]
    names = [c.name for c in columns if not c.nullable and not is_filled_by_server(c, twin.codecs[c.name])]
    return _checks((_emptied(name, before), f"NOT NULL constraint failed: {twin.name}.{name}") for name in names)


def _emptied(name: str, before: str) -> str:
    return f"NEW.{quote_name(name)} IS NULL" + (f" AND {before}.{quote_name(name)} IS NOT NULL" if before else "")


def _unwritable(twin: Twin) -> list[str]:
    names = [name for name in twin.columns if name not in twin.key and name not in twin.writable]
    return _checks(
        (f"NEW.{quote_name(n)} IS NOT OLD.{quote_name(n)}", f"{twin.name}.{n} cannot be changed on a device")
        for n in names
    )


def _checks(checks: Any) -> list[str]:
    cases = " ".join(f"WHEN {wrong} THEN {_abort(sentence)}" for wrong, sentence in checks)
    return [f"SELECT CASE {cases} END"] if cases else []


def _keep_image(twin: Twin, side: str, *, present: bool) -> str:
    """Keep what the server has, or that it has none, when a row becomes dirty."""
    image = image_table(twin.name)
    columns = twin.columns if present else twin.key
    return (
        f"INSERT INTO {image} (_present, {quote_names(columns)})"
        f" SELECT {int(present)}, {quote_names(columns, side + '.')}"
        f" WHERE NOT EXISTS (SELECT 1 FROM {image} WHERE {_same_key(twin, side)})"
    )


def _note(twin: Twin, op: str, base: str) -> str:
    return f"INSERT INTO _twinbase_outbox (twin, op, base) VALUES ({quote_text(twin.name)}, '{op}', {base})"


def _base(twin: Twin) -> str:
    """The version that was read: the last applied one, unless a session says that it read an older one (H29)."""
    return (
        f"coalesce((SELECT _version FROM {reads_table(twin.name)} WHERE {_same_key(twin, 'OLD')}),"
        f" (SELECT version FROM {meta_table(twin.name)} WHERE {_same_key(twin, 'OLD', key_column)}))"
    )


def _reading(twin: Twin) -> str:
    on = " AND ".join(f"was.{quote_name(name)} = OLD.{quote_name(name)}" for name in twin.key)
    return f"(SELECT 1) LEFT JOIN {reads_table(twin.name)} AS was ON {on}"


def _as_read(name: str) -> str:
    return f"CASE WHEN was._version IS NULL THEN OLD.{quote_name(name)} ELSE was.{quote_name(name)} END"


def _same_key(twin: Twin, side: str, called: Callable[[str], str] = str) -> str:
    return " AND ".join(f"{quote_name(called(name))} = {side}.{quote_name(name)}" for name in twin.key)


def _sided(names: Sequence[str], side: str) -> str:
    return ", ".join(quote_name(side + name) for name in names)


_SEAL = """UPDATE _twinbase_outbox
SET tx = (SELECT min(seq) FROM _twinbase_outbox WHERE tx IS NULL), at = ?,
    author = (SELECT account FROM _twinbase_state)
WHERE tx IS NULL"""


def seal(execute: Callable[[str, tuple[Any, ...]], Any], now: datetime) -> bool:
    """Number the writes of the transaction that is about to commit: they have effect together or not at all.

    Answers whether there are any. Raises TransactionTooLarge for what no batch can hold: nobody could send it
    afterwards.
    """
    (writes,) = execute("SELECT count(*) FROM _twinbase_outbox WHERE tx IS NULL", ()).fetchone()
    if writes > BATCH_MUTATIONS_MAX:
        raise TransactionTooLarge(f"It changes {writes} rows; {BATCH_MUTATIONS_MAX} are the most.")
    if writes:
        execute(_SEAL, (now.isoformat(),))
    return bool(writes)
