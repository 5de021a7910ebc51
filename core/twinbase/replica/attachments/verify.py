"""Every attachment of a file read again, and compared with its hash."""

from pathlib import Path

from twinbase.errors import AttachmentMissing, DamagedAttachment
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.connection import Connection
from twinbase.replica.file.content_tables import read_content_key


def verify_contents(connection: Connection, file: Path) -> tuple[int, list[str]]:
    """How many were read, and what is wrong with which. Nothing is changed: what the file does not know is left too."""
    store = ContentStore(file, read_content_key(connection))
    query = "SELECT sha256, stored FROM _twinbase_content WHERE here = 1 ORDER BY sha256"
    contents = connection.execute(query).fetchall()
    wrong = [(sha256, why, bool(stored)) for sha256, stored in contents if (why := _find_fault(store, sha256))]
    return len(contents), [_describe(*one) for one in wrong]


def _find_fault(store: ContentStore, sha256: str) -> str:
    try:
        return "" if store.verify(sha256) else "is another content"
    except AttachmentMissing:
        return "should be here, and is not"
    except DamagedAttachment as error:
        return f"is damaged {error.detail}"


def _describe(sha256: str, why: str, stored: bool) -> str:
    way = "the server has it: fetch it again" if stored else "it is nowhere else: take it again"
    return f"The attachment {sha256} {why}; {way}"
