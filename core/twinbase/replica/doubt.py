"""Twins whose rows were not the server's when an answer was applied: remembered until a digest says that they are.

The cursor moves with the rows, before a repair has begun. A sync that ends in between, by a broken line or a dead
battery, must not let the next one take "nothing changed since your cursor" for a proof.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from twinbase.replica.fenced import recall, remember

_NOTE = "doubted"


def doubted(connection: Any) -> frozenset[str]:
    """The twins that have to be proven by a digest."""
    return frozenset(json.loads(recall(connection, _NOTE) or "[]"))


def weigh(connection: Any, here: Mapping[str, Sequence[int]], there: Mapping[str, Sequence[int]]) -> None:
    """Doubt the twins whose digest is not the server's, and those that it says are equal no longer.

    Part of the transaction that moves the cursor. A twin whose digest did not come stays as it was.
    """
    before = doubted(connection)
    differing = {twin for twin, digest in there.items() if list(here[twin]) != list(digest)}
    after = (before - there.keys()) | differing
    if after != before:
        remember(connection, _NOTE, json.dumps(sorted(after)))
