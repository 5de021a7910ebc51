"""The fuse: an answer that would remove most of a twin is believed only when it is given twice (H10).

A claim that went missing on the server looks exactly like a technician who lost every job. The second answer must carry
the same digest and the same claims as the first; a blown fuse removes nothing and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twinbase.errors import TransportError

ROWS_ALWAYS_ALLOWED = 50
SHARE_ALWAYS_ALLOWED = 0.2


@dataclass(frozen=True, slots=True)
class Removal:
    """What an answer would remove from the twins that it would hurt, and the answer's own digest and claims."""

    claims: str
    digests: Mapping[str, tuple[int, ...]]


class FuseBlown(TransportError):
    """The server's answer would remove an unusual share of the rows here. Nothing was removed; it is asked again."""

    def __init__(self, detail: str, removal: Removal) -> None:
        self.removal = removal
        super().__init__(detail)


def is_unusual(removed: int, rows: int) -> bool:
    """Whether removing that many of so many rows needs a second answer."""
    return removed > max(ROWS_ALWAYS_ALLOWED, SHARE_ALWAYS_ALLOWED * rows)


def confirms(first: Removal | None, second: Removal) -> bool:
    """Whether an earlier answer said the same about every twin that this one would hurt."""
    if first is None or first.claims != second.claims:
        return False
    return all(first.digests.get(twin) == digest for twin, digest in second.digests.items())
