"""Attachments: a column of a row names content by its hash, and the bytes travel after the row."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Enum, Integer, String, Table

from twinbase.codecs import Codec
from twinbase.codecs.resolve import server_type
from twinbase.conflict.decision import Guard
from twinbase.errors import MirrorError
from twinbase.protocol import WireValue

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
IMAGES = frozenset({JPEG, PNG, WEBP})
KNOWN_TYPES = IMAGES | {PDF}
"""The media types that are told by the bytes themselves."""

STORED, FAILED = "stored", "failed"
"""What the server writes into the state's column: it has the bytes, or it refused them."""

HASH_DIGITS = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A column that names content by its SHA-256, as 64 digits in lower case; NULL: there is none.

    `size`, `mime`: the columns that hold its bytes and its media type, where the table has such.
    `state`: the column in which the server says "stored" or "failed"; its other values are the plugin's, and devices
    write none of them.
    `types`: the media types that are taken, as the bytes show them; what a name or a header says is not believed.
    `bytes_max`: the largest content; `pixels_max`: the most pixels of an image, as its header says.
    """

    column: str
    size: str = ""
    mime: str = ""
    state: str = ""
    types: Collection[str] = IMAGES
    bytes_max: int = 20 * 2**20
    pixels_max: int = 50_000_000

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it speaks of."""
        return tuple(name for name in (self.column, self.size, self.mime, self.state) if name)


def find_attachments(
    owner: str, given: Iterable[Attachment], table: Table, key: Collection[str], codecs: Mapping[str, Codec]
) -> dict[str, Attachment]:
    """The attachments of a mirror by their column; raises MirrorError for one that cannot be."""
    found: dict[str, Attachment] = {}
    for one in given:
        if why := next(_faults(one, table, key, codecs, found.values()), None):
            raise MirrorError(f"{owner}: attachments= {why}")
        found[one.column] = one
    return found


def check_state_unwritten(owner: str, attachments: Iterable[Attachment], **written: Collection[str] | None) -> None:
    """Refuse a declaration that lets a device say what the server has."""
    for one in attachments:
        for option, names in written.items():
            if one.state and one.state in (names or ()):
                raise MirrorError(f"{owner}.{one.state} is the server's, by attachments=: take it out of {option}=.")


def make_guard(attachment: Attachment) -> Guard:
    """The guard of its column: a hash is a hash, and stays the one that the server has the bytes of."""

    def check(current: Mapping[str, WireValue] | None, written: Mapping[str, WireValue]) -> str | None:
        column = attachment.column
        before = None if current is None else current.get(column)
        after = written.get(column, before)
        if after == before:
            return None
        if current is not None and attachment.state and current.get(attachment.state) == STORED:
            return f"{column} cannot change any more: its content is stored. Make another row for other content."
        if after is not None and not HASH_DIGITS.fullmatch(str(after)):
            return f"{column} is the SHA-256 of its content: 64 digits, in lower case."
        return None

    return check


def _faults(
    one: Attachment, table: Table, key: Collection[str], codecs: Mapping[str, Codec], others: Iterable[Attachment]
) -> Iterator[str]:
    """What is wrong with one, most basic first."""
    if not isinstance(one, Attachment):
        yield f"holds {one!r}: write attachments=(Attachment('sha256'),)."
    taken = {name for other in others for name in other.columns}
    for name in one.columns:
        if name not in codecs:
            yield f"names {name!r}, which is no column that travels; those are {', '.join(codecs)}."
        if name in key:
            yield f"names {name}, which is part of the key: take a column of its own."
        if name in taken or one.columns.count(name) > 1:
            yield f"names {name} twice: each has a column of its own."
    yield from _wrong_types(one, table, codecs)
    yield from _wrong_limits(one)


def _wrong_types(one: Attachment, table: Table, codecs: Mapping[str, Codec]) -> Iterator[str]:
    column: Any = table.columns[one.column]
    if not _is_text(column.type) or (column.type.length or 64) < 64:
        yield f"names {one.column}, which cannot hold the 64 digits of a SHA-256: str, Field(max_length=64)."
    if not column.nullable:
        yield f"names {one.column}, which is never empty: a row without content has NULL there (str | None)."
    if one.size and not isinstance(server_type(table.columns[one.size].type), Integer):
        yield f"size={one.size!r} is no whole number."
    if one.mime and not _is_text(table.columns[one.mime].type):
        yield f"mime={one.mime!r} is no text."
    if one.state and not table.columns[one.state].nullable and table.columns[one.state].server_default is None:
        yield (
            f"state={one.state!r} is filled by nobody when a device makes a row: give it a default in PostgreSQL"
            " (server_default), or let it be empty."
        )
    for word in (STORED, FAILED) if one.state else ():
        if wrong := codecs[one.state].check_wire(word):
            yield f"state={one.state!r} cannot become {word!r}: {wrong}."


def _is_text(type_: Any) -> bool:
    plain = server_type(type_)
    return isinstance(plain, String) and not isinstance(plain, Enum)


def _wrong_limits(one: Attachment) -> Iterator[str]:
    if isinstance(one.types, str) or not one.types or not KNOWN_TYPES.issuperset(one.types):
        yield f"types= is a set of {', '.join(sorted(KNOWN_TYPES))}, not {one.types!r}: others are not told by bytes."
    for option in ("bytes_max", "pixels_max"):
        if type(getattr(one, option)) is not int or getattr(one, option) < 1:
            yield f"{option}= is a whole number above zero."
