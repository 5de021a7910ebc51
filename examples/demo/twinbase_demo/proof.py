"""The proof: every row and every value of every table on every phone, against PostgreSQL, without the engine's help.

The file is opened by its driver and not by the engine; what should be in it comes from `expected`.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from twinbase.registry import Twin
from twinbase_demo.company import Company
from twinbase_demo.expected import EXPECTED, expected_query
from twinbase_demo.phone import Phone

RowsByKey = dict[tuple[Any, ...], tuple[Any, ...]]
EXAMPLES_MAX = 5


@dataclass
class TableProof:
    """One table of one phone: `rows` and `values` that were compared, and what is not as it should be."""

    rows: int
    values: int
    missing: int = 0
    unexpected: int = 0
    different: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.missing == self.unexpected == self.different == 0


@dataclass(frozen=True)
class PhoneProof:
    """All tables of one phone."""

    owner: str
    tables: Mapping[str, TableProof]

    @property
    def holds(self) -> bool:
        return set(self.tables) == set(EXPECTED) and all(table.holds for table in self.tables.values())


async def prove(company: Company, phone: Phone) -> PhoneProof:
    """Compare a phone, which nobody uses at the moment, with what its owner should see."""
    file = await asyncio.to_thread(_open, phone)
    try:
        as_of = datetime.fromisoformat(file.execute("SELECT as_of FROM _twinbase_state").fetchone()[0])
        tables = {}
        for twin in company.plugins.registry:
            wanted = await company.connection.fetch(
                expected_query(twin.name, list(twin.columns)), phone.colleague, as_of
            )
            there = {_key(twin, row): row for row in (_plain_record(twin, record) for record in wanted)}
            here = await asyncio.to_thread(_read, file, twin)
            tables[twin.name] = compare(twin, there, here)
        return PhoneProof(phone.owner.short_name, tables)
    finally:
        file.close()


def compare(twin: Twin, there: RowsByKey, here: RowsByKey) -> TableProof:
    """What should be there against what is."""
    proof = TableProof(rows=len(here), values=len(here) * len(twin.columns))
    proof.missing = len(there.keys() - here.keys())
    proof.unexpected = len(here.keys() - there.keys())
    for key in there.keys() & here.keys():
        columns = [c for c, a, b in zip(twin.columns, there[key], here[key], strict=True) if a != b]
        if columns:
            proof.different += 1
            if len(proof.examples) < EXAMPLES_MAX:
                proof.examples.append(f"{twin.name} {key[0]}: {', '.join(columns)}")
    return proof


def _open(phone: Phone) -> Any:
    """The file as SQLCipher's own shell would open it: the key, and the salt in the first bytes."""
    salt = phone.path.read_bytes()[:16].hex()
    connection = sqlcipher.connect(str(phone.path), check_same_thread=False)
    connection.execute(f"PRAGMA key = \"x'{phone.key.hex()}{salt}'\"")
    return connection


def _read(file: Any, twin: Twin) -> RowsByKey:
    columns = ", ".join(f'"{column}"' for column in twin.columns)
    rows = (_plain_row(twin, row) for row in file.execute(f'SELECT {columns} FROM "{twin.name}"'))
    return {_key(twin, row): row for row in rows}


def _key(twin: Twin, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[: len(twin.key)]


def _plain_row(twin: Twin, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of the device, out of its storage, as a program reads it."""
    return tuple(_plain(_stored(twin, column, value)) for column, value in zip(twin.columns, row, strict=True))


def _stored(twin: Twin, column: str, value: Any) -> Any:
    codec = twin.codecs[column]
    if value is None:
        return None
    return codec.python_from_wire(codec.storage_to_wire(value) if codec.storage_to_wire else value)


def _plain_record(twin: Twin, record: Any) -> tuple[Any, ...]:
    """A row of PostgreSQL, as its driver gives it; documents come as text."""
    return tuple(
        _plain(json.loads(value) if value is not None and _is_document(twin, column) else value)
        for column, value in record.items()
    )


def _is_document(twin: Twin, column: str) -> bool:
    return twin.codecs[column].name.startswith("json")


def _plain(value: Any) -> Any:
    """Words for enumerations, and documents by their content."""
    if isinstance(value, Enum):
        return value.value
    return json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else value
