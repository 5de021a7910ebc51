"""`twinbase bench`: the speed table."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from twinbase_server.bench.sizes import PARTS, QUICK, BenchSizes
from twinbase_server.cli.options import DatabaseUrl, open_database
from twinbase_server.cli.screen import make_console, make_error_console
from twinbase_server.embedded import EMBEDDED

if TYPE_CHECKING:
    from twinbase_server.bench.pairs import Result
    from twinbase_server.bench.run import Progress

JsonFile = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures to a file.")]
PairCount = Annotated[int | None, typer.Option(min=1, help="How often each pair is measured; 9 or more to rely on.")]
SHOWN = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def command(
    database_url: DatabaseUrl = None,
    json_file: JsonFile = None,
    pairs: PairCount = None,
    quick: Annotated[bool, typer.Option("--quick", help="Tiny sizes: whether it works, not how fast it is.")] = False,
    only: Annotated[str, typer.Option(metavar="PARTS", help=f"Some of {','.join(PARTS)}, with commas.")] = "",
) -> None:
    """Measure what the product costs, against the same work by hand, in one run.

    It reports and does not judge: the exit status is 0 when the bars are missed too.
    """
    from twinbase_server.bench.run import make_document

    sizes = QUICK if quick else BenchSizes()
    sizes = replace(sizes, pairs=pairs or sizes.pairs)
    results = _measured(sizes, _parts(only), database_url)
    if json_file is not None:
        json_file.write_text(json.dumps(make_document(results, sizes), indent=1) + "\n")
    show_results(results, make_console())


def _parts(only: str) -> tuple[str, ...]:
    asked = tuple(part.strip() for part in only.split(",") if part.strip())
    if unknown := set(asked) - set(PARTS):
        raise typer.BadParameter(f"{min(unknown)!r} is none of {', '.join(PARTS)}.")
    return asked or PARTS


def _measured(sizes: BenchSizes, parts: tuple[str, ...], url: str | None) -> "list[Result]":
    from twinbase_server.bench.run import BenchRun

    with tempfile.TemporaryDirectory(prefix="twinbase-bench-") as folder, _open(url) as admin_url:
        with _shown() as progress:
            return asyncio.run(BenchRun(sizes, parts, admin_url, Path(folder), progress).measure_all())


def _open(url: str | None) -> AbstractContextManager[str]:
    return open_database(url, otherwise=EMBEDDED, set_up=False)


@contextmanager
def _shown() -> "Iterator[Progress]":
    """Progress, where somebody looks."""
    from twinbase_server.bench.run import Progress

    console = make_error_console()
    with Bar(*SHOWN, console=console, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("starting", total=1)
        yield Progress(
            say=lambda what, steps: bar.reset(task, description=what, total=steps), step=lambda: bar.advance(task)
        )


def show_results(results: "list[Result]", console: Console) -> None:
    """A line for each, with its bar; and which were missed."""
    table = Table("what", "measured", "floor or limit", "ratio", "at most", title="Speed", title_justify="left")
    for result in results:
        colour = "green" if result.met else "red"
        mark = f"[{colour}]{result.ratio:.2f} {'✓' if result.met else '✗'}[/]"
        table.add_row(result.what, *_figures(result), mark, f"{result.bar:g}")
    console.print(table)
    missed = [result.name for result in results if not result.met]
    met = len(results) - len(missed)
    console.print(f"{met} of {len(results)} bars met" + (f"; missed: {', '.join(missed)}." if missed else "."))


def _figures(result: "Result") -> tuple[str, str]:
    if result.value is not None and result.limit is not None:
        return f"{result.value:.1f} {result.unit}", f"{result.limit:.0f} {result.unit}"
    if result.median_seconds is None or result.floor_seconds is None:
        return "", ""
    return f"{result.median_seconds * 1000:.0f} ms", f"{result.floor_seconds * 1000:.0f} ms"
