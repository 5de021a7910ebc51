"""The device twin: an encrypted SQLite file and the engine round it."""

from twinbase.replica.attachments.attachments import Attachments
from twinbase.replica.attachments.photo import TakenPhoto
from twinbase.replica.attachments.state import AttachmentState, AttachmentUsage, RefusedAttachment
from twinbase.replica.certificate import fetch_certificate, trust_certificate
from twinbase.replica.changes import ChangedRow
from twinbase.replica.drafts import Draft, Drafts
from twinbase.replica.outbox.decisions import DecidedColumn, OfficeAnswer, ServerDecision
from twinbase.replica.outbox.pending_edits import PendingEdit
from twinbase.replica.outbox.put_back import CannotPutBack, NoSuchDecision
from twinbase.replica.outbox.titles import UnsentEdit
from twinbase.replica.outbox.waiting_edits import EditNotWaiting, RowGone, WaitingEdit
from twinbase.replica.replica import Replica
from twinbase.replica.session import ReplicaSession

__all__ = [
    "AttachmentState",
    "AttachmentUsage",
    "Attachments",
    "CannotPutBack",
    "ChangedRow",
    "DecidedColumn",
    "Draft",
    "Drafts",
    "EditNotWaiting",
    "NoSuchDecision",
    "OfficeAnswer",
    "PendingEdit",
    "RefusedAttachment",
    "Replica",
    "ReplicaSession",
    "RowGone",
    "ServerDecision",
    "TakenPhoto",
    "UnsentEdit",
    "WaitingEdit",
    "fetch_certificate",
    "trust_certificate",
]  # fmt: skip
