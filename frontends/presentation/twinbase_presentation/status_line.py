"""What an app says quietly of the sync: one thing at the left, counts at the right, nothing when all is well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from twinbase.replica.status import SyncStatus
from twinbase_mobile.reading.moments import Zone, local_time
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route

Tone = Literal["grey", "primary", "green", "amber", "red", "violet"]
"""A colour by its meaning: see the tokens."""
SYNC, SIGN_IN = Route("sync"), Route("sign_in")


@dataclass(frozen=True, slots=True)
class StatusChip:
    """`go`: where a tap leads."""

    said: str
    icon: str
    tone: Tone
    go: Route = SYNC


@dataclass(frozen=True, slots=True)
class StatusLine:
    """`left`: the first thing that is to be said, if any; `to_send`: how many edits; `needs_you`: what waits for a
    person, as the red banner says it."""

    left: StatusChip | None = None
    to_send: StatusChip | None = None
    needs_you: StatusChip | None = None

    @property
    def is_empty(self) -> bool:
        """Everything is sent, and the server was there."""
        return self.left is None and self.to_send is None and self.needs_you is None


def describe_status(status: SyncStatus, language: Language, now: datetime, zone: Zone) -> StatusLine:
    """What to say of the sync; times are on the clocks of the zone."""
    return StatusLine(_left(status, language, now, zone), _to_send(status, language), _needs_you(status, language))


def say_proof(status: SyncStatus, language: Language, now: datetime, zone: Zone) -> str:
    """When this device was last found equal to the server; "" where it never was, or is not."""
    synced_at = local_time(status.synced_at, zone)
    if synced_at is None or status.unproven:
        return ""
    return language.say("Checked with the server at {time}", time=language.format_when(synced_at, now.date()))


def _left(status: SyncStatus, language: Language, now: datetime, zone: Zone) -> StatusChip | None:
    if not status.signed_in:
        return StatusChip(language.say("Sign in again to send"), "login", "amber", SIGN_IN)
    offline = local_time(status.offline_since, zone)
    if offline is not None:
        since = language.say("Offline since {time}", time=language.format_when(offline, now.date()))
        return StatusChip(since, "cloud_off", "grey")
    if status.phase == "push":
        return StatusChip(language.say("Sending…"), "cloud_upload", "primary")
    if status.is_syncing:
        return StatusChip(_say_rows(status, language), "sync", "primary")
    if status.problem:
        return StatusChip(status.problem, "error", "amber")
    if number := len(status.unproven):
        return StatusChip(language.count("{n} table to check", "{n} tables to check", number), "rule", "amber")
    return None


def _say_rows(status: SyncStatus, language: Language) -> str:
    if not status.rows:
        return language.say("Updating…")
    return language.count("Updating… {n} row", "Updating… {n} rows", status.rows)


def _to_send(status: SyncStatus, language: Language) -> StatusChip | None:
    number = status.pending + status.unsent_files
    return StatusChip(language.count("{n} to send", "{n} to send", number), "cloud_upload", "amber") if number else None


def _needs_you(status: SyncStatus, language: Language) -> StatusChip | None:
    """A refusal is work that is not finished: it is red. A conflict alone is not refused."""
    if status.refused:
        said = language.count("{n} refusal to correct", "{n} refusals to correct", status.refused)
        return StatusChip(said, "error", "red")
    number = status.conflicts + status.parked
    said = language.count("{n} edit waits for you", "{n} edits wait for you", number)
    return StatusChip(said, "error", "red") if number else None
