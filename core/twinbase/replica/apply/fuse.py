"""The fuse: an answer that would remove most of a twin is believed only when it is given again (H10).

A claim that went missing on the server looks exactly like a technician who lost every job. What the first answer said
is kept in the file, so that the next one can confirm it, in this sync or in a later one; a blown fuse removes nothing.
A twin that changes all the time never has the same digest twice, so a third answer with the same claims and about as
many rows is believed too: the fuse has a way out, whatever the office does meanwhile.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from twinbase.errors import TransportError
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import recall, remember
from twinbase.replica.file.transaction import begin_fenced

ROWS_ALWAYS_ALLOWED = 50
SHARE_ALWAYS_ALLOWED = 0.2
ANSWERS_BELIEVED = 3
_NOTE = "removal"


@dataclass(frozen=True, slots=True)
class Removal:
    """What an answer would remove from the twins that it would hurt: its digest and claims, and how often it was said.

    A digest begins with the number of rows that would be left.
    """

    claims: str
    digests: Mapping[str, tuple[int, ...]]
    answers: int = 1


class FuseBlown(TransportError):
    """The server's answer would remove an unusual share of the rows here. Nothing was removed; it is asked again."""

    def __init__(self, detail: str, removal: Removal) -> None:
        self.removal = removal
        super().__init__(detail)


def is_unusual(removed: int, rows: int) -> bool:
    """Whether removing that many of so many rows needs a second answer."""
    return removed > max(ROWS_ALWAYS_ALLOWED, SHARE_ALWAYS_ALLOWED * rows)


def is_confirmed(first: Removal | None, second: Removal) -> bool:
    """Whether earlier answers said the same about every twin that this one would hurt."""
    if first is None or first.claims != second.claims:
        return False
    if all(first.digests.get(twin) == digest for twin, digest in second.digests.items()):
        return True
    patient = first.answers + 1 >= ANSWERS_BELIEVED
    return patient and all(_is_near(first.digests.get(twin), digest) for twin, digest in second.digests.items())


def _is_near(first: tuple[int, ...] | None, second: tuple[int, ...]) -> bool:
    """Whether about as many rows would be left."""
    if not first or not second:
        return first == second
    return not is_unusual(first[0] - second[0], first[0])


def note_removal(connection: Connection, token: str, removal: Removal) -> None:
    """Keep what an answer asked for. Answers with the same claims count together, whichever twins each would hurt."""
    with begin_fenced(connection, token):
        earlier = read_removal(connection)
        if earlier is not None and earlier.claims == removal.claims:
            removal = Removal(removal.claims, {**earlier.digests, **removal.digests}, earlier.answers + 1)
        remember(connection, _NOTE, json.dumps(asdict(removal)))


def read_removal(connection: Connection) -> Removal | None:
    """What earlier answers asked for, if nothing has settled it since."""
    kept = recall(connection, _NOTE)
    if not kept:
        return None
    values = json.loads(kept)
    digests = {twin: tuple(digest) for twin, digest in values["digests"].items()}
    return Removal(values["claims"], digests, values["answers"])


def forget_removal(connection: Connection, token: str) -> None:
    """Everything is proven: what an earlier answer wanted removed is removed, or was a mistake."""
    if recall(connection, _NOTE):
        with begin_fenced(connection, token):
            remember(connection, _NOTE, "")
