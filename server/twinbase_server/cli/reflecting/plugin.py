"""A plugin made from a database: read, judged, written, and tried before anybody gets it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import ModuleType

from twinbase import Mirror
from twinbase.builtin.strategies import twinbase_strategies
from twinbase.errors import TwinbaseError
from twinbase.registry import build_registry
from twinbase_server.cli.reflecting.classes import name_classes, write_mirrors, write_page, write_tables
from twinbase_server.cli.reflecting.found import find_tables
from twinbase_server.cli.reflecting.judge import JudgedTables, judge_tables


class NoTable(TwinbaseError):
    """There is no table to make a plugin of."""


@dataclass(frozen=True)
class WrittenPlugin:
    """The files of a plugin that differ from the template's, by their path, and what was decided."""

    files: Mapping[str, str]
    verdict: JudgedTables


async def write_plugin(
    url: str, name: str, module: str, schemas: Collection[str] = (), names: Collection[str] = ()
) -> WrittenPlugin:
    """The plugin over the tables of a database, which is only read. Raises NoTable."""
    found = await find_tables(url, schemas, names)
    if not found:
        raise NoTable("Nothing there has such a name: look at --schema and --table.")
    verdict = judge_tables(found)
    _leave_out_what_is_refused(module, verdict)
    files = {
        f"{module}/tables.py": write_tables(module, verdict.kept),
        f"{module}/mirrors.py": write_mirrors(module, verdict),
        "TABLES.md": write_page(name, verdict),
    }
    return WrittenPlugin(files, verdict)


def _leave_out_what_is_refused(module: str, verdict: JudgedTables) -> None:
    """Each class is made, and mirrored: the rules for that are not said a second time here."""
    made = _run(write_tables(module, verdict.kept), f"{module}_tried")
    names = name_classes(verdict.kept)
    for table in list(verdict.kept):
        model = getattr(made, names[table.found.label])
        operations = {"update", "delete"} if table.no_inserts else None
        try:
            mirror = Mirror(model, direction="both", conflict="merge_columns", operations=operations, name=table.name)  # type: ignore[arg-type]
            build_registry([mirror], twinbase_strategies())
        except TwinbaseError as error:
            verdict.kept.remove(table)
            verdict.left[table.found.label] = error.detail


def _run(source: str, name: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return module
