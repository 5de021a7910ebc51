"""What becomes of an upload that no row asks for any more: a person has ended it, or it must not be forgotten."""

import json
from typing import Any, Final

from twinbase.attachment import STORED, Attachment
from twinbase.quoting import quote_name
from twinbase.registry import Registry, Twin
from twinbase.replica.attachments.uploads import RowUpload
from twinbase.replica.connection import Connection
from twinbase.replica.file.names import changes_table, image_table
from twinbase.replica.outbox.states import NOT_TAKEN, ON_ITS_WAY, TAKEN

GOES_ON = ""
ENDS: Final = "ends"
NOT_TAKEN_THERE = (
    "What it belongs to is somebody else's now, or is gone, and the server did not take its bytes."
    " Ask the office, or discard it."
)
REPLACED = (
    "What it belongs to has another content by now, that was not put there on this device. Discard it, or add it."
)
REFUSED_THERE = "The server refused its bytes. Take it again, as a new one."
LOST = "Its bytes are not on this device any more, and the server has not got them. Take it again, as a new one."
WHY_REFUSED = (NOT_TAKEN_THERE, REPLACED, REFUSED_THERE, LOST)
"""What a device itself says of an attachment that is refused; the rest are sentences of the server."""


def judge_unnamed(connection: Connection, registry: Registry, upload: RowUpload, *, is_here: bool) -> str:
    """The fate of an upload whose row, as the server last had it, is not here with these bytes: it GOES_ON, for the
    row may have gone to somebody else; it ENDS, for the row has them or a person here has replaced them; or else a
    sentence, which a person has to read. `is_here`: its bytes are."""
    slot = _find_slot(registry, upload)
    if slot is None or not slot[0].pulls:
        return GOES_ON
    if upload.stage in ("stored", "discarded") or _has_replaced(connection, *slot, upload):
        return ENDS
    served = _read_served(connection, *slot, upload)
    if served is not None and served[0] == upload.sha256:
        return ENDS if served[1] == STORED else GOES_ON if is_here else LOST
    if not is_here:
        return LOST
    return GOES_ON if served is None else REPLACED


def has_left(connection: Connection, registry: Registry, upload: RowUpload) -> bool:
    """Whether its row is not here, nor on its way to the server: then the server's answer about it is the last one.

    What waits for a person is on no way: an edit that was refused would keep it offered for ever.
    """
    slot = _find_slot(registry, upload)
    if slot is None or _is_named_in(connection, registry, upload.sha256, ON_ITS_WAY):
        return False
    return not slot[0].pulls or _read_served(connection, *slot, upload) is None


def has_unsent_edit(connection: Connection, registry: Registry, sha256: str) -> bool:
    """Whether something names this content that the server has not taken yet."""
    return _is_named_in(connection, registry, sha256, NOT_TAKEN)


def _is_named_in(connection: Connection, registry: Registry, sha256: str, edits: str) -> bool:
    """`edits`: SQL, which of the outbox."""
    unsent = f"SELECT seq FROM _twinbase_outbox WHERE {edits}"
    return any(
        connection.execute(
            f"SELECT 1 FROM {changes_table(twin.name)} WHERE {quote_name('new_' + column)} = ? AND seq IN ({unsent})",
            (sha256,),
        ).fetchone()
        for twin in registry
        if twin.pushes
        for column in twin.attachments
    )


def _find_slot(registry: Registry, upload: RowUpload) -> tuple[Twin, Attachment] | None:
    """Its column; None where this app knows none of that name any more."""
    twin = registry[upload.twin] if upload.twin in registry else None
    attachment = twin.attachments.get(upload.name) if twin is not None and twin.pushes else None
    return None if twin is None or attachment is None else (twin, attachment)


def _has_replaced(connection: Connection, twin: Twin, attachment: Attachment, upload: RowUpload) -> bool:
    """Whether a person here put something else in the place of this very content, or deleted the row, and the server
    has taken that."""
    new, old = quote_name("new_" + attachment.column), quote_name("old_" + attachment.column)
    is_key = " AND ".join(f"coalesce({quote_name('new_' + n)}, {quote_name('old_' + n)}) = ?" for n in twin.key)
    query = (
        f"SELECT {new} FROM {changes_table(twin.name)} JOIN _twinbase_outbox USING (seq) WHERE {TAKEN} AND {is_key}"
        f" AND (op = 'delete' OR ? IN ({old}, {new})) ORDER BY seq DESC LIMIT 1"
    )
    said = connection.execute(query, (*_stored_key(twin, upload), upload.sha256)).fetchone()
    return said is not None and said[0] != upload.sha256


def _read_served(
    connection: Connection, twin: Twin, attachment: Attachment, upload: RowUpload
) -> tuple[str | None, str | None] | None:
    """What the row names and says of it, as the server last had it; None where it is not here."""
    columns = f"{quote_name(attachment.column)}, {quote_name(attachment.state) if attachment.state else 'NULL'}"
    image, key = image_table(twin.name), _stored_key(twin, upload)
    is_key = " AND ".join(f"{quote_name(name)} = ?" for name in twin.key)
    kept = connection.execute(f"SELECT _present, {columns} FROM {image} WHERE {is_key}", key).fetchone()
    if kept is not None:
        return (kept[1], kept[2]) if kept[0] else None
    row = connection.execute(f"SELECT {columns} FROM {quote_name(twin.name)} WHERE {is_key}", key).fetchone()
    return None if row is None else (row[0], row[1])


def _stored_key(twin: Twin, upload: RowUpload) -> list[Any]:
    converts = [twin.codecs[name].wire_to_storage for name in twin.key]
    return [v if c is None else c(v) for v, c in zip(json.loads(upload.key), converts, strict=True)]
