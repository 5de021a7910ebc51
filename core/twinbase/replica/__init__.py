"""The device twin: an encrypted SQLite file and the engine round it."""

from twinbase.replica.outbox.unsent import Unsent
from twinbase.replica.outbox.waiting import NotWaiting, RowGone, Waiting
from twinbase.replica.replica import Replica
from twinbase.replica.session import ReplicaSession

__all__ = ["NotWaiting", "Replica", "ReplicaSession", "RowGone", "Unsent", "Waiting"]
