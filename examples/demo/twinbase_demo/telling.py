"""How the demo speaks: short lines while it runs, three tables at the end. 100 columns, wherever it is shown."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 100
SENTENCE = 70


@dataclass
class Phase:
    """One step of the story: what it did, to how many rows, in how many seconds."""

    name: str
    said: str = ""
    rows: int | None = None
    seconds: float = 0.0
    ok: bool = True


class Teller:
    """Says what happens, and remembers the figures."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.phases: list[Phase] = []

    def title(self, title: str, *lines: str) -> None:
        self.console.print(f"\n[bold]{title}[/]")
        for line in lines:
            self.console.print(f"[dim]{line}[/]")

    def chapter(self, title: str) -> None:
        self.console.print(f"\n[bold cyan]{title}[/]")

    def aside(self, sentence: str) -> None:
        """What one should know to understand the next line."""
        self.console.print(f"    [dim]{sentence}[/]")

    @contextmanager
    def phase(self, name: str, doing: str) -> Iterator[Phase]:
        """Show that it runs, then that it is done. The block fills in what was said and how many rows it was."""
        phase = Phase(name)
        started = time.perf_counter()
        with self.console.status(f"  {doing}", spinner="dots"):
            self._doing = doing
            yield phase
        phase.seconds = time.perf_counter() - started
        self.phases.append(phase)
        self._tick(phase)

    def _tick(self, phase: Phase) -> None:
        mark = "[green]✓[/]" if phase.ok else "[red]✗[/]"
        line = Table.grid(padding=(0, 1))
        line.add_column(width=3, justify="right")
        line.add_column(width=SENTENCE)
        line.add_column(width=15, justify="right", style="dim")
        line.add_column(width=8, justify="right", style="dim")
        rows = "" if phase.rows is None else f"{phase.rows:,} rows"
        line.add_row(mark, phase.said or phase.name, rows, f"{phase.seconds:.1f} s")
        self.console.print(line)

    def figures(self) -> list[dict[str, object]]:
        return [asdict(phase) for phase in self.phases]


def proof_cell(rows: int, *, holds: bool) -> Text:
    """So many rows, and whether they are what they should be."""
    return Text.assemble(f"{rows:,} ", ("✓", "green") if holds else ("✗", "bold red"))
