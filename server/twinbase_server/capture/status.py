"""What escapes capture: each finding says what is wrong and what to do about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from twinbase_server.capture.catalog import Facts, Installed, Relation, read_facts, read_installed
from twinbase_server.capture.install import is_current, takes_triggers
from twinbase_server.capture.tables import ABSENT, CapturedTable
from twinbase_server.database.connection import Connection


@dataclass(frozen=True)
class CaptureProblem:
    """One way in which changes of a table may pass unseen; `kind` is a word for programs, `detail` for people."""

    kind: str
    detail: str


@dataclass(frozen=True)
class TableCapture:
    """How well a table is captured: perfectly, when there are no problems."""

    table: CapturedTable
    base: int | None
    problems: tuple[CaptureProblem, ...]

    @property
    def captured(self) -> bool:
        return self.base is not None and not self.problems


async def read_capture_status(connection: Connection, tables: Iterable[CapturedTable]) -> list[TableCapture]:
    """How each of these tables is captured, and what escapes. It reads the catalog only, and locks nothing."""
    found = []
    for table in tables:
        facts = await read_facts(connection, table)
        installed = await read_installed(connection, table)
        gaps = await connection.fetch(_GAPS, installed.relid) if installed else []
        problems = [
            *_problems(table, facts, installed),
            *(CaptureProblem("gap", _gap_text(gap["reason"])) for gap in gaps),
        ]
        found.append(TableCapture(table, installed.base if installed else None, tuple(problems)))
    return found


def _problems(table: CapturedTable, facts: Facts | None, installed: Installed | None) -> Iterator[CaptureProblem]:
    if facts is None:
        yield CaptureProblem("missing", f"{table.label} {ABSENT}")
        return
    yield from _unfit(table, facts)
    if not takes_triggers(facts.root):
        return
    if installed is None:
        yield CaptureProblem("not-installed", f"{table.label} is not captured. Run `twinbase db upgrade`.")
        return
    drifted = list(_drift(table, facts))
    yield from drifted
    if not drifted and not is_current(table, facts, installed):
        yield CaptureProblem(
            "outdated", f"{table.label} changed since capture was installed. Run `twinbase db upgrade`."
        )


def _unfit(table: CapturedTable, facts: Facts) -> Iterator[CaptureProblem]:
    """What no installation can cure."""
    name = table.label
    if not takes_triggers(facts.root):
        yield CaptureProblem("not-a-table", f"{name} is not an ordinary table. Capture the tables that it reads.")
        return
    if any(relation.kind == "f" for relation in facts.relations[1:]):
        yield CaptureProblem("foreign", f"{name} has a foreign table below it: what is written there is not seen.")
    if facts.root.parents:
        yield CaptureProblem("part", f"{name} is a part of {', '.join(facts.root.parents)}. Mirror that table.")
    if facts.root.persistence == "u":
        yield CaptureProblem(
            "unlogged", f"{name} is unlogged: PostgreSQL empties it after a crash, and nobody is told."
        )
    if not facts.key_is_unique:
        yield CaptureProblem(
            "no-key", f"{name} has no unique index on ({', '.join(table.key)}): two rows may be one twin."
        )
    if facts.subscribed:
        yield CaptureProblem(
            "subscribed", f"{name} is filled by logical replication, which fires no statement triggers."
        )
    if facts.root.policed:
        yield CaptureProblem("row-security", f"{name} has a policy that may hide rows from this role. {_BYPASS}")
    if virtual := facts.root.virtual & set(table.watched):
        yield CaptureProblem(
            "virtual", f"{name}: a virtual column ({', '.join(sorted(virtual))}) makes writes fail. {_STORE}"
        )


def _drift(table: CapturedTable, facts: Facts) -> Iterator[CaptureProblem]:
    """What `install` cures."""
    if missing := [column for column in table.watched if column not in facts.root.columns]:
        yield CaptureProblem(
            "columns", f"{table.label} has no {' and no '.join(missing)}: its changes are recorded as gaps."
        )
    for relation in facts.relations:
        if takes_triggers(relation) and not relation.is_armed_by(table):
            yield _unarmed(table, relation)


def _unarmed(table: CapturedTable, relation: Relation) -> CaptureProblem:
    off = [name for name, enabled, *_ in relation.triggers if enabled != "A"]
    if off:
        return CaptureProblem("disabled", f"{relation.name}: {', '.join(sorted(off))} does not fire always. {_UPGRADE}")
    if not relation.triggers:
        return CaptureProblem(
            "no-triggers", f"{relation.name} has no triggers: was it attached to {table.label}? {_UPGRADE}"
        )
    return CaptureProblem(
        "drift", f"{relation.name} has other columns or triggers than capture was built for. {_UPGRADE}"
    )


def _gap_text(reason: str) -> str:
    return f"A change could not be recorded ({reason}). {_UPGRADE}"


_BYPASS = "No device gets an answer until the role has BYPASSRLS, or row security on the table is off."
_STORE = "Declare it STORED, or hide it from the mirror."
_UPGRADE = "Run `twinbase db upgrade`."
_GAPS = "SELECT reason FROM twinbase.capture_gap WHERE relid = $1 AND NOT respelled GROUP BY reason ORDER BY reason"
