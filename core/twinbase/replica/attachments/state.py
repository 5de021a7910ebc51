"""Where the bytes of an attachment are, as a screen shows it."""

from dataclasses import dataclass
from typing import Literal

from twinbase.replica.attachments.contents import find_content, sum_bytes
from twinbase.replica.attachments.uploads import find_uploads, list_refused_uploads
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


@dataclass(frozen=True, slots=True)
class RefusedAttachment:
    """What will not be sent, and waits for a person: offer it again, or discard it. Its row may be on this device no
    more: it is `column` of a row of `twin` that names it. `reason` is the sentence; `is_here`: its bytes are."""

    sha256: str
    twin: str
    column: str
    size: int
    reason: str
    is_here: bool


def list_refused(connection: Connection) -> list[RefusedAttachment]:
    """All that waits for a person."""
    found = [(one, find_content(connection, one.sha256)) for one in list_refused_uploads(connection)]
    return [
        RefusedAttachment(one.sha256, one.twin, one.name, one.size, one.reason, content is not None and content.here)
        for one, content in found
    ]


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
