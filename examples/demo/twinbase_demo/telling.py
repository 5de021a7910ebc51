"""How the demo speaks: short lines while it runs, three tables at the end. 100 columns, wherever it is shown."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

WIDTH = 100


@dataclass
class StoryPhase:
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
        self.phases: list[StoryPhase] = []
        self._bar: tuple[Progress, TaskID] | None = None

    def show_title(self, title: str, *lines: str) -> None:
        self.console.print(f"\n[bold]{title}[/]")
        for line in lines:
            self.console.print(f"[dim]{line}[/]")

    def begin_chapter(self, title: str) -> None:
        self.console.print(f"\n[bold cyan]{title}[/]")

    def add_aside(self, sentence: str) -> None:
        """What one should know to understand the next line."""
        self.console.print(f"    [dim]{sentence}[/]")

    @contextmanager
    def show_phase(self, name: str, doing: str) -> Iterator[StoryPhase]:
        """Show that it runs, on a terminal; then, everywhere, that it is done. The block fills in what was done."""
        phase = StoryPhase(name)
        started = time.perf_counter()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(30), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as bar:
            self._bar = (bar, bar.add_task(f" {doing}", total=None))
            yield phase
        phase.seconds = time.perf_counter() - started
        self.phases.append(phase)
        self._tick(phase)

    def come_to(self, done: int, total: int) -> None:
        """The step that runs has done so much of all."""
        if self._bar is not None:
            bar, task = self._bar
            bar.update(task, completed=done, total=total)

    def _tick(self, phase: StoryPhase) -> None:
        line = Table.grid(padding=(0, 1), expand=True)
        line.add_column(width=3, justify="right")
        line.add_column(ratio=1)
        line.add_column(width=12, justify="right", no_wrap=True)
        line.add_column(width=8, justify="right", no_wrap=True)
        rows = "" if phase.rows is None else f"[dim]{phase.rows:,} rows[/]"
        mark = "[green]✓[/]" if phase.ok else "[red]✗[/]"
        line.add_row(mark, phase.said or phase.name, rows, f"[dim]{phase.seconds:.1f} s[/]")
        self.console.print(line)

    def make_figures(self) -> list[dict[str, object]]:
        return [asdict(phase) for phase in self.phases]


def proof_cell(rows: int, *, holds: bool) -> Text:
    """So many rows, and whether they are what they should be."""
    return Text.assemble(f"{rows:,} ", ("✓", "green") if holds else ("✗", "bold red"))


def describe_deliveries(deliveries: Mapping[str, int]) -> str:
    """`ebp: 43 sent, 5 held; ninjaone: 3 sent`, from counts by `destination: state`."""
    by_destination: dict[str, list[str]] = {}
    for where, count in deliveries.items():
        destination, state = where.split(": ")
        by_destination.setdefault(destination, []).append(f"{count} {state}")
    return "; ".join(f"{destination}: {', '.join(counts)}" for destination, counts in by_destination.items())


def join_names(names: Sequence[str]) -> str:
    """`Anna`, `Anna and Bob`, `Anna, Bob and Carl`; `Nobody`."""
    if len(names) < 2:
        return "".join(names) or "Nobody"
    return f"{', '.join(names[:-1])} and {names[-1]}"
