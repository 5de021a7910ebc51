"""What drift decides, on paper: after any change every column of the source has a place of its own that holds it."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from twinbase_ebp.schema.drift import Copy, Drift, find_drift, key_targets
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec
from twinbase_ebp.schema.types import join

LONG = "CurrencyRealNetAmountVatExcludedWithDiscountAndFinancialDiscount"
NAMES = ["Id", "A", "A__2", "A__3", LONG, f"{LONG[:60]}__2"]
TYPES = ["int16", "int64", "text(8)", "text(20)", "text", "decimal(9,2)", "decimal(12,6)", "uuid"]
COLUMNS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TYPES), min_size=1)


@st.composite
def tables(draw: st.DrawFn) -> TableSpec:
    """A table as it may be one day; its key is any of its columns, or none."""
    types = draw(COLUMNS)
    key = draw(st.lists(st.sampled_from(sorted(types)), unique=True, max_size=2))
    columns = tuple(ColumnSpec(name, type_) for name, type_ in types.items())
    return TableSpec("Vat", columns, tuple(key))


def follow(days: Sequence[TableSpec]) -> tuple[dict[str, str], list[Drift]]:
    """The columns of the copy, by name, after each day was followed; what may not happen to them is asserted."""
    columns = {column.target: column.held for column in days[0].columns}
    copy, steps = Copy(days[0]), []
    for found in days[1:]:
        step = find_drift(copy, found, lambda table, column: False)
        for column in step.add:
            assert column.target not in columns, "added twice"
            columns[column.target] = column.held
        for column in step.widen:
            assert join(columns[column.target], column.held) == column.held, "a value would not fit any more"
            columns[column.target] = column.held
        copy = step.copy
        steps.append(step)
    return columns, steps


@given(st.lists(tables(), min_size=2, max_size=6))
def test_every_column_has_a_place_of_its_own_that_holds_it(days: list[TableSpec]) -> None:
    columns, steps = follow(days)
    spec = steps[-1].copy.spec
    targets = [column.target for column in spec.columns]
    assert len(set(targets)) == len(targets)
    assert [(column.name, column.type) for column in spec.columns] == [(c.name, c.type) for c in days[-1].columns]
    for column in spec.columns:
        assert columns[column.target] == column.held == join(column.held, column.type)
    assert columns == {column.target: column.held for column in spec.columns} | dict(steps[-1].copy.stale)
    assert set(key_targets(spec)) <= set(targets)


@given(st.lists(tables(), min_size=1, max_size=4))
def test_the_same_table_once_more_is_no_drift(days: list[TableSpec]) -> None:
    _, steps = follow([*days, days[-1], days[-1]])
    last = steps[-1]
    assert (last.changes, last.add, last.widen, last.rekey, last.backfill) == ((), (), (), False, False)


@given(tables(), tables())
def test_a_change_of_shape_is_said_in_words_that_name_the_table(before: TableSpec, found: TableSpec) -> None:
    step = find_drift(Copy(before), found, lambda table, column: False)
    types = [{(column.name, column.type) for column in one.columns} for one in (before, found)]
    assert bool(step.changes) == (types[0] != types[1] or before.key != found.key)
    assert all("Vat" in change.sentence for change in step.changes)


def test_two_columns_never_go_on_in_one() -> None:
    """A is of another type from now on and would take A__2, which is the name of a new column too."""
    before = TableSpec("Vat", (ColumnSpec("A", "int32"),))
    found = TableSpec("Vat", (ColumnSpec("A", "uuid"), ColumnSpec("A__2", "text")))
    step = find_drift(Copy(before), found, lambda table, column: False)
    assert [column.target for column in step.copy.spec.columns] == ["A__2", "A__2__2"]


def test_what_is_denied_is_counted_and_not_named() -> None:
    before = TableSpec("Vat", (ColumnSpec("Id", "int32"), ColumnSpec("Geheim", "text")), ("Id",))
    found = replace(before, columns=before.columns[:1])
    step = find_drift(Copy(before), found, lambda table, column: column.name == "Geheim")
    assert step.empty == ("Geheim",)
    assert [change.kind for change in step.changes] == ["columns_denied"]
    assert "Geheim" not in repr(step.changes)
