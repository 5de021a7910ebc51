"""`twinbase ebp reflect`: read the tables of EBP's database, and write them to a file."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
from rich.console import Console

from twinbase_ebp.commands.options import SourceUrl, choose_source_url
from twinbase_ebp.ebp_connection import open_source
from twinbase_ebp.schema import TableSpec, specs_to_json
from twinbase_ebp.schema import reflect as reflect_connection
from twinbase_ebp.schema.deny import DenyList
from twinbase_ebp.schema.drift import find_drift
from twinbase_ebp.schema.memory import read_remembered
from twinbase_ebp.settings import EbpSettings
from twinbase_server.extension import AsJson, answer, make_error_console

CopiesUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar="TWINBASE_DATABASE_URL",
        metavar="URL",
        show_envvar=False,
        help="The server's PostgreSQL (or TWINBASE_DATABASE_URL): what is copied already keeps its names.",
    ),
]


def reflect(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the specs there, for TWINBASE_EBP_SPECS.")
    ] = None,
    source_url: SourceUrl = None,
    database_url: CopiesUrl = None,
    as_json: AsJson = False,
) -> None:
    """Read which tables EBP has, with their columns, keys and kinds; no row is read, and nothing that is secret.

    With --out it writes the specs to a file, for the server (TWINBASE_EBP_SPECS) and for devices (TWINBASE_EBP_MIRROR).
    """
    settings = EbpSettings()
    with make_error_console().status("Reading the tables of EBP"):
        with open_source(choose_source_url(source_url)) as connection:
            specs = reflect_connection(connection, settings)
        if database_url:
            specs = asyncio.run(_as_copied(database_url, specs, DenyList(settings.deny)))
    if out:
        _write(out, specs_to_json(specs))
    found = _Reflection(specs, out)
    answer(found.as_dict(), as_json=as_json, show=found.show)


@dataclass(frozen=True)
class _Reflection:
    """What there is."""

    specs: list[TableSpec]
    out: Path | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "tables": len(self.specs),
            "columns": sum(len(spec.columns) for spec in self.specs),
            "kinds": dict(sorted(Counter(spec.kind for spec in self.specs).items())),
            "problems": [spec.problem for spec in self.specs if spec.problem],
            "file": str(self.out) if self.out else None,
        }

    def show(self, console: Console) -> None:
        said = self.as_dict()
        console.print(f"{said['tables']} tables with {said['columns']} columns that may be copied")
        console.print(", ".join(f"{count} {kind}" for kind, count in said["kinds"].items()))
        for problem in said["problems"]:
            console.print(f"[red]✗[/] {problem}")
        if self.out:
            console.print(f"[green]✓[/] written to {self.out}")


async def _as_copied(url: str, specs: list[TableSpec], deny: DenyList) -> list[TableSpec]:
    """The specs with the names and types that the copies have, or will have after the next load."""
    connection = await asyncpg.connect(url)
    try:
        known = await read_remembered(connection)
    finally:
        await connection.close()
    return [
        find_drift(known[spec.name].copy, spec, deny.denies_column).copy.spec
        if spec.name in known and spec.columns and known[spec.name].copy.spec.columns
        else spec
        for spec in specs
    ]


def _write(path: Path, text: str) -> None:
    """All of it or nothing: a server that starts meanwhile reads the old file or the new one."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
