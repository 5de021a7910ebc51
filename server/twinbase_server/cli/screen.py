"""Where a command's answer goes: words and colours for people on a terminal, JSON for programs."""

import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document on stdout.")]
WIDTH = 100
"""What fits a terminal, and a log that is no terminal."""
_BEYOND = 100_000
# What a device is called, or somebody typed on it, gives a terminal no orders.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def make_console() -> Console:
    """For answers."""
    return _console(sys.stdout)


def make_error_console() -> Console:
    """For what goes wrong, and for progress: stdout stays what was asked for."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    is_given = os.isatty(_number(stream)) or "COLUMNS" in os.environ
    return Console(file=stream, highlight=False, soft_wrap=True, width=None if is_given else WIDTH)


def _number(stream: Any) -> int:
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return -1


def show_table(
    console: Console, headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[str] = ()
) -> None:
    """A table where the screen is wide enough for all of it, and else a paragraph for each row.

    The first column is what a row is called. Nothing is cut, and no name is broken: it may be copied from the screen.
    """
    shown = [[escape(_CONTROLS.sub("", text)) for text in row] for row in rows]
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, no_wrap=True, justify="right" if heading in numbers else "left")
    for row in shown:
        table.add_row(*row)
    if console.measure(table, options=console.options.update(max_width=_BEYOND)).maximum <= console.width:
        console.print(table)
        return
    for name, *rest in shown:
        console.print(f"[bold]{name}[/]")
        for heading, text in zip(headings[1:], rest, strict=True):
            if text:
                console.print(f"  {f'[dim]{heading}[/] ' if heading else ''}{text}")


def answer(data: Any, *, as_json: bool, show: Callable[[Console], None]) -> None:
    """Say it: as JSON, or by `show`."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
    else:
        show(make_console())
