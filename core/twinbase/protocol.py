"""What travels between a device and a server: pydantic models of the wire, version 1.

The streams (initial, pending, repair) are lines of JSON, described in docs/reference/protocol.md; their frames are
built in SQL on the server and read by msgspec on the device, so they have no models here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from twinbase.mutation import Operation

VERSION = 1
HEADER_PROTOCOL = "Twinbase-Protocol"
HEADER_REPLICA = "Twinbase-Replica"
HEADER_EPOCH = "Twinbase-Epoch"
HEADER_SCHEMA = "Twinbase-Schema"
HEADER_REQUEST = "Twinbase-Request"
HEADER_CLIENT = "Twinbase-Client"
HEADER_PROOF = "Twinbase-Proof"
HEADER_CHECKSUM = "Twinbase-Checksum"
HEADER_DEFERS = "Twinbase-Defers"
HEADER_REVISION = "Twinbase-Revision"
REVISION = 3
"""What a device of this code understands beyond the first edition of the protocol; see its page."""
STREAM_TYPE = "application/x-ndjson"
EVENTS_TYPE = "text/event-stream"
PROBLEM_TYPE = "application/problem+json"

GIVEN_AWAY = "given-away"
"""The reason of a flag: a new row was taken though what it belongs to was somebody else's by then."""
BATCH_MUTATIONS_MAX = 10_000
BATCH_BYTES_MAX = 16 * 1024 * 1024
REQUEST_BYTES_MAX = 1024 * 1024
"""Of a request that is no push."""
BUCKET_BITS_MAX = 12
HISTORY_DAYS = 45
"""How long a device keeps what was acknowledged, to offer it again to a server that is restored from a backup."""

WireValue = Any  # a JSON scalar as it travels: see docs/reference/codecs.md


def _is_empty(value: object) -> bool:
    """What was added later stays out of an answer that has no use for it."""
    return not value


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerModel(BaseModel):
    """What a server answers: a device ignores what a newer one adds."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Mutation(Model):
    """One local write, with what it was based on.

    `tx`: the local transaction on the device; all mutations of one transaction have effect together or not at all.
    `base`: the version that was read (None: the row was new to the device). `old`: what was read, of the changed
    columns (of the whole row for a delete). `new`: what was written, of the changed columns (all for an insert).
    `unsaid`: columns that are left out of `old`, as what was read is too large to be sent along.
    `at`: the device's clock, uncorrected. `restores`: the earlier mutation of which this one takes a value back.
    """

    id: UUID
    tx: int = Field(ge=0)
    twin: str = Field(max_length=128)
    op: Operation
    key: list[WireValue] = Field(min_length=1, max_length=32)
    base: int | None = None
    old: dict[str, WireValue] = Field(default_factory=dict)
    new: dict[str, WireValue] = Field(default_factory=dict)
    unsaid: list[str] = Field(default_factory=list, max_length=2000)
    at: AwareDatetime
    restores: UUID | None = None


class Push(Model):
    """A batch of mutations, frozen on the device before it is sent: the same n has the same bytes, unless they were
    answered with `bad-batch`.

    `previous` is the `batch_hash` of batch n-1 (empty for the first of an epoch).
    `offset_ms`: server time minus device time, as measured at the last sync (0 when never). It has no bounds: a clock
    that is wrong by decades is corrected like any other, and must not make a batch that is never taken.
    """

    n: int = Field(ge=1)
    previous: str = Field(max_length=64)
    offset_ms: int = 0
    mutations: list[Mutation] = Field(min_length=1, max_length=BATCH_MUTATIONS_MAX)


class FlagNote(AnswerModel):
    """Why the office looks at a mutation that was taken: a code, and a sentence for the technician."""

    reason: str
    detail: str = ""


class DecisionNote(AnswerModel):
    """What a mutation met, and who decided.

    `theirs`: what the server had in the columns of the mutation, all columns for a delete; None: no row. `theirs_by`:
    the subject of whose device had written that, "" when no device had. `unsaid`: columns that are left out of
    `theirs`, as their value is too large to be sent along. `decided`: per column who decided, "*" for the whole row.
    """

    strategy: str
    at: AwareDatetime
    theirs: dict[str, WireValue] | None = None
    theirs_by: str = ""
    unsaid: list[str] = Field(default_factory=list)
    decided: dict[str, str] = Field(default_factory=dict)


class Outcome(AnswerModel):
    """What became of a mutation.

    `applied`: as written. `merged`: written together with what others wrote. `conflict`: something was set aside (it is
    in the journal). `refused`: not written, `reason` is a code and `detail` the sentence for the technician. `parked`:
    not written because the mutation `behind` was not. `deferred`: not written yet, send it again in a later batch; only
    a device that says `Twinbase-Defers: 1` is answered so. `columns`: per contested column who decided. `attributes`:
    values that the server gave (a number, say). `decision`: what it met, where something was decided. `flags`: it was
    taken, and the office looks at it. Both for a device of revision 2.
    """

    id: UUID
    status: Literal["applied", "merged", "conflict", "refused", "parked", "deferred"]
    reason: str = ""
    detail: str = ""
    behind: UUID | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    ask: bool = False
    attributes: dict[str, WireValue] = Field(default_factory=dict)
    decision: DecisionNote | None = Field(None, exclude_if=_is_empty)
    flags: list[FlagNote] = Field(default_factory=list, exclude_if=_is_empty)


class PushAnswer(AnswerModel):
    """`last_n` and `hash` are the batch that was answered; outcomes come in the order of its mutations."""

    epoch: int
    last_n: int
    hash: str
    outcomes: list[Outcome]
    replayed: bool = False
    time: AwareDatetime


class Sums(Model):
    """Of one twin: `sums[bucket] = [rows, high, low]`, bucket = hash & (2**bits - 1)."""

    bits: int = Field(ge=0, le=BUCKET_BITS_MAX)
    sums: list[tuple[int, int, int]] = Field(max_length=1 << BUCKET_BITS_MAX)


class RepairRequest(Model):
    """`unexplained`: those of the twins whose difference no cause of the last answer explains; the server alarms."""

    cursor: str = Field(max_length=16_384)
    acked: int = Field(0, ge=0)
    twins: dict[str, Sums] = Field(max_length=512)
    unexplained: list[str] = Field(default_factory=list, max_length=512)


class InitialRequest(Model):
    """`resume`: go on after the last whole page that was kept. `twins`: only these. `columns`: backfill these."""

    resume: str | None = Field(None, max_length=16_384)
    twins: list[str] | None = Field(None, max_length=512)
    columns: dict[str, list[str]] | None = None


class TwinSchema(Model):
    version: int = Field(1, ge=1)
    columns: list[str] = Field(min_length=1, max_length=2000)


class SchemaRequest(Model):
    """What the device has: per twin its version and columns, key columns first."""

    twins: dict[str, TwinSchema] = Field(max_length=512)


class TwinDescription(AnswerModel):
    """How a twin travels: how many of its columns are the key, which way, and the codec of each column, in their order.

    What a device may do there: `operations`, and the columns that it may change and may fill in a new row.
    """

    key: int
    direction: str
    types: list[str]
    operations: list[str]
    writable: list[str]
    insertable: list[str]


class SchemaAnswer(AnswerModel):
    """`twins`: the columns that will travel. `refused`: twins not served to that version, and why. `described`: for a
    device of revision 2.
    """

    schema_: str = Field(alias="schema")
    twins: dict[str, list[str]]
    refused: dict[str, str] = Field(default_factory=dict)
    described: dict[str, TwinDescription] | None = None


class LoginRequest(Model):
    email: str = Field(max_length=320)
    password: str = Field(max_length=1024, repr=False)
    replica: UUID
    device_name: str = Field("", max_length=200)
    device_key: str = Field("", max_length=64)
    """The public half of the device's Ed25519 key, as base64url; whoever signs in without one has a session without."""
    replaces: UUID | None = None
    """The device's session of before, which ends."""


