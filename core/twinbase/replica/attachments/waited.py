"""What rows wait for whose bytes the server has by another row: it must not go from here, and comes again where it has.

A photo of one visit is put into another one: the server takes bytes for each row by itself, so that nobody learns from
a hash what it has.
"""

from collections.abc import Iterator

from twinbase.attachment import FAILED, STORED, Attachment
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.attachments.naming_rows import find_naming_row, find_naming_rows, list_attachments
from twinbase.replica.attachments.uploads import list_uploads
from twinbase.replica.connection import Connection
from twinbase.replica.file.names import changes_table, image_table
from twinbase.replica.outbox.states import NOT_TAKEN

_HELD = "(SELECT sha256 FROM _twinbase_content WHERE here = 0 AND stored = 1 AND thumbnail_of IS NULL)"
_NOTED = "(SELECT sha256 FROM _twinbase_upload)"


def find_waited(connection: Connection, registry: Registry) -> set[str]:
    """The contents that have to stay: rows name them of which the server has no bytes, or that it has not yet."""
    sent = {(*one.row, one.sha256) for one in list_uploads(connection) if one.stage in ("stored", "discarded")}
    naming = find_naming_rows(connection, registry)
    waited = {one.sha256 for one in naming if one.state != STORED and (*one.row, one.sha256) not in sent}
    return waited.union(_find_unsent(connection, registry))


def find_lacking(connection: Connection, registry: Registry) -> list[str]:
    """The contents that made room here, and that a row of which the server has no bytes names by now; of these the ones
    that the server gives by another row."""
    named = {
        sha256
        for twin, attachment in list_attachments(registry)
        if twin.pulls and twin.pushes and attachment.state
        for (sha256,) in connection.execute(_of_lacking(twin, attachment, attachment.state))
    }
    return [sha256 for sha256 in sorted(named) if _is_given(connection, registry, sha256)]


def _of_lacking(twin: Twin, attachment: Attachment, state: str) -> str:
    """A row with an edit that is on its way is looked at once that has come to rest."""
    column, key = quote_name(attachment.column), quote_names(twin.key)
    return (
        f"SELECT {column} FROM {quote_name(twin.name)} WHERE {column} IN {_HELD} AND {column} NOT IN {_NOTED}"
        f" AND coalesce({quote_name(state)}, '') NOT IN ('{STORED}', '{FAILED}')"
        f" AND ({key}) NOT IN (SELECT {key} FROM {image_table(twin.name)})"
    )


def _is_given(connection: Connection, registry: Registry, sha256: str) -> bool:
    row = find_naming_row(connection, registry, sha256)
    return row is not None and row.state == STORED


def _find_unsent(connection: Connection, registry: Registry) -> Iterator[str]:
    """What edits name that the server has not taken."""
    unsent = f"SELECT seq FROM _twinbase_outbox WHERE {NOT_TAKEN}"
    for twin, attachment in list_attachments(registry):
        if twin.pushes:
            column = quote_name("new_" + attachment.column)
            query = f"SELECT {column} FROM {changes_table(twin.name)} WHERE {column} IS NOT NULL AND seq IN ({unsent})"
            yield from (sha256 for (sha256,) in connection.execute(query))
