"""A batch as it arrives: bytes to mutations, each looked at on its own, so that one bad one harms no other."""

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Any

import msgspec

from twinbase.mutation import Operation
from twinbase.protocol import BATCH_BYTES_MAX, BATCH_MUTATIONS_MAX
from twinbase.registry import Registry, Twin
from twinbase_server.accept.reasons import Refusal
from twinbase_server.problems import ProblemError

VERSION_MAX = 2**63 - 1
TWIN_LETTERS_MAX = 128
ODD_BYTES_MAX = 64 * 1024
LENIENT_BYTES_MAX = 1024 * 1024
"""A larger body is not read a second time, by a reader that makes objects of all that it finds: the device takes it
apart, and smaller ones come."""
NOTHING = msgspec.Raw(b"null")
UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
UNSAID = "(too large to be sent along)"
"""Stands for what was read of a column that a device left out of `old`. It is equal to no value that the row has, so
where somebody else has written the row since, the column is contested."""
KeyTuple = tuple[Any, ...]
RowId = tuple[str, KeyTuple]


class SentMutation(msgspec.Struct):
    """A mutation as sent. Only the id must be right, for without it nothing could be answered."""

    id: Annotated[str, msgspec.Meta(pattern=UUID_PATTERN)]
    tx: Any = 0
    twin: Any = None
    op: Any = None
    key: Any = None
    base: Any = None
    old: Any = msgspec.field(default_factory=dict)
    new: Any = msgspec.field(default_factory=dict)
    at: Any = None
    unsaid: Any = msgspec.field(default_factory=list)
    restores: Any = None

    def content_hash(self) -> str:
        """What tells two mutations apart that carry the same id."""
        content = [self.twin, self.op, self.key, self.base, self.old, self.new, self.at]
        try:
            encoded = msgspec.json.encode(content)
        except UnicodeEncodeError:
            # Half a character: such a change is refused, and known again by this.
            encoded = json.dumps(content).encode()
        return blake2b(encoded, digest_size=16).hexdigest()


class _RawMutation(msgspec.Struct):
    """A mutation of which nothing is read but its id: what its members hold may be anything, and very much of it."""

    id: Annotated[str, msgspec.Meta(pattern=UUID_PATTERN)]
    tx: msgspec.Raw = msgspec.Raw(b"0")
    twin: msgspec.Raw = NOTHING
    op: msgspec.Raw = NOTHING
    key: msgspec.Raw = NOTHING
    base: msgspec.Raw = NOTHING
    old: msgspec.Raw = msgspec.Raw(b"{}")
    new: msgspec.Raw = msgspec.Raw(b"{}")
    at: msgspec.Raw = NOTHING
    unsaid: msgspec.Raw = msgspec.Raw(b"[]")
    restores: msgspec.Raw = NOTHING

    def read(self) -> SentMutation:
        """The mutation, as far as its members hold values as they travel; what does not is an empty list, which none of
        them may be. It takes no memory, however long it was."""
        tx, twin, op, base, at, restores = (
            _read_as(_SCALAR, raw, []) for raw in (self.tx, self.twin, self.op, self.base, self.at, self.restores)
        )
        key, unsaid = _read_as(_SCALARS, self.key, []), _read_as(_SCALARS, self.unsaid, None)
        old, new = _read_row(self.old), _read_row(self.new)
        return SentMutation(self.id, tx, twin, op, key, base, old, new, at, unsaid, restores)


class ReceivedBatch(msgspec.Struct):
    """A push as sent; see twinbase.protocol.Push for what its members mean."""

    n: Annotated[int, msgspec.Meta(ge=1, le=VERSION_MAX)]
    mutations: list[SentMutation]
    previous: Annotated[str, msgspec.Meta(max_length=64)] = ""
    offset_ms: int = 0


class _RawBatch(ReceivedBatch):
    mutations: list[_RawMutation]  # type: ignore[assignment]


@dataclass(slots=True)
class Change:
    """A mutation that passed every check which needs no database. `wrote_at` is the device's time, corrected;
    `restores` the mutation of which it takes a value back."""

    id: str
    twin: Twin
    op: Operation
    key: KeyTuple
    base: int | None
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    wrote_at: datetime
    row_id: RowId
    restores: str | None = None


Scalar = str | int | float | bool | None
_DECODER = msgspec.json.Decoder(_RawBatch)
_SCALAR: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Scalar)
_SCALARS: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[Scalar])
_ROW: msgspec.json.Decoder[Any] = msgspec.json.Decoder(dict[str, Scalar])
_MEMBERS: msgspec.json.Decoder[Any] = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _read_as(decoder: "msgspec.json.Decoder[Any]", raw: msgspec.Raw, otherwise: Any) -> Any:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        return otherwise


