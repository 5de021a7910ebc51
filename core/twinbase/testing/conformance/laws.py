"""The laws of a conflict strategy, tried on random conflicts of the twin that uses it, and one of rules."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from twinbase.conflict import Conflict, Decision
from twinbase.mutation import IncomingMutation, Operation
from twinbase.plugins import Plugins
from twinbase.registry import Twin
from twinbase.testing.conformance.rows import RowMaker

OPERATIONS: tuple[Operation, ...] = ("insert", "update", "delete")


def broken_laws(twin: Twin, maker: RowMaker, count: int) -> list[str]:
    """What is wrong with the strategy of a twin, in words; nothing when its laws hold."""
    conflicts = (make_conflict(twin, maker) for _ in range(count))
    return [f"{twin.name}: {wrong}: {conflict}" for conflict in conflicts if (wrong := broken_law(twin, conflict))]


def make_conflict(twin: Twin, maker: RowMaker) -> Conflict:
    """Any conflict that a device may cause: an insert, an update of some columns or a delete, of a row or of none."""
    dice: Random = maker.dice
    operation = dice.choice(sorted(twin.operations))
    base, theirs = _row(twin, maker), _row(twin, maker)
    mine = _changed(twin, maker, base)
    theirs = {name: dice.choice((value, base[name])) for name, value in theirs.items()}
    if operation == "delete":
        mine = {}
    elif operation == "insert":
        base, mine = {}, {name: value for name, value in _row(twin, maker).items() if name in twin.insertable}
    else:
        base = {name: base[name] for name in mine}
    at = [maker.now + timedelta(minutes=dice.randint(-30, 30)) for _ in range(2)]
    gone = dice.random() < 0.15
    return Conflict(operation, _frozen(base), _frozen(mine), None if gone else _frozen(theirs), at[0], at[1])


def _row(twin: Twin, maker: RowMaker) -> dict[str, Any]:
    """In wire form, with an extreme value now and then."""
    row = {}
    for name in twin.columns:
        column = next(c for c in twin.table.columns if c.name == name)
        values = maker.find_values(column)
        extreme = maker.dice.random() < 0.2 and values.extremes
        value = maker.dice.choice(list(values.extremes)) if extreme else values.ordinary(maker.dice)
        empty = column.nullable and maker.dice.random() < 0.15
        row[name] = None if empty else twin.codecs[name].wire_from_python(value)
    return row


def _changed(twin: Twin, maker: RowMaker, base: Mapping[str, Any]) -> dict[str, Any]:
    row = _row(twin, maker)
    free = sorted(twin.writable)
    names = maker.dice.sample(free, min(len(free), maker.dice.randint(1, 4)))
    return {name: row[name] for name in names if row[name] != base[name]}


def _frozen(row: dict[str, Any]) -> Mapping[str, Any]:
    """What a strategy is given it may not change: an attempt raises TypeError."""
    return MappingProxyType(row)


def find_blind_rules(plugins: Plugins, twin: Twin, maker: RowMaker) -> list[str]:
    """Which edits of a row that is gone `twinbase_neighbours` fails for, in words."""
    found = []
    for operation, values in _edits_of_one_column(twin, maker):
        row = _row(twin, maker)
        written = IncomingMutation(twin.name, operation, tuple(row[name] for name in twin.key), None, values)
        try:
            plugins.collect_neighbours(written)
        except Exception as error:
            edit = f"{operation} of {', '.join(values) or 'it'}"
            found.append(f"{twin.name}: twinbase_neighbours fails when the row is gone ({edit}): {error!r}")
    return found


def _edits_of_one_column(twin: Twin, maker: RowMaker) -> Iterator[tuple[Operation, dict[str, Any]]]:
    if "update" in twin.operations:
        yield from (("update", {name: _row(twin, maker)[name]}) for name in sorted(twin.writable))
    if "delete" in twin.operations:
        yield "delete", {}


def broken_law(twin: Twin, conflict: Conflict) -> str | None:
    """The first law that the decision breaks."""
    decision = twin.strategy(conflict)
    if decision != twin.strategy(_copied(conflict)):
        return "decided otherwise the second time (it must depend on the conflict alone)"
    if not isinstance(decision, Decision) or decision.status not in ("applied", "merged", "conflict"):
        return "the answer is no Decision"
    if set(decision.write) - set(conflict.mine):
        return f"writes {sorted(set(decision.write) - set(conflict.mine))}, which the device did not write"
    if set(decision.decided.values()) - {"device", "server", "both"}:
        return "`decided` says device, server or both for each column"
    for name, value in decision.write.items():
        if wrong := twin.codecs[name].check_wire(value):
            return f"writes a value into {name} that does not fit: {wrong}"
    return _lost(conflict, decision)


def _lost(conflict: Conflict, decision: Decision) -> str | None:
    """Nothing is set aside in silence, and a part of a row brings no row back."""
    if conflict.operation == "delete":
        kept = not decision.delete and decision.status != "conflict"
        return "keeps a row that the device deleted, and does not call it a conflict" if kept else None
    if conflict.operation == "update" and conflict.theirs is None:
        wrong = decision.write or decision.status != "conflict"
        return "a row that is gone stays gone, and the device hears of a conflict" if wrong else None
    after = {**(conflict.theirs or {}), **decision.write}
    lost = [name for name, value in conflict.mine.items() if after.get(name) != value]
    silent = [name for name in lost if decision.decided.get(name) not in ("server", "both")]
    if silent:
        return f"sets {silent} aside and does not say so in `decided`"
    aside = [name for name in lost if decision.decided.get(name) == "server"]
    return f"sets {aside} aside and does not call it a conflict" if aside and decision.status != "conflict" else None


def _copied(conflict: Conflict) -> Conflict:
    """The same conflict in other objects, with the columns in another order."""

    def turned(row: Mapping[str, Any] | None) -> Any:
        return None if row is None else _frozen(dict(reversed(deepcopy(dict(row)).items())))

    at: tuple[datetime, datetime] = (conflict.mine_at, conflict.theirs_at)
    return Conflict(conflict.operation, turned(conflict.base), turned(conflict.mine), turned(conflict.theirs), *at)
