"""`twinbase ebp values`: the codes that are in EBP, how often, and what each is taken for."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase_ebp.codes import Codes, make_codes
from twinbase_ebp.settings import EbpSettings
from twinbase_server.extension import (
    AsJson,
    DatabaseUrl,
    PluginNames,
    answer,
    open_engine,
    run_command,
    show_table,
    source_catalog,
)

VALUES_MAX = 50
EXAMPLES = 3


class NoSuchCodes(TwinbaseError):
    """No codes are known of this column."""


def list_values(
    column: Annotated[
        str | None, typer.Argument(metavar="[TABLE.COLUMN]", help="This one alone; all without it.")
    ] = None,
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "",
    as_json: AsJson = False,
) -> None:
    """List the codes found in EBP's copy: how many rows of each, some of them, and what it is taken for.

    Rows are named by number or code, nothing else of them is shown.
    """
    wanted = _wanted(column)

    async def work(url: str, loaded: Plugins) -> list[ColumnCodes]:
        async with open_engine(url) as made, made.connect() as connection:
            there = await source_catalog(connection, [codes.table for codes in wanted])
            return [await _find(connection, codes, there) for codes in wanted]

    found = run_command(database_url, plugins, work)
    answer({"columns": [asdict(one) for one in found]}, as_json=as_json, show=lambda console: _show(console, found))


@dataclass(frozen=True)
class CodeValue:
    """A code, or NULL. `rows`: how many have it; `examples`: some of them, by number or code."""

    value: Any
    rows: int
    means: str
    examples: list[str]


@dataclass(frozen=True)
class ColumnCodes:
    """What a column holds. `setting`: where to say what its codes mean; None where EBP documents them."""

    column: str
    verified: bool
    setting: str | None
    values: list[CodeValue]
    problem: str = ""


def _wanted(column: str | None) -> list[Codes]:
    codes = make_codes(EbpSettings())
    if column is None:
        return codes
    if wanted := [one for one in codes if one.name.lower() == column.lower()]:
        return wanted
    raise NoSuchCodes(f"{column!r}; known are {', '.join(one.name for one in codes)}.")


async def _find(connection: AsyncConnection, codes: Codes, there: Any) -> ColumnCodes:
    columns = there.get((codes.table.schema, codes.table.name))
    if columns is None or codes.column.name not in columns:
        lacking = codes.name if columns is not None else codes.table.name
        return ColumnCodes(codes.name, codes.verified, codes.setting, [], f"{lacking} is not in the copy of EBP.")
    example = codes.table.c[codes.example if codes.example in columns else codes.table.primary_key.columns.keys()[0]]
    counted = select(codes.column, func.count(), *_examples(example)).group_by(codes.column)
    rows = await connection.execute(counted.order_by(func.count().desc(), codes.column).limit(VALUES_MAX))
    values = [CodeValue(row[0], row[1], codes.word_of(row[0]), [str(one) for one in row[2:] if one]) for row in rows]
    return ColumnCodes(codes.name, codes.verified, codes.setting, values)


def _examples(example: Any) -> list[Any]:
    """The first and the last by key, and one between: some that a person can look up in EBP."""
    text = cast(example, String)
    return [func.min(text), func.percentile_disc(0.5).within_group(text), func.max(text)][:EXAMPLES]


def _show(console: Console, found: list[ColumnCodes]) -> None:
    for one in found:
        known = "documented by EBP" if one.verified else f"assumed{f'; {one.setting}' if one.setting else ''}"
        console.print(f"[bold]{one.column}[/]  [dim]{known}[/]")
        if one.problem or not one.values:
            console.print(f"  {one.problem or 'No rows.'}")
            continue
        show_table(console, ("", "", "", ""), map(_cells, one.values))


def _cells(value: CodeValue) -> tuple[str, ...]:
    return (f"  {_shown(value.value)}", f"{value.rows:,}", value.means, ", ".join(value.examples))


def _shown(value: Any) -> str:
    return "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
