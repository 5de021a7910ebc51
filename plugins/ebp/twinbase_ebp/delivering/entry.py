"""What is handed over, in EBP's words: an entity, the columns to be set, the lines of a document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

EntryOperation = Literal["create", "update"]


@dataclass(frozen=True, slots=True)
class KeyReference:
    """A row of `mobile` that EBP had given no key yet when this was kept; it is looked up when this is handed over."""

    table: str
    id: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word whose code the settings say (`TWINBASE_EBP_<MAP>`), when this is handed over."""

    map: str
    word: str


@dataclass(frozen=True, slots=True)
class EbpEntry:
    """One row of EBP to make or to change; of a document, its lines too.

    `values`, and those of `lines`, hold text, whole numbers, true and false, None, decimals as text, times as EBP has
    them (local, `2026-11-23T09:05:00`), references and words. `table` and `id`: the row of `mobile`. `held`: why it
    stays here. `by_hand`: why only a person can do it in EBP; later changes of the row do not wait for that. `form`:
    the columns that it has, where they are not those of its entity.
    """

    entity: str
    operation: EntryOperation
    table: str
    id: str
    key: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[Mapping[str, Any]] = ()
    held: str = ""
    by_hand: str = ""
    form: str = ""

    @property
    def sheet_name(self) -> str:
        """What the file is called that it goes into."""
        return self.form or self.entity

    @property
    def action(self) -> str:
        return f"{self.operation} {self.entity}"

    def as_payload(self) -> dict[str, Any]:
        """For JSON."""
        return dict(msgspec.to_builtins(self)) | {
            "values": encode_values(self.values),
            "lines": [encode_values(line) for line in self.lines],
        }


def entry_of(payload: Mapping[str, Any]) -> EbpEntry:
    """The entry that a delivery carries."""
    values = {name: _read(value) for name, value in payload["values"].items()}
    lines = [{name: _read(value) for name, value in line.items()} for line in payload["lines"]]
    return EbpEntry(**{**payload, "values": values, "lines": lines})


def encode_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Some values for JSON."""
    return {name: _built(value) for name, value in values.items()}


def _built(value: Any) -> Any:
    if isinstance(value, KeyReference):
        return {"table": value.table, "id": value.id}
    return {"map": value.map, "word": value.word} if isinstance(value, Word) else value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return Word(**value) if "map" in value else KeyReference(**value)
    return value
