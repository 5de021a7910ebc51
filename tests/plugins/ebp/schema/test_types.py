"""Canonical types: what PostgreSQL calls them, and which type holds the values of two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbase_ebp.schema.types import join, parse, pg_type

TYPES = st.one_of(
    st.sampled_from(["bool", "int16", "int32", "int64", "float64", "uuid", "timestamp", "time", "date", "blob"]),
    st.sampled_from(["text", "decimal"]),
    st.builds("text({})".format, st.integers(1, 4000)),
    st.integers(1, 38).flatmap(lambda p: st.builds(f"decimal({p},{{}})".format, st.integers(0, p))),
)


@pytest.mark.parametrize(
    ("canonical", "postgresql"),
    [
        ("text(40)", "varchar(40)"),
        ("text", "text"),
        ("decimal(28,8)", "numeric(28,8)"),
        ("decimal", "numeric"),
        ("int16", "smallint"),
        ("blob", "bytea"),
        ("timestamp", "timestamp"),
    ],
)
def test_postgresql_has_a_type_for_each(canonical: str, postgresql: str) -> None:
    assert pg_type(canonical) == postgresql


@given(TYPES)
def test_a_type_reads_as_it_is_written(written: str) -> None:
    assert str(parse(written)) == written


@given(TYPES, TYPES)
def test_the_join_holds_both_whichever_comes_first(one: str, other: str) -> None:
    joined = join(one, other)
    assert joined == join(other, one)
    if joined is not None:
        assert join(joined, one) == join(joined, other) == joined


def test_a_join_of_decimals_loses_neither_whole_digits_nor_decimals() -> None:
    assert join("decimal(20,8)", "decimal(14,2)") == "decimal(20,8)"
    assert join("decimal(10,0)", "decimal(10,8)") == "decimal(18,8)"
    assert join("decimal(10,2)", "decimal") == "decimal"


def test_types_of_different_kinds_have_no_join() -> None:
    assert join("int32", "decimal(28,8)") is None
    assert join("text(4)", "uuid") is None
    assert join("date", "timestamp") is None
