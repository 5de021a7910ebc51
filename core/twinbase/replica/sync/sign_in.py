"""Who signed in on this device, as its file keeps it: a screen asks for "mine" without a network."""

import json

import msgspec

from twinbase.identity import Identity
from twinbase.protocol import LoginAnswer
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import NOTES, forget, read_state, recall, remember, write_state
from twinbase.replica.file.transaction import begin_transaction

_OLD_TOKEN = "access_token"


def keep_sign_in(connection: Connection, answer: LoginAnswer) -> None:
    """Whose file it is from now on."""
    with begin_transaction(connection):
        connection.execute(NOTES)
        forget(connection, _OLD_TOKEN)
        remember(connection, "claims", json.dumps(answer.claims))
        write_state(connection, account=answer.subject)


def keep_identity(connection: Connection, identity: Identity) -> None:
    """The claims that a renewed token brought; and whose file it is, should it have lost that it was signed in on."""
    kept = read_identity(connection)
    if kept is None or kept.fingerprint() != identity.fingerprint():
        with begin_transaction(connection):
            remember(connection, "claims", json.dumps(dict(identity.claims)))
            write_state(connection, account=identity.subject)


def take_old_token(connection: Connection) -> str:
    """The access token that a file of before the sessions holds, which goes on for its few minutes; "" in any other."""
    token = recall(connection, _OLD_TOKEN)
    if token:
        with begin_transaction(connection):
            forget(connection, _OLD_TOKEN)
    return token


def read_identity(connection: Connection) -> Identity | None:
    """Who signed in last; None when nobody ever did, or only before the file kept it."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_twinbase_sync'").fetchone() is None:
        return None
    account, claims = read_state(connection).account, recall(connection, "claims")
    return Identity(account, msgspec.json.decode(claims)) if account and claims else None


def has_current_claims(connection: Connection) -> bool:
    """Whether the rows here came for the claims that are kept; a renewed token may bring others."""
    identity, claims = read_identity(connection), read_state(connection).claims
    return not claims or (identity is not None and identity.fingerprint() == claims)
