"""The sync's own transactions: each begins by checking that this sync may still write (H28)."""

from collections.abc import Iterator
from contextlib import contextmanager

from twinbase.errors import ReplicaBusy
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import NOTES, SPILL, FileState, read_state, write_state


def take_over(connection: Connection, token: str) -> None:
    """From now on only the holder of this token syncs the file."""
    with begin_transaction(connection):
        connection.execute(NOTES)
        connection.execute(SPILL)
        connection.execute("DELETE FROM _twinbase_spill")
        write_state(connection, token=token)


@contextmanager
def begin_fenced(connection: Connection, token: str) -> Iterator[FileState]:
    """One transaction of a sync; raises ReplicaBusy, having written nothing, when a later sync has taken over."""
    with begin_transaction(connection):
        state = read_state(connection)
        if state.token != token:
            raise ReplicaBusy("Another sync has taken over while this one slept; it goes on.")
        yield state


@contextmanager
def begin_applying(connection: Connection, token: str) -> Iterator[FileState]:
    """A transaction whose writes are the server's, not a person's: the capture triggers keep still (T17)."""
    with begin_fenced(connection, token) as state:
        connection.execute("UPDATE _twinbase_state SET applying = 1")
        yield state
        connection.execute("UPDATE _twinbase_state SET applying = 0")


@contextmanager
def begin_transaction(connection: Connection) -> Iterator[None]:
    """All or nothing, with the right to write from its first moment."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        commit(connection)
    except BaseException:
        # A full disk ends the transaction by itself; a commit that fails leaves it open.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def commit(connection: Connection) -> None:
    """The one place where a sync's work becomes durable: what a crash test kills a process at."""
    connection.execute("COMMIT")
