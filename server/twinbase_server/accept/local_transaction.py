"""Local transactions: what a device wrote together has effect together, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from twinbase.errors import Refused
from twinbase.identity import Identity
from twinbase.mutation import Operation, Written
from twinbase.plugins import Plugins
from twinbase.registry import Registry
from twinbase_server.accept.batch import Change
from twinbase_server.accept.decide import Verdict, decide, parked, refused
from twinbase_server.accept.neighbours import Neighbours
from twinbase_server.accept.plugins import asking
from twinbase_server.accept.reasons import Refusal, no_target
from twinbase_server.accept.rows import History, Place, Row
from twinbase_server.accept.scope import Reader
from twinbase_server.accept.targets import Targets, pointed

Verdicts = dict[str, Verdict]


@dataclass(frozen=True, slots=True)
class Unit:
    """One local transaction: its mutations in order, and those among them that were refused on sight."""

    ids: tuple[str, ...]
    changes: tuple[Change, ...]
    faults: Mapping[str, Refusal]


@dataclass(frozen=True, slots=True)
class Accepting:
    """What stays the same while one batch is accepted. `blocked`: rows whose insert was not accepted, and by whom."""

    registry: Registry
    plugins: Plugins
    identity: Identity
    reader: Reader
    history: History
    now: datetime
    blocked: dict[Place, str] = field(default_factory=dict)
    doomed: dict[str, Refusal] = field(default_factory=dict)


async def decide_unit(
    accepting: Accepting, unit: Unit, rows: Mapping[Place, Row], targets: Targets, neighbours: Neighbours
) -> Verdicts:
    """The verdicts on a local transaction; the rows are changed as it says, or left as they were."""
    before = {change.place: rows[change.place].kept() for change in unit.changes}
    verdicts: Verdicts = {}
    for change, id in _in_order(unit):
        verdict = await _verdict(accepting, unit, change, id, rows, targets, neighbours)
        verdicts[id] = verdict
        if not verdict.stands:
            for place, kept in before.items():
                rows[place].restore(kept)
            return stopped(accepting, unit, id, verdict)
    return verdicts


def stopped(accepting: Accepting, unit: Unit, culprit: str, verdict: Verdict) -> Verdicts:
    """The whole transaction waits behind the one that stopped it, and later work on its new rows waits too."""
    waits_for = verdict.behind or culprit
    for change in unit.changes:
        if change.op == "insert":
            accepting.blocked[change.place] = waits_for
    return {id: verdict if id == culprit else parked(waits_for) for id in unit.ids}


def _in_order(unit: Unit) -> Iterator[tuple[Change | None, str]]:
    changes = {change.id: change for change in unit.changes}
    return ((changes.get(id), id) for id in unit.ids)


async def _verdict(
    accepting: Accepting,
    unit: Unit,
    change: Change | None,
    id: str,
    rows: Mapping[Place, Row],
    targets: Targets,
    neighbours: Neighbours,
) -> Verdict:
    if why := unit.faults.get(id) or accepting.doomed.get(id):
        return refused(why)
    assert change is not None
    row = rows[change.place]
    if behind := _waits_for(accepting, change, row, rows, targets):
        return parked(behind)
    with asking("conflict strategy"):
        verdict = decide(change, row, accepting.now)
    if not verdict.write and not verdict.delete:
        return verdict
    if why := _objection(accepting, change, row, verdict, targets, rows):
        return refused(why)
    if accepting.plugins.looks_at_mutations and (
        why := await _ask_plugins(accepting, change, row, verdict, neighbours)
    ):
        return refused(why)
    row.remove() if verdict.delete else row.write(verdict.write)
    return verdict


def _waits_for(
    accepting: Accepting, change: Change, row: Row, rows: Mapping[Place, Row], targets: Targets
) -> str | None:
    """The insert that was not accepted and that this change builds upon."""
    if not accepting.blocked:
        return None
    if change.op != "insert" and row.values is None and change.place in accepting.blocked:
        return accepting.blocked[change.place]
    for key, values in pointed(accepting.registry, change, rows):
        if key.target is None or key.target_columns != key.target.key:
            continue
        place = (key.target.name, values)
        if place in accepting.blocked and not _there(rows.get(place), targets.holds(key, values)):
            return accepting.blocked[place]
    return None


def _there(row: Row | None, found: bool) -> bool:
    return found if row is None else row.values is not None


def _objection(
    accepting: Accepting, change: Change, row: Row, verdict: Verdict, targets: Targets, rows: Mapping[Place, Row]
) -> Refusal | None:
    """Foreign keys and guards have a say in what is about to be written."""
    # Of the columns of a key a strategy may write some, and leave the server's in the others.
    written = {column: value for column, value in change.new.items() if row.values is None or column in verdict.write}
    for key, _ in pointed(accepting.registry, change, rows):
        values = key.values({**(row.values or {}), **written})
        if values is None:
            continue
        unchanged = row.values is not None and key.values(row.values) == values
        if not unchanged and not verdict.write.keys().isdisjoint(key.columns) and not targets.admit(key, values):
            return no_target(key.columns)
    for guard in change.twin.guards if not verdict.delete else ():
        with asking("guard"):
            why = guard(row.values, verdict.write)
        if why:
            return Refusal("guard", why)
    return None


async def _ask_plugins(
    accepting: Accepting, change: Change, row: Row, verdict: Verdict, neighbours: Neighbours
) -> Refusal | None:
    operation: Operation = "delete" if verdict.delete else "insert" if row.values is None else "update"
    written = Written(change.twin.name, operation, change.key, row.values, verdict.write)
    try:
        with asking("twinbase_before_mutation"):
            await accepting.plugins.before_mutation(written, accepting.identity, accepting.now, neighbours)
    except Refused as why:
        return Refusal(why.reason, why.detail)
    return None


def changes_of(units: Sequence[Unit]) -> list[Change]:
    """All changes of these transactions, in order."""
    return [change for unit in units for change in unit.changes]
