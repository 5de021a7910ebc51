"""A device's file is opened on the command line: a new one, or one that remembers what it was made for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version as read_version
from pathlib import Path

from twinbase.plugins import load_plugins
from twinbase.replica import Replica
from twinbase.replica.connection import Connection
from twinbase.replica.file.examine import examine
from twinbase.replica.file.file import ReplicaFile, open_untouched
from twinbase.replica.file.keys import Secret, key_for
from twinbase.replica.file.state import NOTES, read_state, recall, remember
from twinbase_server.cli.device_file import Enrolment, NoReplica, default_key_file, read_key, read_password

PLUGINS_NOTE = "plugins"


@asynccontextmanager
async def open_new(path: Path, secret: Secret, enrolment: Enrolment, key_file: Path | None) -> AsyncIterator[Replica]:
    """A file that may not exist yet."""
    async with await _open(path, secret, enrolment, key_file) as replica:
        await replica.database.write(_note_plugins, enrolment.plugins)
        yield replica


@asynccontextmanager
async def open_existing(path: Path, key_file: Path | None) -> AsyncIterator[Replica]:
    """A file that was enrolled; raises what keeps it from being opened, and leaves it untouched then."""
    if not path.exists():
        raise NoReplica(f"{path}.")
    secret = read_key(path, key_file)
    async with await _open(path, secret, recall_enrolment(path, secret), key_file) as replica:
        yield replica


def recall_enrolment(path: Path, secret: Secret) -> Enrolment:
    """What a file was made for; raises what keeps it from being opened, and leaves it untouched."""
    file = ReplicaFile(path, key_for(path, secret))
    examine(file)
    with open_untouched(file) as connection:
        plugins, server = recall(connection, PLUGINS_NOTE), read_state(connection).server
    # Whether plain HTTP will do was decided when the file was enrolled.
    return Enrolment(server, tuple(plugins.split()), plain_http=True)


async def _open(path: Path, secret: Secret, enrolment: Enrolment, key_file: Path | None) -> Replica:
    async def destroy_key() -> None:
        (key_file or default_key_file(path)).unlink(missing_ok=True)

    return await Replica.open(
        path,
        secret,
        plugins=load_plugins(enrolment.plugins),
        server=enrolment.server,
        plain_http=enrolment.plain_http,
        app=read_version("twinbase"),
        on_wipe=destroy_key,
    )


async def sign_in_again(replica: Replica) -> None:
    """Begin a session anew for the account of the file, with the password of the environment, or one that is typed."""
    account = (await replica.database.look(read_state)).account
    await replica.sign_in(account, read_password(account))


def _note_plugins(connection: Connection, plugins: tuple[str, ...]) -> None:
    connection.execute(NOTES)
    remember(connection, PLUGINS_NOTE, " ".join(plugins))
