"""A device's file on the command line: where its key is, which plugins it was made with, and how it is opened."""

import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version as read_version
from pathlib import Path
from typing import Annotated

import typer

from twinbase.errors import NotSignedIn, ReplicaError
from twinbase.plugins import load_plugins
from twinbase.replica import Replica
from twinbase.replica.connection import Connection
from twinbase.replica.file.examine import examine
from twinbase.replica.file.file import ReplicaFile, open_untouched
from twinbase.replica.file.keys import Secret, key_for
from twinbase.replica.file.state import NOTES, read_state, recall, remember

PLUGINS_NOTE = "plugins"
KEY_VARIABLE, PASSWORD_VARIABLE = "TWINBASE_KEY", "TWINBASE_PASSWORD"
DeviceFile = Annotated[
    Path, typer.Argument(metavar="FILE", envvar="TWINBASE_REPLICA", help="The device's file (or TWINBASE_REPLICA).")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", metavar="FILE", help=f"The key in hexadecimal (default: FILE.key). {KEY_VARIABLE} comes first."
    ),
]


class NoKey(ReplicaError):
    """There is no key for this replica. Set TWINBASE_KEY, or name the file with --key-file."""


class NoReplica(ReplicaError):
    """There is no replica at this path. Make one with `twinbase file enroll`."""


def read_key(path: Path, key_file: Path | None) -> Secret:
    """The key from the environment or its file: 64 hexadecimal digits, or else a passphrase."""
    text = os.environ.get(KEY_VARIABLE) or _content(key_file or default_key_file(path))
    if not text:
        raise NoKey(str(path))
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return text
    return raw if len(raw) == 32 else text


def make_key(path: Path, key_file: Path | None) -> Path | None:
    """Keep a new random key in its file, readable by the owner only; None when there is a key already."""
    key_path = key_file or default_key_file(path)
    if os.environ.get(KEY_VARIABLE) or key_path.exists():
        return None
    with os.fdopen(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    return key_path


def default_key_file(path: Path) -> Path:
    return path.with_name(path.name + ".key")


def _content(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a file was made for; it remembers server and plugins, so that nobody has to name them again."""

    server: str
    plugins: tuple[str, ...]
    plain_http: bool = False


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


def read_password(account: str) -> str:
    """The password of the environment, or the one that a person types."""
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if not sys.stdin.isatty():
        raise NotSignedIn(f"Set {PASSWORD_VARIABLE}.")
    return str(typer.prompt(f"Password of {account}", hide_input=True, err=True))


def _note_plugins(connection: Connection, plugins: tuple[str, ...]) -> None:
    connection.execute(NOTES)
    remember(connection, PLUGINS_NOTE, " ".join(plugins))