class SigningRequest(Model):
    """The device on which somebody signs in at a plugin's route: what every such request holds beside its own."""

    replica: UUID
    device_name: str = Field("", max_length=200)
    device_key: str = Field("", max_length=64)
    """As in LoginRequest."""
    replaces: UUID | None = None


class EnrollRequest(Model):
    """In place of an e-mail and a password: the code that the office has given for this device, however it is typed."""

    code: str = Field(max_length=64, repr=False)
    replica: UUID
    device_name: str = Field("", max_length=200)
    device_key: str = Field("", max_length=64)


class LoginAnswer(AnswerModel):
    """Of a sign-in and of a refresh. A server of before the sessions gives no `refresh_token`."""

    token: str = Field(repr=False)
    expires_in_seconds: int
    subject: str
    claims: dict[str, Any]
    refresh_token: str = Field("", repr=False)
    session: str = ""


class RefreshRequest(Model):
    """Go on with a session. `rotation`: a random text, kept before the request is sent and sent again when no answer
    came. `proof`: the device's signature of `refresh_proof`, as base64url, in a session that has its key."""

    refresh_token: str = Field(max_length=1024, repr=False)
    rotation: str = Field(min_length=16, max_length=64)
    replica: UUID
    proof: str = Field("", max_length=128, repr=False)


class SessionAnswer(AnswerModel):
    """One sign-in on one device. `is_this`: it is the one that asks."""

    session: str
    device_name: str
    replica: UUID
    made_at: AwareDatetime
    used_at: AwareDatetime
    ends_at: AwareDatetime
    is_this: bool


class EndAnswer(AnswerModel):
    """How many sessions were ended."""

    ended: int


class SessionsAnswer(AnswerModel):
    sessions: list[SessionAnswer]


def refresh_proof(refresh_token: str, rotation: str, replica: UUID) -> bytes:
    """What a device signs to show that a refresh token is its own."""
    return "\n".join(("twinbase refresh", refresh_token, rotation, str(replica))).encode()


def wipe_proof(ticket: str) -> bytes:
    """What a device that is to be wiped signs to show that it is that device."""
    return f"twinbase wipe\n{ticket}".encode()


class WipeAnswer(AnswerModel):
    """`taken`: how many edits of this request wait for the office now."""

    taken: int = 0


class MeAnswer(BaseModel):
    """Who a token names. It says more (the device, until when), which a device does not need."""

    subject: str
    claims: dict[str, Any]


class Problem(BaseModel):
    """RFC 9457. `type` is a short code of ours, for programs; `detail` is for a person."""

    model_config = ConfigDict(extra="allow")
    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""


def batch_hash(replica: UUID, epoch: int, body: bytes) -> str:
    """The chained hash of a batch: over who sends it and the body's exact bytes, which hold n and the previous hash."""
    return hashlib.sha256(f"{replica}\n{epoch}\n".encode() + body).hexdigest()


def schema_fingerprint(twins: Mapping[str, Sequence[str]]) -> str:
    """The name of a set of twins and their columns, in order."""
    return hashlib.sha256(msgspec.json.encode(twins, order="sorted")).hexdigest()[:16]
