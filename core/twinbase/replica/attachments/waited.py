"""What rows wait for whose bytes the server has by another row: it must not go from here, and comes again where it has.

A photo of one visit is put into another one: the server takes bytes for each row by itself, so that nobody learns from
a hash what it has.
"""

from collections.abc import Iterator

from twinbase.attachment import FAILED, STORED
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.attachments.naming_rows import find_naming_rows, list_attachments
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
    lacking: set[str] = set()
    given: set[str] = set()
    for twin, attachment in list_attachments(registry):
        if twin.pulls and attachment.state:
            given |= _read_held(connection, twin, attachment.column, f"{quote_name(attachment.state)} = '{STORED}'")
            lacking |= _read_held(
                connection, twin, attachment.column, _lacks(twin, attachment.column, attachment.state)
            )
    return sorted(lacking & given)


def _read_held(connection: Connection, twin: Twin, column: str, which: str) -> set[str]:
    """What rows of this kind name of all that was here once."""
    named = quote_name(column)
    query = f"SELECT {named} FROM {quote_name(twin.name)} WHERE {named} IN {_HELD} AND {which}"
    return {sha256 for (sha256,) in connection.execute(query)}


def _lacks(twin: Twin, column: str, state: str) -> str:
    """SQL: the server has no bytes for the row, and none are noted as on their way. One with an edit that is on its way
    is looked at once that has come to rest."""
    if not twin.pushes:
        return "0"
    key = quote_names(twin.key)
    return (
        f"{quote_name(column)} NOT IN {_NOTED} AND coalesce({quote_name(state)}, '') NOT IN ('{STORED}', '{FAILED}')"
        f" AND ({key}) NOT IN (SELECT {key} FROM {image_table(twin.name)})"
    )


def _find_unsent(connection: Connection, registry: Registry) -> Iterator[str]:
    """What edits name that the server has not taken."""
    unsent = f"SELECT seq FROM _twinbase_outbox WHERE {NOT_TAKEN}"
    for twin, attachment in list_attachments(registry):
        if twin.pushes:
            column = quote_name("new_" + attachment.column)
            query = f"SELECT {column} FROM {changes_table(twin.name)} WHERE {column} IS NOT NULL AND seq IN ({unsent})"
            yield from (sha256 for (sha256,) in connection.execute(query))
