"""What a device keeps of its session between two refreshes, and the key that says which device it is."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_hex
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from twinbase.protocol import LoginAnswer, RefreshRequest, refresh_proof
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import NOTES, recall, remember
from twinbase.replica.file.transaction import begin_transaction
from twinbase.replica.tokens.store import TokenStore

_NOTE = "device_key"


class KeptSession(msgspec.Struct, frozen=True):
    """The refresh token to show next. `rotation`: of the request in which it is being shown, kept before that is sent,
    so that the same request is made when no answer comes."""

    session: str
    refresh_token: str
    rotation: str = ""

    def __repr__(self) -> str:
        return f"KeptSession({self.session!r})"


def read_kept(store: TokenStore, name: str) -> KeptSession | None:
    """What is kept of this device's session; None when nothing is that can be read."""
    text = store.read(name)
    try:
        return None if text is None else msgspec.json.decode(text, type=KeptSession)
    except msgspec.DecodeError:
        return None


def keep_session(store: TokenStore, name: str, answer: LoginAnswer) -> None:
    """Keep what a sign-in or a refresh has brought; nothing of a server that knows no sessions."""
    if answer.refresh_token:
        _keep(store, name, KeptSession(answer.session, answer.refresh_token))
    else:
        store.forget(name)


def begin_rotation(store: TokenStore, name: str, kept: KeptSession) -> KeptSession:
    """Keep with which request the token is shown, unless that is kept already."""
    if kept.rotation:
        return kept
    rotating = msgspec.structs.replace(kept, rotation=token_hex(16))
    _keep(store, name, rotating)
    return rotating


def sign_refresh(kept: KeptSession, replica: UUID, key: Ed25519PrivateKey) -> RefreshRequest:
    """The request that shows the token, signed by the device."""
    proof = sign_message(key, refresh_proof(kept.refresh_token, kept.rotation, replica))
    return RefreshRequest(refresh_token=kept.refresh_token, rotation=kept.rotation, replica=replica, proof=proof)


def read_device_key(connection: Connection) -> Ed25519PrivateKey:
    """The device's own key, made when it is first asked for; it lies in the replica's file, encrypted as all of it."""
    with begin_transaction(connection):
        connection.execute(NOTES)
        if not (text := recall(connection, _NOTE)):
            text = _encode(Ed25519PrivateKey.generate().private_bytes_raw())
            remember(connection, _NOTE, text)
    return Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(text + "=="))


def show_device_key(key: Ed25519PrivateKey) -> str:
    """The public half, as it is sent."""
    return _encode(key.public_key().public_bytes_raw())


def sign_message(key: Ed25519PrivateKey, message: bytes) -> str:
    """The device's signature of a message, as it is sent."""
    return _encode(key.sign(message))


def _keep(store: TokenStore, name: str, kept: KeptSession) -> None:
    store.write(name, msgspec.json.encode(kept).decode())


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
