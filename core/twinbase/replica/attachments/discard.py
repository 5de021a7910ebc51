"""A person gives up what cannot be sent: the one way in which bytes go that are nowhere else, and were to be sent."""

from twinbase.registry import Registry
from twinbase.replica.attachments.contents import find_content
from twinbase.replica.attachments.fate import has_unsent_edit
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.attachments.tidy import remove_content
from twinbase.replica.attachments.uploads import find_uploads
from twinbase.replica.connection import Connection


def discard_upload(connection: Connection, store: ContentStore, registry: Registry, sha256: str) -> bool:
    """Offer what was refused no more, and let its bytes go unless another row needs them, or the server has them;
    whether there was such an upload. Call it in a transaction that may write."""
    changed = connection.execute(
        "UPDATE _twinbase_upload SET stage = 'discarded', reason = '' WHERE sha256 = ? AND stage = ?",
        (sha256, "refused"),
    ).rowcount
    if changed and not _is_needed(connection, registry, sha256):
        remove_content(connection, store, sha256)
    return bool(changed)


def _is_needed(connection: Connection, registry: Registry, sha256: str) -> bool:
    content = find_content(connection, sha256)
    if content is None or content.stored or has_unsent_edit(connection, registry, sha256):
        return True
    return any(upload.stage != "discarded" for upload in find_uploads(connection, sha256))
