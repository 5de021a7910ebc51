"""The SQL with which a sync writes one twin: statements take a row as it travels, [version, hash, key…, value…]."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from twinbase.frames import WireRow
from twinbase.names import key_column
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Twin
from twinbase.replica.file.names import changes_table, meta_table

FIRST_VALUE = 2
"""Where the values begin in a row that travels: after version and hash."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """Rows of a page as SQLite holds them; `held`: (version, hash, key, why) of those that it cannot hold."""

    rows: list[WireRow]
    held: list[tuple[int, int, WireRow, str]]


@dataclass(frozen=True, eq=False)
class Shape:
    """One twin as it travels to this device: `columns` are the effective ones, key first."""

    twin: Twin
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.twin.name

    @property
    def key(self) -> tuple[str, ...]:
        return self.twin.key

    @property
    def kept_key(self) -> tuple[str, ...]:
        """The key as the table of proof calls it."""
        return tuple(map(key_column, self.key))

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that are not part of the key."""
        return self.columns[len(self.key) :]

    def key_of(self, row: WireRow) -> WireRow:
        return row[FIRST_VALUE : FIRST_VALUE + len(self.key)]

    @cached_property
    def conversions(self) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
        """(index in a row that travels, conversion) of the columns whose storage differs from their wire value."""
        codecs = [self.twin.codecs[name].wire_to_storage for name in self.columns]
        return tuple((i + FIRST_VALUE, convert) for i, convert in enumerate(codecs) if convert is not None)

    def store(self, rows: list[WireRow]) -> "StoredPage":
        """The rows with every value as SQLite holds it (changed in place: a page is read once), and those apart that
        have a value which this device cannot hold."""
        held: dict[int, str] = {}
        for index, convert in self.conversions:
            self._store_column(rows, index, convert, held)
        if not held:
            return StoredPage(rows, [])
        whole = [row for row in rows if id(row) not in held]
        return StoredPage(whole, [(row[0], row[1], self.key_of(row), held[id(row)]) for row in rows if id(row) in held])

    def _store_column(
        self, rows: list[WireRow], index: int, convert: Callable[[Any], Any], held: dict[int, str]
    ) -> None:
        remaining = iter(rows)
        while True:
            try:
                for row in remaining:
                    if row[index] is not None:
                        row[index] = convert(row[index])
                return
            except (ValueError, ArithmeticError):
                name = self.columns[index - FIRST_VALUE]
                if name in self.key:
                    raise
                held[id(row)] = f"{name}: this {self.twin.codecs[name].name} value cannot be held by this device"
                row[index] = None

    def store_key(self, key: WireRow) -> WireRow:
        """A key alone, as SQLite holds it."""
        converts = [self.twin.codecs[name].wire_to_storage for name in self.key]
        return [v if c is None else c(v) for v, c in zip(key, converts, strict=True)]

    @cached_property
    def where_key(self) -> str:
        return " AND ".join(f"{quote_name(name)} = ?" for name in self.key)

    @cached_property
    def _where_kept_key(self) -> str:
        return " AND ".join(f"{quote_name(name)} = ?" for name in self.kept_key)

    def insert_into(self, table: str) -> str:
        """Plain insert of a row that travels; its version and hash are bound and not used."""
        return f"INSERT INTO {table} ({quote_names(self.columns)}) VALUES ({self._numbered()})"

    @cached_property
    def fill(self) -> str:
        """Write the columns of a row that is here already (a backfill)."""
        first = FIRST_VALUE + len(self.key) + 1
        values = ", ".join(f"{quote_name(name)} = ?{first + i}" for i, name in enumerate(self.values))
        key = " AND ".join(f"{quote_name(name)} = ?{FIRST_VALUE + 1 + i}" for i, name in enumerate(self.key))
        return f"UPDATE {quote_name(self.name)} SET {values} WHERE {key}"

    @cached_property
    def delete(self) -> str:
        return f"DELETE FROM {quote_name(self.name)} WHERE {self.where_key}"

    @cached_property
    def old_hash(self) -> str:
        return f"SELECT hash FROM {meta_table(self.name)} WHERE {self._where_kept_key}"

    @cached_property
    def change(self) -> str:
        """Both sides of one change: old values, then new ones."""
        sides = ", ".join(quote_name(side + name) for side in ("old_", "new_") for name in self.columns)
        return f"SELECT {sides} FROM {changes_table(self.name)} WHERE seq = ?"

    def meta_insert(self, table: str) -> str:
        """[key…, version, hash, applied, quarantined]."""
        marks = ", ".join("?" * (len(self.key) + 4))
        return (
            f"INSERT INTO {table} ({quote_names(self.kept_key)}, version, hash, applied, quarantined) VALUES ({marks})"
        )

    def meta_replace(self, table: str) -> str:
        """The same, in the place of what is there."""
        then = self._then(("version", "hash", "applied", "quarantined"))
        return f"{self.meta_insert(table)} ON CONFLICT ({quote_names(self.kept_key)}) {then}"

    @cached_property
    def meta_upsert(self) -> str:
        return self.meta_replace(meta_table(self.name))

    @cached_property
    def meta_delete(self) -> str:
        return f"DELETE FROM {meta_table(self.name)} WHERE {self._where_kept_key}"

    def _numbered(self) -> str:
        return ", ".join(f"?{FIRST_VALUE + 1 + i}" for i in range(len(self.columns)))

    @staticmethod
    def _then(names: Sequence[str]) -> str:
        if not names:
            return "DO NOTHING"
        return "DO UPDATE SET " + ", ".join(f"{quote_name(name)} = excluded.{quote_name(name)}" for name in names)
