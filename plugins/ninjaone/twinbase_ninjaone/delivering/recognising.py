"""Which entry of a log is the comment that we sent: NinjaOne answers a comment with nothing, not even its id. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

CLOCKS_DIFFER = timedelta(minutes=15)
"""How far NinjaOne's clock may be behind ours, where no entry is known that was there before."""


@dataclass(frozen=True, slots=True)
class SentComment:
    """A comment as it was sent. `after_entry`: the newest entry that was known before the first try."""

    body: str
    public: bool
    seconds: int
    tried_at: datetime
    after_entry: int | None = None


def recognise(sent: SentComment, entries: Iterable[Mapping[str, Any]], taken: Collection[int]) -> int | None:
    """The first entry that says the same and can be ours; None when there is none. `taken`: those of other comments."""
    for entry in sorted(entries, key=lambda entry: int(entry["id"])):
        if entry["id"] not in taken and _is_newer(sent, entry) and _says_the_same(sent, entry):
            return int(entry["id"])
    return None


def _is_newer(sent: SentComment, entry: Mapping[str, Any]) -> bool:
    if sent.after_entry is not None:
        return bool(entry["id"] > sent.after_entry)
    return entry["create_time"] is None or entry["create_time"] >= sent.tried_at - CLOCKS_DIFFER


def _says_the_same(sent: SentComment, entry: Mapping[str, Any]) -> bool:
    return (
        entry["type"] == "COMMENT"
        and _words(entry["body"]) == _words(sent.body)
        and bool(entry["public_entry"]) == sent.public
        and (entry["time_tracked"] or 0) == sent.seconds
    )


def _words(text: str | None) -> list[str]:
    return (text or "").split()
