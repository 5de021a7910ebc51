"""`twinbase ebp tables`: what there is in EBP, table by table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Connection, func, select, table

from twinbase.errors import TwinbaseError
from twinbase_ebp.commands.options import SourceUrl, choose_source_url
from twinbase_ebp.ebp_connection import open_source
from twinbase_ebp.schema import TableSpec
from twinbase_ebp.schema import reflect as reflect_connection
from twinbase_ebp.settings import EbpSettings
from twinbase_server.extension import AsJson, answer, make_error_console, show_progress, show_table


class NoSuchTable(TwinbaseError):
    """EBP has no table of this name, or none that may be read."""


def list_tables(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[TABLE]...", help="These alone; all without any.")
    ] = None,
    source_url: SourceUrl = None,
    as_json: AsJson = False,
) -> None:
    """List EBP's tables: how changes are found, rows, key, columns, whether devices get them as they are."""
    settings = EbpSettings()
    with open_source(choose_source_url(source_url)) as connection:
        with make_error_console().status("Reading the tables of EBP"):
            specs = reflect_connection(connection, settings)
        wanted = _wanted(specs, names or [])
        lines = _lines(connection, wanted, settings.mirror)
    answer({"tables": [asdict(line) for line in lines]}, as_json=as_json, show=lambda console: _show(console, lines))


@dataclass(frozen=True)
class _TableRow:
    """One table. `columns`: those that may be copied; `mirrored`: whether devices get it as it is."""

    name: str
    kind: str
    rows: int
    key: tuple[str, ...]
    columns: int
    custom: int
    mirrored: bool
    problem: str


def _wanted(specs: Sequence[TableSpec], names: Sequence[str]) -> list[TableSpec]:
    if unknown := sorted(set(names) - {spec.name for spec in specs}):
        raise NoSuchTable(", ".join(unknown))
    return [spec for spec in specs if not names or spec.name in names]


def _lines(connection: Connection, specs: Sequence[TableSpec], mirrored: Sequence[str]) -> list[_TableRow]:
    with show_progress() as tell:
        lines = []
        for done, spec in enumerate(specs, 1):
            rows = connection.execute(select(func.count()).select_from(table(spec.name))).scalar_one()
            custom = sum(column.custom for column in spec.columns)
            lines.append(
                _TableRow(
                    spec.name, spec.kind, rows, spec.key, len(spec.columns), custom, spec.name in mirrored, spec.problem
                )
            )
            tell("Counting rows", done, len(specs))
        return lines


def _show(console: Console, lines: Sequence[_TableRow]) -> None:
    headings = ("table", "kind", "rows", "key", "columns", "on devices")
    show_table(console, headings, map(_cells, lines), numbers=("rows", "columns"))
    for line in lines:
        if line.problem:
            console.print(f"[red]✗[/] {line.problem}")


def _cells(line: _TableRow) -> tuple[str, ...]:
    mirrored = "yes" if line.mirrored else ""
    return (line.name, line.kind, f"{line.rows:,}", ", ".join(line.key), str(line.columns), mirrored)
