"""Another key for the file: every page is written anew in one transaction of SQLCipher's own."""

from dataclasses import replace

from twinbase.errors import ReplicaBusy, ReplicaError, StorageFailed
from twinbase.replica.connection import Connection
from twinbase.replica.file.file import ReplicaFile, connect, interpret_error
from twinbase.replica.file.keys import FileKey, Secret, key_for


def rekey(file: ReplicaFile, secret: Secret) -> ReplicaFile:
    """The file under its new key. Killed at any point, it opens with the old key or with the new one.

    The salt at the head of the file stays, so a passphrase keeps its meaning whichever way it ends.
    """
    if file.key is None:
        raise ReplicaError("A plain file has no key to change: open a new, encrypted one and sync it.")
    rekeyed = replace(file, key=key_for(file.path, secret))
    try:
        _change(file, rekeyed.key)
    except file.driver.DatabaseError as error:
        # On a full disk the pragma says "ok" all the same, and what comes after it finds a table locked.
        if not _opens(rekeyed):
            raise interpret_error(file, error) or StorageFailed(_NO_ROOM) from None
    return rekeyed


_NO_ROOM = "The key was not changed: for a moment that takes as much room again as the file."


def _change(file: ReplicaFile, key: FileKey | None) -> None:
    assert key is not None
    connection = connect(file)
    try:
        _empty_wal(connection)
        connection.execute(f"PRAGMA rekey = {key.pragma}").fetchall()
        _empty_wal(connection)
    finally:
        connection.close()


def _opens(file: ReplicaFile) -> bool:
    try:
        connect(file).close()
    except file.driver.DatabaseError:
        return False
    return True


def _empty_wal(connection: Connection) -> None:
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise ReplicaBusy("The file is in use elsewhere: close it there, then change its key.")
