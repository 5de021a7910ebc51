"""Twinbase: one SQLModel class, two databases that stay twins.

The way of a row: write (device) → outbox → push → accept (server) → capture → feed → apply (device) → prove, and repair
what differs. Each step is a file; docs/explanation/way-of-a-row.md walks through them.
"""

from twinbase.attachment import Attachment
from twinbase.caption import Caption
from twinbase.conflict import Conflict, Decision, merge_columns, state_machine
from twinbase.delivery import AppliedMutation, Delivery, DeliveryOutcome, Exporter, WaitingDelivery
from twinbase.errors import Refused, TwinbaseError
from twinbase.hooks import hookimpl
from twinbase.identity import Credentials, Identity, UncheckedIdentity, Who
from twinbase.mirror import Mirror, Window, days, within
from twinbase.mutation import Flag, IncomingMutation, NeighbourQuery, Rows
from twinbase.plugins import Plugins
from twinbase.source import Run, Source
from twinbase.wording import says

__all__ = [
    "AppliedMutation",
    "Attachment",
    "Caption",
    "Conflict",
    "Credentials",
    "Decision",
    "Delivery",
    "DeliveryOutcome",
    "Exporter",
    "Flag",
    "Identity",
    "IncomingMutation",
    "Mirror",
    "NeighbourQuery",
    "Plugins",
    "Refused",
    "Rows",
    "Run",
    "Source",
    "TwinbaseError",
    "UncheckedIdentity",
    "WaitingDelivery",
    "Who",
    "Window",
    "days",
    "hookimpl",
    "merge_columns",
    "says",
    "state_machine",
    "within",
]  # fmt: skip
