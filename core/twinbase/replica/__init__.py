"""The device twin: an encrypted SQLite file and the engine round it."""

from twinbase.replica.outbox import NotWaiting, RowGone, Waiting
from twinbase.replica.replica import Replica
from twinbase.replica.session import ReplicaSession
from twinbase.replica.unsent import Unsent

__all__ = ["NotWaiting", "Replica", "ReplicaSession", "RowGone", "Unsent", "Waiting"]
