"""The end of the demo: how contested edits were decided, and one table that proves every phone."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from twinbase_demo.decisions import FlaggedEdits, RefusedEdits
from twinbase_demo.expected import EXPECTED
from twinbase_demo.story import Ending
from twinbase_demo.telling import Teller, proof_cell

DECISIONS_SHOWN = 10
KEPT = {"device": "phone"}
WIDTHS = {"contested": 15, "by": 10, "column": 14, "the phone wrote": 21, "the server had": 21, "kept": 7}


def show(console: Console, ending: Ending, seconds: float) -> None:
    """The two tables and the last line."""
    _show_decisions(console, ending)
    _show_proof(console, ending)
    console.print()
    for promise, kept in ending.promises.items():
        console.print(f"  {'[green]✓[/]' if kept else '[bold red]✗[/]'} {promise}")
    if ending.holds:
        console.print(f"\n[bold green]Proven.[/] Each phone equals what its owner should see. {seconds:.0f} seconds.\n")
        return
    console.print("\n[bold red]Not proven.[/] A phone differs from what its owner should see, or a promise broke:")
    for example in _examples(ending):
        console.print(f"  [red]✗[/] {example}")


def _show_decisions(console: Console, ending: Ending) -> None:
    counts = ", ".join(f"{count} {status}" for status, count in ending.outcomes.items())
    console.print(f"\n[bold]What became of the edits:[/] {counts}")
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for header, width in WIDTHS.items():
        table.add_column(header, no_wrap=True, overflow="ellipsis", width=width)
    for one in ending.decisions[:DECISIONS_SHOWN]:
        values = (_in_one_line(value) for value in (one.mine, one.theirs))
        table.add_row(one.what, one.who, one.column, *values, KEPT.get(one.kept, one.kept))
    console.print(table)
    if (more := len(ending.decisions) - DECISIONS_SHOWN) > 0:
        console.print(f"  [dim]… and {more} more. Every value that was not kept is in the journal.[/]")
    _show_edits(
        console, "Taken, and looked at by the office:[/] nothing in it contradicts, it only came late", ending.flagged
    )
    heading = "Not accepted, and why:[/] each technician reads it on the phone, where the edit is kept"
    _show_edits(console, heading, ending.refusals)


def _show_edits(console: Console, heading: str, edits: Sequence[FlaggedEdits | RefusedEdits]) -> None:
    """How many of whom, and the sentence that he reads."""
    if not edits:
        return
    console.print(f"\n[bold]{heading}")
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", width=4)
    table.add_column(style="yellow", no_wrap=True)
    table.add_column(style="dim")
    for one in edits:
        table.add_row(str(one.edits), one.who, Text(one.detail))
    console.print(table)


def _in_one_line(value: str) -> Text:
    return Text(" ".join(value.split()))


def _show_proof(console: Console, ending: Ending) -> None:
    console.print("\n[bold]Rows on each phone, and whether each value of them is right[/]")
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", no_wrap=True, width=24)
    for proof in ending.proofs:
        table.add_column(proof.owner, justify="right", no_wrap=True, overflow="ellipsis", width=12)
    for name in EXPECTED:
        cells = [proof.tables[name] for proof in ending.proofs]
        table.add_row(name, *(proof_cell(cell.rows, holds=cell.holds) for cell in cells))
    totals = [sum(cell.rows for cell in proof.tables.values()) for proof in ending.proofs]
    cells_of_all = zip(totals, ending.proofs, strict=True)
    table.add_row("all", *(proof_cell(rows, holds=proof.holds) for rows, proof in cells_of_all), style="bold")
    console.print(table)


def _examples(ending: Ending) -> list[str]:
    """Where to look first."""
    return [
        f"{proof.owner}, {name}: {table.missing} missing, {table.unexpected} too many, {table.different} different "
        f"{'; '.join(table.examples)}"
        for proof in ending.proofs
        for name, table in proof.tables.items()
        if not table.holds
    ]


def make_figures(teller: Teller, ending: Ending, seconds: float, *, scale: float, seed: int) -> dict[str, Any]:
    """The whole as JSON."""
    return {
        "holds": ending.holds,
        "scale": scale,
        "seed": seed,
        "seconds": round(seconds, 2),
        "phases": teller.make_figures(),
        "outcomes": ending.outcomes,
        "conflicts": [vars(one) for one in ending.decisions],
        "conflicts_by_decision": Counter(one.kept for one in ending.decisions),
        "flagged": [vars(one) for one in ending.flagged],
        "refusals": [vars(one) for one in ending.refusals],
        "promises": ending.promises,
        "deliveries": ending.deliveries,
        "proof": [
            {
                "owner": proof.owner,
                "holds": proof.holds,
                "tables": {name: {**vars(table), "holds": table.holds} for name, table in proof.tables.items()},
            }
            for proof in ending.proofs
        ],
    }
