"""Where rows name contents: the columns that do, and the rows in them, as the server last had them."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from twinbase.attachment import Attachment
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.connection import Connection, StoredRow
from twinbase.replica.file.content_tables import UNSENT
from twinbase.replica.file.names import changes_table, image_table
from twinbase.replica.outbox.states import TAKEN

_HERE = "(SELECT sha256 FROM _twinbase_content WHERE here = 1 AND thumbnail_of IS NULL)"
_MADE_HERE = "(SELECT sha256 FROM _twinbase_content WHERE here = 1 AND thumbnail_of IS NULL AND fetched = 0)"
_NOWHERE_ELSE = f"(SELECT sha256 FROM _twinbase_content WHERE {UNSENT})"


@dataclass(frozen=True, slots=True)
class NamingRow:
    """A row that names a content. `key`: as it travels, in JSON. `state`: what the row says of its bytes; None where
    its table says nothing of that. `is_here`: this device holds the row."""

    twin: str
    key: str
    name: str
    sha256: str
    state: str | None
    is_here: bool = True

    @property
    def row(self) -> tuple[str, str, str]:
        """Which column of which row."""
        return self.twin, self.key, self.name


def list_attachments(registry: Registry) -> list[tuple[Twin, Attachment]]:
    """The columns of all twins that name contents."""
    return [(twin, attachment) for twin in registry for attachment in twin.attachments.values()]


def find_naming_rows(connection: Connection, registry: Registry) -> Iterator[NamingRow]:
    """The rows that the server has, that this device may write, and that name a content which is here. What only this
    device says is not among them: the bytes go after the row. Of those that the server has taken and that are not here
    any more only such come whose bytes are nowhere else; where the row is here as well, it comes later and counts."""
    for twin, attachment in list_attachments(registry):
        if not twin.pushes:
            continue
        taken = _of_left(twin, attachment) if twin.pulls else _of_pushed(twin, attachment)
        yield from (_naming_row(twin, attachment, row, is_here=False) for row in connection.execute(taken))
        if twin.pulls:
            query = _of_pulled(twin, attachment)
            yield from (_naming_row(twin, attachment, row) for row in connection.execute(query))


def find_naming_row(connection: Connection, registry: Registry, sha256: str) -> NamingRow | None:
    """A row that names this content and comes from the server; one that says that the bytes are there, if there is."""
    found = list(_find_named(connection, registry, sha256))
    return min(found, key=lambda row: row.state != "stored", default=None)


def _find_named(connection: Connection, registry: Registry, sha256: str) -> Iterator[NamingRow]:
    for twin, attachment in list_attachments(registry):
        if twin.pulls:
            query = f"SELECT {_columns(twin, attachment)} FROM {quote_name(twin.name)}"
            rows = connection.execute(f"{query} WHERE {quote_name(attachment.column)} = ?", (sha256,))
            yield from (_naming_row(twin, attachment, row) for row in rows)


def _of_pulled(twin: Twin, attachment: Attachment) -> str:
    """Where an edit waits, the server's row is the image that is kept of it. What has come from the server is there,
    and a row that says nothing of its bytes is no reason to offer it."""
    columns, table, image = _columns(twin, attachment), quote_name(twin.name), image_table(twin.name)
    key, named = quote_names(twin.key), quote_name(attachment.column)
    named += f" IN {_HERE if attachment.state else _MADE_HERE}"
    return (
        f"SELECT {columns} FROM {table} WHERE {named} AND ({key}) NOT IN (SELECT {key} FROM {image})"
        f" UNION ALL SELECT {columns} FROM {image} WHERE _present AND {named}"
    )


def _of_pushed(twin: Twin, attachment: Attachment) -> str:
    """Of a twin that is never pulled: what the server said to have taken, as far as that is remembered."""
    key, column = [f"new_{name}" for name in twin.key], quote_name("new_" + attachment.column)
    return (
        f"SELECT {quote_names(key)}, {column}, NULL FROM {changes_table(twin.name)} WHERE {column} IN {_MADE_HERE}"
        f" AND seq IN (SELECT seq FROM _twinbase_outbox WHERE {TAKEN}) ORDER BY seq"
    )


def _of_left(twin: Twin, attachment: Attachment) -> str:
    """What the server took from this device, and a pull has taken away again: it was given to somebody else, or is
    gone. What counts is what was said of it here last; such a row may have left before its bytes could even be noted
    as waiting."""
    table, image, column = changes_table(twin.name), image_table(twin.name), attachment.column
    new, old = quote_name("new_" + column), quote_name("old_" + column)
    key = ", ".join(f"said.{quote_name('new_' + name)}" for name in twin.key)
    later = ", ".join(f"later.{quote_name('old_' + name)}" for name in twin.key)
    is_key, names = f"({quote_names(twin.key)}) = ({key})", f"said.{new} IN {_NOWHERE_ELSE}"
    return (
        f"SELECT {key}, said.{new}, NULL FROM {table} said JOIN _twinbase_outbox USING (seq) WHERE {names} AND {TAKEN}"
        f" AND NOT EXISTS (SELECT 1 FROM {image} WHERE _present AND {is_key})"
        f" AND (NOT EXISTS (SELECT 1 FROM {quote_name(twin.name)} WHERE {is_key})"
        f" OR EXISTS (SELECT 1 FROM {image} WHERE {is_key}))"
        f" AND NOT EXISTS (SELECT 1 FROM {table} later JOIN _twinbase_outbox USING (seq) WHERE {TAKEN}"
        f" AND later.seq > said.seq AND ({later}) = ({key}) AND later.{new} IS NOT said.{new}"
        f" AND (op = 'delete' OR coalesce(later.{old}, later.{new}) IS NOT NULL))"
        " ORDER BY said.seq"
    )


def _columns(twin: Twin, attachment: Attachment) -> str:
    state = f"coalesce({quote_name(attachment.state)}, '')" if attachment.state else "NULL"
    return f"{quote_names((*twin.key, attachment.column))}, {state}"


def _naming_row(twin: Twin, attachment: Attachment, row: StoredRow, *, is_here: bool = True) -> NamingRow:
    *key, sha256, state = row
    return NamingRow(twin.name, _travelling(twin, key), attachment.column, sha256, state, is_here)


def _travelling(twin: Twin, key: list[object]) -> str:
    converts = [twin.codecs[name].storage_to_wire for name in twin.key]
    wire = [value if convert is None else convert(value) for value, convert in zip(key, converts, strict=True)]
    return msgspec.json.encode(wire).decode()
