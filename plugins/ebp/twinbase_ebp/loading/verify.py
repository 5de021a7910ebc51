"""Compare all copies with EBP, or repair one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from twinbase.source import Tell
from twinbase_ebp.loading.load import UnknownTable, connect_database, load, reflect_source, run_in_thread, tell_in_loop
from twinbase_ebp.loading.report import LoadReport
from twinbase_ebp.loading.table_load import Options
from twinbase_ebp.loading.threads import Crew, LoadDatabases
from twinbase_ebp.loading.verify_table import TableVerdict, verify_table
from twinbase_ebp.schema.memory import Memory, Remembered
from twinbase_ebp.schema.spec import TableSpec
from twinbase_ebp.settings import EbpSettings


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done to a copy, and how it stands now."""

    load: LoadReport
    verdicts: Sequence[TableVerdict]

    @property
    def same(self) -> bool:
        return all(verdict.same for verdict in self.verdicts)


async def verify(
    databases: LoadDatabases,
    settings: EbpSettings,
    now: datetime,
    *,
    tables: Collection[str] = (),
    tell: Tell = lambda subject, done, of: None,
) -> list[TableVerdict]:
    """Compare every value of every row of these tables (of all) with EBP's. Nothing is written on either side.

    What is not copied is not compared: columns that may not be read, contents of files, columns that EBP has no more.
    """
    found = {spec.name: spec for spec in await run_in_thread(reflect_source, databases, settings)}
    async with connect_database(databases.target_url) as connection:
        known = await Memory(connection, now).read_tables()
    if unknown := sorted(set(tables) - known.keys()):
        raise UnknownTable(f"{', '.join(unknown)}: there is no copy of such a table; names are case-sensitive.")
    stop, verdicts = Event(), list[TableVerdict]()
    todo = [known[name] for name in sorted(tables or known)]
    now_other = [one for one in todo if not _is_as_loaded(one, found)]
    specs = [one.copy.spec for one in todo if one not in now_other]
    await run_in_thread(_verified, databases, settings, specs, verdicts, tell_in_loop(tell), stop, stop=stop)
    there = {one.copy.spec.name for one in now_other if not one.gone} | _to_be_loaded(found, tables)
    there -= {spec.name for spec in specs}
    verdicts += [TableVerdict(name, why=_why_not(name, found)) for name in there]
    return sorted(verdicts, key=lambda verdict: verdict.table)


async def repair(
    databases: LoadDatabases,
    settings: EbpSettings,
    now: datetime,
    table: str,
    *,
    confirmed: bool = False,
    tell: Tell = lambda subject, done, of: None,
) -> Repaired:
    """Read all rows of one table again, write what differs, delete what is gone, and compare the outcome."""
    options = Options(tables=(table,), full=True, confirmed=(table,) if confirmed else ())
    report = await load(databases, settings, now, options=options, tell=tell)
    return Repaired(report, await verify(databases, settings, now, tables=(table,)))


def _verified(
    databases: LoadDatabases,
    settings: EbpSettings,
    specs: Sequence[TableSpec],
    verdicts: list[TableVerdict],
    tell: Tell,
    stop: Event,
) -> None:
    def compare(spec: TableSpec, source: Any, target: Any) -> None:
        verdicts.append(verify_table(spec, source, target, tell, stop))
        tell("tables", len(verdicts), len(specs))

    widest = sorted(specs, key=lambda spec: -len(spec.columns))
    with Crew(databases, settings.load_connections, stop, "twinbase ebp verify") as crew:
        crew.run(widest, compare)


def _is_as_loaded(one: Remembered, found: dict[str, TableSpec]) -> bool:
    spec = found.get(one.copy.spec.name)
    return spec is not None and not one.gone and spec.kind != "unsupported" and spec.fingerprint == one.fingerprint


def _to_be_loaded(found: dict[str, TableSpec], tables: Collection[str]) -> set[str]:
    """Of these tables (of all) those that EBP has, but for its own."""
    return {name for name, spec in found.items() if spec.kind != "system" and name in (tables or found)}


def _why_not(name: str, found: dict[str, TableSpec]) -> str:
    spec = found.get(name)
    if spec is not None and spec.problem:
        return spec.problem
    return f"{name} has changed in EBP since the last load: load it first."
