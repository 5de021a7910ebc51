"""Another key for the file: every page is written anew in one transaction of SQLCipher's own."""

from dataclasses import replace
from typing import Any

from twinbase.errors import ReplicaBusy, ReplicaError
from twinbase.replica.file import File, connect
from twinbase.replica.keys import Secret, key_for


def rekey(file: File, secret: Secret) -> File:
    """The file under its new key. Killed at any point, it opens with the old key or with the new one.

    The salt at the head of the file stays, so a passphrase keeps its meaning whichever way it ends.
    """
    if file.key is None:
        raise ReplicaError("A plain file has no key to change: open a new, encrypted one and sync it.")
    key = key_for(file.path, secret)
    connection = connect(file)
    try:
        _empty_wal(connection)
        connection.execute(f"PRAGMA rekey = {key.pragma}").fetchall()
        _empty_wal(connection)
    finally:
        connection.close()
    return replace(file, key=key)


def _empty_wal(connection: Any) -> None:
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise ReplicaBusy("The file is in use elsewhere: close it there, then change its key.")
