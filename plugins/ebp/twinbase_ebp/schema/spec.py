"""What is known of a table of the source: its columns, its key, and how its changes are found."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from twinbase_ebp.schema.names import truncate_name
from twinbase_ebp.schema.types import parse, pg_type

TableKind = Literal["watermark", "files", "child", "hash", "system", "keyless", "unsupported"]
"""How changes of a table are found.

watermark: by sysModifiedDate; files: the same, their content apart; child: with the rows of its parent; hash: by
comparing all rows; keyless: as a whole; system: not at all, unless the settings name it; unsupported: not at all, and
`TableSpec.problem` says why.
"""

TABLE_KINDS: tuple[str, ...] = get_args(TableKind)
FORMAT = 1


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column of the source. `type`: canonical (`int32`, `text(40)`, `decimal(28,8)`…; types.py has them all).

    `stored_as`: the name in PostgreSQL where it is not the source's, cut to 63 bytes: a column whose type has changed
    goes on in a new one. `held_as`: the type in PostgreSQL where it is wider: the source's was narrowed.
    """

    name: str
    type: str
    nullable: bool = True
    stored_as: str | None = None
    held_as: str | None = None

    def __post_init__(self) -> None:
        parse(self.type)
        parse(self.held)

    @property
    def target(self) -> str:
        """Its name in PostgreSQL."""
        return self.stored_as or truncate_name(self.name)

    @property
    def held(self) -> str:
        """Its canonical type in PostgreSQL."""
        return self.held_as or self.type

    @property
    def pg_type(self) -> str:
        """Its type in PostgreSQL's words."""
        return pg_type(self.held)

    @property
    def custom(self) -> bool:
        """Whether the column was added for one company (`xx_`, `xy_`, `xyx_`), not by EBP."""
        return is_custom(self.name)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of the source. `columns`: all that may be copied, in order: what is secret is not among them, nor what is
    large (`lobs`, fetched one at a time).

    `key`: names of its key columns, () when it has none. `watermark`: the column that says when a row changed.
    `parent` with `parent_column`: the table that its rows belong to, and the column that holds that table's key.
    `problem`: why it cannot be copied (kind `unsupported`), a sentence.
    """

    name: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...] = ()
    watermark: str | None = None
    parent: str | None = None
    parent_column: str | None = None
    lobs: tuple[str, ...] = ()
    kind: TableKind = "hash"
    problem: str = ""

    @property
    def target(self) -> str:
        """Its name in PostgreSQL."""
        return truncate_name(self.name)

    @property
    def key_columns(self) -> tuple[ColumnSpec, ...]:
        return tuple(self.get_column(name) for name in self.key)

    @property
    def custom(self) -> bool:
        """Whether the table was added for one company."""
        return is_custom(self.name)

    def get_column(self, name: str) -> ColumnSpec:
        """The column of that name at the source; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}.")

    @property
    def fingerprint(self) -> str:
        """The same for the same table at the source, whatever the order of its columns: a new one means drift."""
        columns = sorted((column.name, column.type, column.nullable) for column in self.columns)
        content = [self.name, columns, self.key, sorted(self.lobs), self.problem]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


class _File(msgspec.Struct):
    format: int
    tables: list[TableSpec]


def is_custom(name: str) -> bool:
    """Whether EBP's own naming says that this was added for one company."""
    return name.lower().startswith(("xx_", "xy_", "xyx_"))


def specs_to_json(specs: Iterable[TableSpec]) -> str:
    """A file of specs, readable and in the order given; specs_from_json reads it."""
    return msgspec.json.format(msgspec.json.encode(_File(FORMAT, list(specs))), indent=1).decode() + "\n"


def specs_from_json(text: str | bytes) -> list[TableSpec]:
    """The specs of such a file; ValueError with a sentence when it is none."""
    try:
        file = msgspec.json.decode(text, type=_File)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ValueError(
            f"This is no file of EBP table specs: {error}. Write one with `twinbase ebp reflect`."
        ) from error
    if file.format != FORMAT:
        raise ValueError(f"The specs are in format {file.format}, this version reads {FORMAT}: reflect them again.")
    return file.tables
