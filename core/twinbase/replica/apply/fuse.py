"""The fuse: an answer that would remove most of a twin is believed only when it is given again, later (H10).

A claim that went missing on the server looks exactly like a technician who lost every job, and for as long as the token
that bears it. So what the first answer said is kept in the file, and a later sync confirms it when CONFIRMED_AFTER has
passed on the server's clock; one that asks sooner confirms nothing. A blown fuse applies nothing and moves no cursor.
A twin that people work in never has the same digest twice, so it is the number of rows that is compared: the fuse has a
way out, whatever is written meanwhile.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from twinbase.errors import TransportError
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import recall, remember
from twinbase.replica.file.transaction import begin_fenced

ROWS_ALWAYS_ALLOWED = 50
SHARE_ALWAYS_ALLOWED = 0.2
CONFIRMED_AFTER = timedelta(minutes=20)
"""Longer than a token lasts, as the server comes: its claims have been read anew by then."""
_NOTE = "removal"


@dataclass(frozen=True, slots=True)
class Removal:
    """What an answer would remove from the twins that it would hurt: its digest and claims, and when it was said.

    A digest begins with the number of rows that would be left; `at` is the server's time.
    """

    claims: str
    digests: Mapping[str, tuple[int, ...]]
    at: str = ""

    @property
    def confirmed_from(self) -> datetime | None:
        """From when on another answer can confirm it; None when it was noted before that was said."""
        return datetime.fromisoformat(self.at) + CONFIRMED_AFTER if self.at else None


class FuseBlown(TransportError):
    """The server's answer would remove an unusual share of the rows here. Nothing was removed; it is asked again."""

    def __init__(self, detail: str, removal: Removal) -> None:
        self.removal = removal
        super().__init__(detail)
        self.retry_after_seconds = CONFIRMED_AFTER.total_seconds()


def is_unusual(removed: int, rows: int) -> bool:
    """Whether removing that many of so many rows needs a second answer."""
    return removed > max(ROWS_ALWAYS_ALLOWED, SHARE_ALWAYS_ALLOWED * rows)


def is_confirmed(first: Removal | None, second: Removal) -> bool:
    """Whether an earlier answer said about the same of every twin that this one would hurt, and long before it."""
    if first is None or first.claims != second.claims or not _is_later(first, second):
        return False
    return all(_is_near(first.digests.get(twin), digest) for twin, digest in second.digests.items())


def _is_later(first: Removal, second: Removal) -> bool:
    return first.confirmed_from is not None and datetime.fromisoformat(second.at) >= first.confirmed_from


def _is_near(first: tuple[int, ...] | None, second: tuple[int, ...]) -> bool:
    """Whether about as many rows would be left."""
    if not first or not second:
        return first == second
    return not is_unusual(first[0] - second[0], first[0])


def note_removal(connection: Connection, token: str, removal: Removal) -> None:
    """Keep what an answer asked for, with what earlier ones with the same claims asked of other twins."""
    with begin_fenced(connection, token):
        remember(connection, _NOTE, json.dumps(asdict(_united(read_removal(connection), removal))))


def _united(earlier: Removal | None, removal: Removal) -> Removal:
    """What to keep of both. What was asked too soon counts for nothing; a server's clock that went back begins anew."""
    if earlier is None or earlier.claims != removal.claims or not earlier.at:
        return removal
    if datetime.fromisoformat(removal.at) < datetime.fromisoformat(earlier.at):
        return removal
    if not _is_later(earlier, removal):
        return replace(earlier, digests={**removal.digests, **earlier.digests})
    return replace(removal, digests={**earlier.digests, **removal.digests})


def read_removal(connection: Connection) -> Removal | None:
    """What earlier answers asked for, if nothing has settled it since."""
    kept = recall(connection, _NOTE)
    if not kept:
        return None
    values = json.loads(kept)
    digests = {twin: tuple(digest) for twin, digest in values["digests"].items()}
    return Removal(values["claims"], digests, values.get("at", ""))


def forget_removal(connection: Connection, token: str) -> None:
    """Everything is proven: what an earlier answer wanted removed is removed, or was a mistake."""
    if recall(connection, _NOTE):
        with begin_fenced(connection, token):
            remember(connection, _NOTE, "")
