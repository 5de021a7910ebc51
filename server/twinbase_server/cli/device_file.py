"""A device's file on the command line: where its key is, and what it was made for. `open_file` opens it."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twinbase.errors import NotSignedIn, ReplicaError

if TYPE_CHECKING:
    from twinbase.replica.file.keys import Secret

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


def read_key(path: Path, key_file: Path | None) -> "Secret":
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


def read_password(account: str) -> str:
    """The password of the environment, or the one that a person types."""
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if not sys.stdin.isatty():
        raise NotSignedIn(f"Set {PASSWORD_VARIABLE}.")
    return str(typer.prompt(f"Password of {account}", hide_input=True, err=True))
