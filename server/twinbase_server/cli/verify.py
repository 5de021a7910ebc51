"""Check a device's file against itself: every page, and the books that the proof rests on."""

from dataclasses import dataclass, field

from rich.console import Console

from twinbase.names import key_column
from twinbase.protocol import BUCKET_BITS_MAX
from twinbase.quoting import quote_name, quote_names
from twinbase.registry import Registry
from twinbase.replica.attachments.verify import verify_contents
from twinbase.replica.connection import Connection
from twinbase.replica.file.examine import find_damage
from twinbase.replica.file.file import ReplicaFile, open_untouched
from twinbase.replica.file.names import image_table, meta_table

_HALF = 24


@dataclass
class Findings:
    """What is wrong with a file: nothing, when it is sound. `proven`: the twins that the server confirmed.
    `attachments`: how many were read; None when they were not asked about."""

    rows: int = 0
    attachments: int | None = None
    problems: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    unproven: dict[str, str] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return not self.problems and not self.unproven

    def show(self, console: Console) -> None:
        for problem in (*self.problems, *(f"{twin}: {why}" for twin, why in self.unproven.items())):
            console.print(f"[red]✗[/] {problem}")
        if not self.problems:
            read = "" if self.attachments is None else f", {self.attachments:,} attachments are as they were written"
            console.print(f"[green]✓[/] The file is whole: {self.rows:,} rows, and its books agree{read}")
        if self.proven:
            console.print(f"[green]✓[/] The server confirms {len(self.proven)} twins")


def verify_file(file: ReplicaFile, registry: Registry, *, attachments: bool = False) -> Findings:
    """Read the whole file, and its `attachments` where that is asked for; all of it stays as it is."""
    found = Findings(problems=[f"A page is damaged: {what}" for what in find_damage(file)])
    if found.problems:
        return found
    with open_untouched(file) as connection:
        for twin in registry:
            if twin.pulls:
                found.rows += connection.execute(f"SELECT count(*) FROM {quote_name(twin.name)}").fetchone()[0]
                found.problems += _strangers(connection, twin.name, twin.key) + _sums(connection, twin.name)
        if attachments:
            found.attachments, wrong = verify_contents(connection, file.path)
            found.problems += wrong
    return found


def _strangers(connection: Connection, twin: str, key: tuple[str, ...]) -> list[str]:
    """Rows without proof data and proof data without rows. Where an edit waits the two may differ, and are left out."""
    rows, dirty = (f"SELECT {quote_names(key)} FROM {table}" for table in (quote_name(twin), image_table(twin)))
    meta = f"SELECT {quote_names(map(key_column, key))} FROM {meta_table(twin)} WHERE quarantined IS NULL"
    unknown = _count(connection, f"{rows} EXCEPT {meta} EXCEPT {dirty}")
    lost = _count(connection, f"{meta} EXCEPT {rows} EXCEPT {dirty}")
    problems = [f"{twin}: {unknown} rows that no server sent and nobody wrote"] if unknown else []
    return problems + ([f"{twin}: {lost} rows that should be here are not"] if lost else [])


def _sums(connection: Connection, twin: str) -> list[str]:
    """The sums that prove this twin, counted anew."""
    counted = (
        f"SELECT hash & {(1 << BUCKET_BITS_MAX) - 1}, count(*), sum(hash >> {_HALF}), sum(hash & {(1 << _HALF) - 1}) "
        f"FROM {meta_table(twin)} GROUP BY 1"
    )
    kept = "SELECT bucket, rows, hi, lo FROM _twinbase_bucket WHERE twin = ? AND rows <> 0"
    rows = connection.execute(f"SELECT count(*) FROM (SELECT * FROM ({counted}) EXCEPT {kept})", (twin,)).fetchone()
    return [f"{twin}: {rows[0]} sums do not agree with the rows that they stand for"] if rows[0] else []


def _count(connection: Connection, query: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM ({query})").fetchone()[0])
