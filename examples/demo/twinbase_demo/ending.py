"""The end of the demo: how contested edits were decided, and one table that proves every phone."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from twinbase_demo.expected import EXPECTED
from twinbase_demo.story import Ending
from twinbase_demo.telling import Teller, proof_cell

DECISIONS_SHOWN = 10
TABLES_SHOWN = 14
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
    heading = "Taken, and looked at by the office:[/] nothing in it contradicts, it only came late"
    _show_edits(console, heading, [(one.edits, one.who, one.detail) for one in ending.flagged])
    heading = "Not accepted, and why:[/] each technician reads it on the phone, and decides"
    _show_edits(console, heading, [(one.edits, one.who, one.detail) for one in ending.refusals])


def _show_edits(console: Console, heading: str, edits: Sequence[tuple[int, str, str]]) -> None:
    """How many of whom, and the sentence that he reads."""
    if not edits:
        return
    console.print(f"\n[bold]{heading}")
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", width=4)
    table.add_column(style="yellow", no_wrap=True)
    table.add_column(style="dim")
    for count, who, detail in edits:
        table.add_row(str(count), who, Text(detail))
    console.print(table)


def _in_one_line(value: str) -> Text:
    return Text(" ".join(value.split()))


def _show_proof(console: Console, ending: Ending) -> None:
    console.print("\n[bold]Rows on each phone, and whether each value of them is right[/]")
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", no_wrap=True, width=24)
    for proof in ending.proofs:
        table.add_column(proof.owner, justify="right", no_wrap=True, overflow="ellipsis", width=12)
    shown = _choose_shown(ending)
    for name in shown:
        table.add_row(name, *_cells(ending, [name]))
    rest = [name for name in EXPECTED if name not in shown]
    table.add_row(f"{len(rest)} other tables", *_cells(ending, rest), style="dim")
    table.add_row("all", *_cells(ending, list(EXPECTED)), style="bold")
    console.print(table)


def _choose_shown(ending: Ending) -> list[str]:
    """The largest tables, and each one that is not as it should be; all others are summed up."""
    found = {name: [proof.tables[name] for proof in ending.proofs] for name in EXPECTED}
    largest = sorted(found, key=lambda name: sum(cell.rows for cell in found[name]), reverse=True)[:TABLES_SHOWN]
    return [name for name, cells in found.items() if name in largest or not all(cell.holds for cell in cells)]


def _cells(ending: Ending, names: Sequence[str]) -> list[Text]:
    """The rows of these tables on each phone together, and whether all of them are as they should be."""
    of_each = [[proof.tables[name] for name in names] for proof in ending.proofs]
    return [proof_cell(sum(one.rows for one in of), holds=all(one.holds for one in of)) for of in of_each]


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
        "news_milliseconds": round(ending.news_milliseconds, 1),
        "proof": [
            {
                "owner": proof.owner,
                "holds": proof.holds,
                "tables": {name: {**vars(table), "holds": table.holds} for name, table in proof.tables.items()},
            }
            for proof in ending.proofs
        ],
    }
