"""Cursors and resume tokens: what a device holds for the server, signed so that it can only give it back.

A cursor says what a device has seen: a snapshot of this history, and under which schema, claims and time. A resume
token says where an answer was cut. Both are opaque on the device.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Any, TypeVar

import msgspec

from twinbase_server.keys.signing_key import FIRST, KeyRing, SigningKey
from twinbase_server.problems import ProblemError
from twinbase_server.sql.names import TableName
from twinbase_server.sql.unseen import Snapshot, parse_snapshot

Token = TypeVar("Token", "Cursor", "Resume")
MAC_BYTES = 16
START_OVER = "It is not one of this server's: start with an initial sync."


class Cursor(msgspec.Struct, frozen=True, tag="c", kw_only=True):
    """`snapshot` is as PostgreSQL prints it; `milestone` the newest that the device has seen, under the name that it
    has in tokens; `day` that of the last full proof, empty when the last answer was not proven; `as_of` is in
    seconds. `n`: the last batch of `epoch` whose outcomes came with the answer: who has the one has the others.
    `blind`: the tables of which not every write was heard at that moment; None when they are too many to be named.
    """

    generation: str
    milestone: str = msgspec.field(name="salt")
    snapshot: str
    schema: str
    claims: str
    as_of: int
    day: str = ""
    epoch: int = 0
    n: int = 0
    blind: list[TableName] | None = []

    @property
    def seen(self) -> Snapshot:
        """What the device has seen of this history."""
        return parse_snapshot(self.snapshot)


class Resume(msgspec.Struct, frozen=True, tag="r", kw_only=True):
    """Go on with twin `twin` after `key`. `since`: the delta's cursor (None: initial); `first`: the first page's.

    `locked`: twins that were left out before, because they could not be read.
    """

    kind: str
    twin: str
    key: list[str | None]
    first: Cursor
    since: Cursor | None = None
    options: str = ""
    locked: list[str] = []


class TokenSigner:
    """Seals tokens with the server's key, and opens what it sealed. Before the dot stands which key it was."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def seal(self, token: Cursor | Resume) -> str:
        key, body = self._keys.find_signing("cursor"), msgspec.json.encode(token)
        return f"{key.kid}.{urlsafe_b64encode(_mac(key, body) + body).rstrip(b'=').decode()}"

    def open(self, text: str, kind: type[Token]) -> Token:
        """The token that was sealed; raises the problem `bad-cursor` for anything else."""
        kid, dot, sealed = text.partition(".")
        key = self._keys.find("cursor", kid if dot else FIRST)
        raw = _read_base64(sealed if dot else text)
        mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if key is None or not hmac.compare_digest(mac, _mac(key, body)):
            raise ProblemError("bad-cursor", START_OVER)
        return self._decode(body, kind)

    def _decode(self, body: bytes, kind: type[Token]) -> Token:
        try:
            token: Any = msgspec.json.decode(body, type=kind)
        except msgspec.MsgspecError as error:
            raise ProblemError("bad-cursor", START_OVER) from error
        opened: Token = token
        return opened


def _read_base64(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NotBase64, ValueError) as error:
        raise ProblemError("bad-cursor", START_OVER) from error


def _mac(key: SigningKey, body: bytes) -> bytes:
    return hmac.new(key.secret, body, hashlib.sha256).digest()[:MAC_BYTES]