def _read_row(raw: msgspec.Raw) -> Any:
    """The values of a row; where some are none, which ones, unless it is too long to look."""
    row = _read_as(_ROW, raw, None)
    if row is not None or memoryview(raw).nbytes > ODD_BYTES_MAX:
        return [] if row is None else row
    members = _read_as(_MEMBERS, raw, None)
    return [] if members is None else {name: _read_as(_SCALAR, value, []) for name, value in members.items()}


def read_batch(body: bytes) -> ReceivedBatch:
    """The batch; raises ProblemError with the path of the fault when it cannot be read or is too large."""
    if len(body) > BATCH_BYTES_MAX:
        raise ProblemError("batch-too-large", f"At most {BATCH_BYTES_MAX} bytes.", limit=BATCH_BYTES_MAX)
    batch = _decode(body)
    _check_count(len(batch.mutations))
    return batch


def _check_count(count: int) -> None:
    if count > BATCH_MUTATIONS_MAX:
        limit = f"At most {BATCH_MUTATIONS_MAX} mutations, this batch has {count}."
        raise ProblemError("batch-too-large", limit, limit=BATCH_MUTATIONS_MAX)
    if not count:
        raise ProblemError("bad-batch", "The batch holds no mutation - at `$.mutations`.")


def _decode(body: bytes) -> ReceivedBatch:
    try:
        raw = _DECODER.decode(body)
        _check_count(len(raw.mutations))
        return ReceivedBatch(raw.n, [one.read() for one in raw.mutations], raw.previous, raw.offset_ms)
    except msgspec.ValidationError as error:
        raise _unreadable(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if len(body) > LENIENT_BYTES_MAX:
            raise _unreadable(error) from error
        return _decode_leniently(body, error)


def _decode_leniently(body: bytes, error: Exception) -> ReceivedBatch:
    """Half a character, which JSON can spell and UTF-8 cannot, or a number that is none: the standard library reads
    them, so that the one change which holds it can be refused, and everything else has its effect.
    """
    try:
        return msgspec.convert(json.loads(body), ReceivedBatch)
    except msgspec.ValidationError as invalid:
        raise _unreadable(invalid) from invalid
    except (ValueError, RecursionError):
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> ProblemError:
    return ProblemError("bad-batch", f"The batch cannot be read: {error}.")


def check(sent: SentMutation, batch: ReceivedBatch, registry: Registry, now: datetime) -> Change | Refusal:
    """The change that a mutation asks for, or what is wrong with it."""
    if not isinstance(sent.twin, str) or sent.twin not in registry:
        return Refusal("unknown-twin", f"This server knows no twin {_shown(sent.twin)}.")
    twin = registry[sent.twin]
    sent = _under_new_names(twin, sent)
    wrote_at = _moment(sent.at, batch.offset_ms, now)
    if wrote_at is None:
        return Refusal("malformed", "The change does not say when it was made (at: ISO 8601 with a time zone).")
    fault = _operation(twin, sent) or _key(twin, sent.key) or _values(twin, sent)
    if fault is not None:
        return fault
    new = {**dict(zip(twin.key, sent.key, strict=True)), **sent.new} if sent.op == "insert" else sent.new
    key = tuple(sent.key)
    old = {**dict.fromkeys((name for name in sent.unsaid if name in new), UNSAID), **sent.old}
    return Change(sent.id, twin, sent.op, key, sent.base, old, new, wrote_at, (twin.name, key), sent.restores)


def _under_new_names(twin: Twin, sent: SentMutation) -> SentMutation:
    """A mutation of an app that knows columns by the names that they had."""
    if not twin.mirror.renamed or not isinstance(sent.old, dict) or not isinstance(sent.new, dict):
        return sent
    old, new = ({twin.newest_name_of(name): value for name, value in side.items()} for side in (sent.old, sent.new))
    unsaid = [twin.newest_name_of(str(name)) for name in sent.unsaid] if isinstance(sent.unsaid, list) else sent.unsaid
    return msgspec.structs.replace(sent, old=old, new=new, unsaid=unsaid)


def _moment(at: Any, offset_ms: int, now: datetime) -> datetime | None:
    """The device's time corrected by the measured offset; never later than now, whatever the device's clock says.

    A clock that is beyond the calendar says nothing of when it was, so that is now.
    """
    try:
        moment = datetime.fromisoformat(at)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    try:
        return min(moment.astimezone(UTC) + timedelta(milliseconds=offset_ms), now)
    except OverflowError:
        return now


def _operation(twin: Twin, sent: SentMutation) -> Refusal | None:
    if not twin.pushes:
        return Refusal("read-only", f"{twin.name} is only read on devices.")
    if sent.op not in ("insert", "update", "delete"):
        return Refusal("malformed", "The change is neither an insert, an update nor a delete.")
    if sent.op not in twin.operations:
        return Refusal("operation", f"A device may not {sent.op} in {twin.name}.")
    if sent.base is not None and (type(sent.base) is not int or not 0 <= sent.base <= VERSION_MAX):
        return Refusal("malformed", "The version that was read (base) is not a number.")
    if not isinstance(sent.old, dict) or not isinstance(sent.new, dict):
        return Refusal("malformed", "The values of the change (old, new) are not objects.")
    if not isinstance(sent.unsaid, list) or not all(isinstance(name, str) for name in sent.unsaid):
        return Refusal("malformed", "The columns that are too large to be sent (unsaid) are no list of names.")
    if sent.restores is not None and not (isinstance(sent.restores, str) and re.match(UUID_PATTERN, sent.restores)):
        return Refusal("malformed", "What this change takes back (restores) is no number of a change.")
    return None


def _key(twin: Twin, key: Any) -> Refusal | None:
    if not isinstance(key, list) or len(key) != len(twin.key):
        return Refusal("malformed", f"The key of {twin.name} has {len(twin.key)} columns: {', '.join(twin.key)}.")
    for column, value in zip(twin.key, key, strict=True):
        wrong = "must not be empty" if value is None else twin.codecs[column].check_wire(value)
        if wrong:
            return Refusal("value", f"{column}: {wrong}.")
    return None


def _values(twin: Twin, sent: SentMutation) -> Refusal | None:
    for column, value in sent.old.items():
        codec = twin.codecs.get(column)
        if codec is None:
            return Refusal("unknown-column", f"{twin.name} has no column {_shown(column)}.")
        if value is not None and (wrong := codec.check_wire(value)):
            return Refusal("value", f"{column} (as read): {wrong}.")
    if sent.op == "delete":
        return Refusal("malformed", "A delete writes no values (new).") if sent.new else None
    if sent.op == "insert":
        return _inserted(twin, sent)
    for column, value in sent.new.items():
        fault = _value(twin, column, value, twin.writable)
        if fault is not None:
            return fault
        if column not in sent.old and column not in sent.unsaid:
            return Refusal("malformed", f"The change of {column} does not say what was read (old).")
    return None


def _inserted(twin: Twin, sent: SentMutation) -> Refusal | None:
    """A new row names all its columns; what a device may not fill is empty, or has the class's own default."""
    for column, value in zip(twin.key, sent.key, strict=True):
        if sent.new.get(column, value) != value:
            return Refusal("malformed", f"{column} differs between the key and the row.")
    for column, value in sent.new.items():
        if column in twin.codecs and column not in twin.insertable and value in (None, _default(twin, column)):
            continue
        fault = _value(twin, column, value, twin.insertable)
        if fault is not None:
            return fault
    for column in required_columns(twin) & twin.insertable:
        if column not in sent.new and column not in twin.key:
            return Refusal("not-null", f"{column} must not be empty.")
    return None


def _value(twin: Twin, column: str, value: Any, admitted: Container[str]) -> Refusal | None:
    codec = twin.codecs.get(column)
    if codec is None:
        return Refusal("unknown-column", f"{twin.name} has no column {_shown(column)}.")
    if column not in admitted:
        return Refusal("read-only", f"{column} of {twin.name} cannot be written on a device.")
    if value is None:
        return Refusal("not-null", f"{column} must not be empty.") if column in required_columns(twin) else None
    wrong = codec.check_wire(value)
    return Refusal("value", f"{column}: {wrong}.") if wrong else None


@lru_cache(maxsize=1024)
def required_columns(twin: Twin) -> frozenset[str]:
    """The columns that the class says are never empty and that PostgreSQL does not fill."""
    columns = (twin.table.columns[name] for name in twin.columns)
    return frozenset(column.name for column in columns if not column.nullable) - server_filled_columns(twin)


@lru_cache(maxsize=1024)
def server_filled_columns(twin: Twin) -> frozenset[str]:
    """The columns that PostgreSQL fills when an insert leaves them empty: defaults, identities, computed ones."""
    table = twin.table
    return frozenset(
        name
        for name in twin.columns
        if (column := table.columns[name]).server_default is not None
        or column.identity is not None
        or column is table.autoincrement_column
    )


@lru_cache(maxsize=4096)
def _default(twin: Twin, column: str) -> Any:
    """The constant default of a column in its class, in wire form; None when there is none."""
    field = getattr(twin.model, "model_fields", {}).get(twin.attribute_of(column))
    if field is None or field.default is None or field.is_required():
        return None
    try:
        return twin.codecs[column].wire_from_python(field.default)
    except (TypeError, ValueError, AttributeError):
        return None


def _shown(name: Any) -> str:
    """A name as the device sent it, cut to what a sentence can hold."""
    return ascii(name[:TWIN_LETTERS_MAX]) if isinstance(name, str) else "without a name"
