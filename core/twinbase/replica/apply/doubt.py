"""Twins whose rows were not the server's when an answer was applied: remembered until a digest says that they are.

The cursor moves with the rows, before a repair has begun. A sync that ends in between, by a broken line or a dead
battery, must not let the next one take "nothing changed since your cursor" for a proof.
"""

import json
from collections.abc import Mapping, Sequence

from twinbase.frames import End
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import recall, remember

_NOTE = "doubted"


def read_doubts(connection: Connection) -> dict[str, list[str]]:
    """The twins that have to be proven by a digest, with the causes that the server gave when they first differed."""
    twins: dict[str, list[str]] = json.loads(recall(connection, _NOTE) or "{}")
    return twins


def update_doubts(connection: Connection, here: Mapping[str, Sequence[int]], end: End) -> None:
    """Doubt the twins whose digest is not the server's, and those that it says are equal no longer.

    Part of the transaction that moves the cursor. Without a digest a twin stays as it was, or is doubted when the
    server names a cause: an answer in several parts proves nothing.
    """
    before = read_doubts(connection)
    equal = {twin for twin, digest in end.digests.items() if list(here[twin]) == list(digest)}
    after = {twin: causes for twin, causes in before.items() if twin not in equal}
    for twin in (end.digests.keys() | end.causes.keys()) - equal:
        after[twin] = before.get(twin) or list(end.causes.get(twin, ()))
    if after != before:
        remember(connection, _NOTE, json.dumps(after))
