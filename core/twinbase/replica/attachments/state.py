"""Where the bytes of an attachment are, as a screen shows it."""

from dataclasses import dataclass
from typing import Literal

from twinbase.replica.attachments.contents import find_content, sum_bytes
from twinbase.replica.attachments.uploads import find_uploads
from twinbase.replica.connection import Connection
from twinbase.replica.file.content_tables import count_unsent_contents

Whereabouts = Literal["elsewhere", "here", "sending", "stored", "refused"]


@dataclass(frozen=True, slots=True)
class AttachmentState:
    """Where its bytes are.

    `where`: "here", on this device alone, and no row that the server has names them; "sending", to the server, `sent`
    of `total` bytes are there; "stored", the server has them; "refused", it will not take them, and `reason` is the
    sentence that says why, or why it does not go on at the moment; "elsewhere", not on this device.
    `is_here`: they can be opened on this device at this moment.
    """

    where: Whereabouts
    is_here: bool
    sent: int = 0
    total: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentUsage:
    """How much room attachments take: `bytes` of `budget_bytes`, of which `unsent_bytes` are nowhere else; `waiting`
    of them are to be sent."""

    bytes: int
    unsent_bytes: int
    budget_bytes: int
    waiting: int


def read_state(connection: Connection, sha256: str, *, is_here: bool) -> AttachmentState:
    """Where it is; several rows may name it, and then the one that is furthest behind says so."""
    content, uploads = find_content(connection, sha256), find_uploads(connection, sha256)
    if content is None:
        return AttachmentState("elsewhere", False)
    size = content.size
    for upload in uploads:
        if upload.stage == "refused":
            return AttachmentState("refused", is_here, upload.sent, size, upload.reason)
    waiting = [upload for upload in uploads if upload.stage == "waiting"]
    if waiting:
        last = min(waiting, key=lambda upload: upload.sent)
        return AttachmentState("sending", is_here, last.sent, size, last.reason)
    if content.stored:
        return AttachmentState("stored", is_here, size, size)
    return AttachmentState("here" if is_here else "elsewhere", is_here, 0, size)


def read_usage(connection: Connection, budget_bytes: int) -> AttachmentUsage:
    """How much room they take."""
    used, unsent = sum_bytes(connection), sum_bytes(connection, unsent=True)
    return AttachmentUsage(used, unsent, budget_bytes, count_unsent_contents(connection))
