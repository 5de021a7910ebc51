"""Where rows name contents: the columns that do, and the rows in them, as the server last had them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from twinbase.attachment import Attachment
from twinbase.protocol import GIVEN_AWAY
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry, Twin
from twinbase.replica.connection import Connection, StoredRow
from twinbase.replica.file.names import changes_table, image_table
from twinbase.replica.outbox.states import TAKEN

_HERE = "(SELECT sha256 FROM _twinbase_content WHERE here = 1 AND thumbnail_of IS NULL)"
_MADE_HERE = "(SELECT sha256 FROM _twinbase_content WHERE here = 1 AND thumbnail_of IS NULL AND fetched = 0)"


@dataclass(frozen=True, slots=True)
class NamingRow:
    """A row that names a content. `key`: as it travels, in JSON. `state`: what the row says of its bytes; None where
    its table says nothing of that."""

    twin: str
    key: str
    name: str
    sha256: str
    state: str | None

    @property
    def row(self) -> tuple[str, str, str]:
        """Which column of which row."""
        return self.twin, self.key, self.name


def list_attachments(registry: Registry) -> list[tuple[Twin, Attachment]]:
    """The columns of all twins that name contents."""
    return [(twin, attachment) for twin in registry for attachment in twin.attachments.values()]


def find_naming_rows(connection: Connection, registry: Registry) -> Iterator[NamingRow]:
    """The rows that the server has, that this device may write, and that name a content which is here. What only this
    device says is not among them: the bytes go after the row."""
    for twin, attachment in list_attachments(registry):
        if not twin.pushes:
            continue
        if twin.pulls:
            yield from _of_taken_late(connection, twin, attachment)
        query = _of_pulled(twin, attachment) if twin.pulls else _of_pushed(twin, attachment)
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


def _of_taken_late(connection: Connection, twin: Twin, attachment: Attachment) -> Iterator[NamingRow]:
    """New rows that the server took though what they belong to was somebody else's by then: such a row is not here any
    more, and its bytes are nowhere else. As long as the decision is remembered; where the row is here as well, what it
    says comes later and counts."""
    query = (
        "SELECT key, sha256 FROM (SELECT json_extract(said, '$.key') AS key,"
        " json_extract(said, '$.mine.' || ?2) AS sha256 FROM _twinbase_decision WHERE twin = ?1 AND op = 'insert'"
        " AND EXISTS (SELECT 1 FROM json_each(said, '$.outcome.flags') AS flag"
        f" WHERE json_extract(flag.value, '$.reason') = ?3)) WHERE sha256 IN {_MADE_HERE}"
    )
    asked = (twin.name, json.dumps(attachment.column), GIVEN_AWAY)
    for key, sha256 in connection.execute(query, asked):
        yield NamingRow(twin.name, msgspec.json.encode(json.loads(key)).decode(), attachment.column, sha256, None)


def _columns(twin: Twin, attachment: Attachment) -> str:
    state = f"coalesce({quote_name(attachment.state)}, '')" if attachment.state else "NULL"
    return f"{quote_names((*twin.key, attachment.column))}, {state}"


def _naming_row(twin: Twin, attachment: Attachment, row: StoredRow) -> NamingRow:
    *key, sha256, state = row
    return NamingRow(twin.name, _travelling(twin, key), attachment.column, sha256, state)


def _travelling(twin: Twin, key: list[object]) -> str:
    converts = [twin.codecs[name].storage_to_wire for name in twin.key]
    wire = [value if convert is None else convert(value) for value, convert in zip(key, converts, strict=True)]
    return msgspec.json.encode(wire).decode()
