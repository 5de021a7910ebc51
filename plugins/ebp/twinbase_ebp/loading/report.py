"""What a run says of each table, for people, programs and the record of runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from twinbase_ebp.loading.keys import format_key, pack_key
from twinbase_ebp.loading.source_pages import SourceKey
from twinbase_ebp.loading.writing import RefusedRow, WriteResult

TableOutcome = Literal["loaded", "unchanged", "skipped", "failed", "stopped"]
"""unchanged: the copy was right already; skipped: not read, and `why`; stopped: the run ended before, it goes on."""
SHOWN_MAX = 20


@dataclass(slots=True)
class TableReport:
    """One table in one run. `refused`: deletions that wait to be confirmed. `problems`: rows that were not taken."""

    table: str
    kind: str
    outcome: TableOutcome = "unchanged"
    read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    why: str = ""

    @property
    def changed(self) -> int:
        return self.inserted + self.updated + self.deleted

    def add(self, read: int, written: WriteResult) -> None:
        self.read += read
        self.inserted += written.inserted
        self.updated += written.updated
        for one in written.refused:
            self.add_problem(one)

    def add_problem(self, refused: RefusedRow) -> None:
        problem = f"{self.table} {key_label(refused.key)}: {refused.sentence}"
        # A row may be tried more than once in a run.
        if len(self.problems) < SHOWN_MAX and problem not in self.problems:
            self.problems.append(problem)

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """One run: every table of EBP, and what was found to have changed in its schema."""

    tables: Sequence[TableReport]
    events: Sequence[str]
    seconds: float

    def sum(self, name: str) -> int:
        return int(sum(getattr(table, name) for table in self.tables))

    def tables_of(self, outcome: TableOutcome) -> list[TableReport]:
        return [table for table in self.tables if table.outcome == outcome]

    @property
    def sound(self) -> bool:
        """Whether nothing waits for a person."""
        return not (self.tables_of("failed") or any(table.refused or table.problems for table in self.tables))

    def make_figures(self) -> dict[str, Any]:
        counted = {name: self.sum(name) for name in ("read", "inserted", "updated", "deleted", "refused")}
        tables = {
            outcome: len(self.tables_of(outcome)) for outcome in ("loaded", "unchanged", "skipped", "failed", "stopped")
        }
        problems = sum(len(table.problems) for table in self.tables)
        return counted | {"problems": problems, "seconds": round(self.seconds, 2), "tables": tables}

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.make_figures(),
            "events": list(self.events),
            "reports": [table.as_dict() for table in self.tables],
        }


def key_label(key: SourceKey) -> str:
    return format_key(pack_key(key))
