"""The laws of the strategies: what holds for every conflict, found by trying many."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twinbase.conflict import (
    BUILT_IN,
    Conflict,
    Decision,
    Strategy,
    add,
    ask,
    device_wins,
    is_additive,
    last_write_wins,
    merge_columns,
    server_wins,
    state_machine,
)
from twinbase.mutation import Operation

COLUMNS = ("a", "b", "c")
STRATEGIES: Mapping[str, Strategy] = {**BUILT_IN, "mixed": merge_columns(last_write_wins, a=add, b=ask)}
Row = dict[str, Any]
START = datetime(2030, 1, 1, tzinfo=UTC)

values = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "x", "y", "1.50", "2.00"]))
rows = st.fixed_dictionaries(dict.fromkeys(COLUMNS, values))
moments = st.integers(0, 50).map(lambda minutes: START + timedelta(minutes=minutes))
counts = st.integers(-1000, 1000)


@st.composite
def conflicts(draw: st.DrawFn) -> Conflict:
    """Any conflict: an insert, an update of some columns, a delete, of a row that is there or gone."""
    operations: tuple[Operation, ...] = ("insert", "update", "delete")
    operation = draw(st.sampled_from(operations))
    base, mine, theirs = draw(rows), draw(rows), draw(st.one_of(st.none(), rows))
    written = draw(st.sets(st.sampled_from(COLUMNS), min_size=1))
    if operation == "insert":
        base = {}
    elif operation == "update":
        base, mine = {c: base[c] for c in written}, {c: mine[c] for c in written}
    else:
        mine = {}
    return Conflict(operation, base, mine, theirs, draw(moments), draw(moments))


def after(conflict: Conflict, decision: Decision) -> dict[str, Any] | None:
    """The row once a decision has been carried out."""
    if decision.delete:
        return None
    if conflict.theirs is None:
        return dict(decision.write) or None
    return {**conflict.theirs, **decision.write}


def updated(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], *at: datetime) -> Conflict:
    mine_at, theirs_at = at or (START, START)
    changed = {column: value for column, value in mine.items() if value != base[column]}
    return Conflict("update", {c: base[c] for c in changed}, changed, theirs, mine_at, theirs_at)


@pytest.mark.parametrize("name", STRATEGIES)
@given(conflict=conflicts())
def test_a_strategy_decides_the_same_conflict_the_same_way(name: str, conflict: Conflict) -> None:
    assert STRATEGIES[name](conflict) == STRATEGIES[name](conflict)


@pytest.mark.parametrize("name", STRATEGIES)
@given(conflict=conflicts())
def test_a_decision_writes_and_names_only_columns_of_the_mutation(name: str, conflict: Conflict) -> None:
    decision = STRATEGIES[name](conflict)
    touched = {*conflict.mine, *conflict.base}
    assert set(decision.write) <= set(conflict.mine)
    assert set(decision.decided) <= touched | {"*"}
    assert set(decision.decided.values()) <= {"device", "server", "both"}


@pytest.mark.parametrize("name", STRATEGIES)
@given(conflict=conflicts())
def test_what_is_set_aside_is_called_a_conflict(name: str, conflict: Conflict) -> None:
    """Nothing is lost silently: a value that the device wrote is in the row, in a sum, or told as a conflict."""
    decision = STRATEGIES[name](conflict)
    row = after(conflict, decision)
    if conflict.operation == "delete":
        assert decision.delete or decision.status == "conflict"
        return
    lost = [c for c, value in conflict.mine.items() if row is None or row.get(c) != value]
    for column in lost:
        assert decision.decided.get(column) in ("server", "both")
    if any(decision.decided.get(column) == "server" for column in lost):
        assert decision.status == "conflict"


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name not in ("add", "mixed")])
@given(conflict=conflicts())
def test_deciding_again_over_the_outcome_changes_nothing(name: str, conflict: Conflict) -> None:
    """Values may be applied twice; sums may not, which is what the ledger is for."""
    row = after(conflict, STRATEGIES[name](conflict))
    again = Conflict(conflict.operation, conflict.base, conflict.mine, row, conflict.mine_at, conflict.theirs_at)
    if row is not None:
        assert after(again, STRATEGIES[name](again)) == row


@pytest.mark.parametrize("strategy", [server_wins, ask, BUILT_IN["append_only"]])
@given(conflict=conflicts())
def test_where_the_server_wins_the_row_stays(strategy: Strategy, conflict: Conflict) -> None:
    decision = strategy(conflict)
    assert after(conflict, decision) == conflict.theirs
    assert not decision.delete and not decision.write


@given(conflict=conflicts())
def test_where_the_device_wins_all_that_it_wrote_is_in_the_row(conflict: Conflict) -> None:
    assume(conflict.theirs is not None)
    row = after(conflict, device_wins(conflict))
    assert row is None if conflict.operation == "delete" else row == {**(conflict.theirs or {}), **conflict.mine}


@pytest.mark.parametrize("name", STRATEGIES)
@given(conflict=conflicts())
def test_a_part_of_a_row_brings_no_row_back(name: str, conflict: Conflict) -> None:
    assume(conflict.operation == "update")
    gone = Conflict("update", conflict.base, conflict.mine, None, conflict.mine_at, conflict.theirs_at)
    decision = STRATEGIES[name](gone)
    assert not decision.write and decision.status == "conflict"


@pytest.mark.parametrize("fallback", [server_wins, device_wins, last_write_wins, ask])
@given(base=rows, mine=rows, theirs=rows, at=st.tuples(moments, moments))
def test_a_merge_keeps_what_only_one_side_changed(
    fallback: Strategy,
    base: dict[str, Any],
    mine: dict[str, Any],
    theirs: dict[str, Any],
    at: tuple[datetime, datetime],
) -> None:
    conflict = updated(base, mine, theirs, *at)
    row = after(conflict, merge_columns(fallback)(conflict))
    assert row is not None
    for column in COLUMNS:
        if mine[column] == base[column]:
            assert row[column] == theirs[column]
        elif theirs[column] == base[column]:
            assert row[column] == mine[column]
        else:
            assert row[column] in (mine[column], theirs[column])


@given(conflict=conflicts())
def test_a_merge_names_only_contested_columns(conflict: Conflict) -> None:
    assume(conflict.theirs is not None and conflict.operation != "delete")
    assert set(merge_columns()(conflict).decided) == set(conflict.contested_columns())


@given(base=counts, one=counts, other=counts)
def test_sums_are_the_same_in_either_order(base: int, one: int, other: int) -> None:
    def pushed(stored: int, mine: int) -> Any:
        return add(Conflict("update", {"a": base}, {"a": mine}, {"a": stored}, START, START)).write["a"]

    assert pushed(one, other) == pushed(other, one) == one + other - base


@given(base=st.decimals(-99, 99, places=2), one=st.decimals(-99, 99, places=2), other=st.decimals(-99, 99, places=2))
def test_sums_of_decimals_are_exact_and_travel_as_text(base: Any, one: Any, other: Any) -> None:
    conflict = Conflict("update", {"a": str(base)}, {"a": str(one)}, {"a": str(other)}, START, START)
    assert add(conflict).write["a"] == format(one + other - base, "f")


@given(base=rows, first=rows, second=rows, times=st.lists(moments, min_size=2, max_size=2, unique=True))
def test_the_later_write_wins_in_either_order(
    base: dict[str, Any], first: dict[str, Any], second: dict[str, Any], times: list[datetime]
) -> None:
    """Two devices wrote whole rows at two times: whoever is pushed first, the later one is what stays."""

    def pushed(stored: dict[str, Any], stored_at: datetime, mine: dict[str, Any], mine_at: datetime) -> Any:
        conflict = Conflict("update", base, mine, stored, mine_at, stored_at)
        return after(conflict, last_write_wins(conflict))

    one, other = pushed(first, times[0], second, times[1]), pushed(second, times[1], first, times[0])
    assert one == other == (first if times[0] > times[1] else second)


@given(conflict=conflicts())
def test_a_tie_goes_to_the_server(conflict: Conflict) -> None:
    tie = Conflict(
        conflict.operation, conflict.base, conflict.mine, conflict.theirs, conflict.mine_at, conflict.mine_at
    )
    assert last_write_wins(tie) == server_wins(tie)


def test_sums_keep_every_digit_and_never_turn_to_exponents() -> None:
    def summed(base: str, mine: str, theirs: str) -> Any:
        return add(Conflict("update", {"a": base}, {"a": mine}, {"a": theirs}, START, START)).write["a"]

    assert summed("1.0000000", "1.0000000", "0.0000000") == "0.0000000"
    assert summed("0", "1", "9" * 60) == "1" + "0" * 60


def test_a_strategy_knows_which_columns_it_sums() -> None:
    assert is_additive(add, "a") and is_additive(merge_columns(a=add), "a")
    assert not is_additive(merge_columns(a=add), "b") and not is_additive(server_wins, "a")


STATES = ("planned", "started", "done")


@given(before=st.sampled_from(STATES), between=st.sampled_from(STATES))
def test_a_state_machine_admits_its_transitions_and_staying(before: str, between: str) -> None:
    guard = state_machine("state", {"planned": ["started"], "started": ["done"]}, initial=["planned"])
    legal = before == between or (before, between) in {("planned", "started"), ("started", "done")}
    why = guard({"state": before}, {"state": between})
    assert (why is None) is legal
    assert guard({"state": before}, {"other": 1}) is None
    assert (guard(None, {"state": between}) is None) is (between == "planned")
