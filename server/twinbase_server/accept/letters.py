"""Letters that the database does not have: one of LATIN1 knows no emoji, and fails the statement that holds one."""

import codecs
from collections.abc import Iterator, Mapping

from twinbase_server.accept.batch import Change
from twinbase_server.accept.reasons import Refusal
from twinbase_server.database.connection import Connection

# What PostgreSQL calls an encoding, where Python has another word for it.
_PYTHON = {"LATIN5": "iso8859-9", "LATIN6": "iso8859-10", "LATIN7": "iso8859-13", "LATIN8": "iso8859-14",
           "LATIN9": "iso8859-15", "LATIN10": "iso8859-16", "WIN866": "cp866", "WIN874": "cp874"}  # fmt: skip
_ANY = ("UTF8", "SQL_ASCII")


def check_letters(connection: Connection, checked: Mapping[str, Change | Refusal]) -> Mapping[str, Change | Refusal]:
    """The changes of a batch, with a refusal in place of one that holds a letter which the database does not have."""
    encoding = str(connection.get_settings().server_encoding)
    if encoding in _ANY or (known := _find(encoding)) is None:
        return checked
    return {id: _refusal(change, encoding, known) or change for id, change in checked.items()}


def _find(encoding: str) -> str | None:
    try:
        return codecs.lookup(_PYTHON.get(encoding, encoding.replace("WIN", "cp"))).name
    except LookupError:
        return None


def _refusal(change: Change | Refusal, encoding: str, known: str) -> Refusal | None:
    for column, text in _texts(change) if isinstance(change, Change) else ():
        try:
            text.encode(known)
        except UnicodeEncodeError:
            return Refusal("value", f"{column} holds a letter that this database does not have ({encoding}).")
    return None


def _texts(change: Change) -> Iterator[tuple[str, str]]:
    for side in (dict(zip(change.twin.key, change.key, strict=True)), change.old, change.new):
        yield from ((column, value) for column, value in side.items() if isinstance(value, str))
