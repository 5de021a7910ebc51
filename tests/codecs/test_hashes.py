"""The hash of a column changes whenever its wire value changes, also where PostgreSQL says that the two are equal."""

from typing import Any

import pytest
from sqlalchemy import ARRAY, JSON, DateTime, Enum, Float, Interval, Numeric, Text
from sqlalchemy.dialects.postgresql import CITEXT, JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from tests.codecs.twins import Twins

from twinbase.codecs import codec_for

DIFFERENT = [
    (Numeric(), "numeric", "1.10", "1.1"),
    (ARRAY(Numeric), "numeric[]", "{1.10}", "{1.1}"),
    (JSON(), "json", '{"a":1}', '{"a": 1}'),
    (JSON(), "json", "1.0", "1.00"),
    (JSONB(), "jsonb", "1.0", "1.00"),
    (Text(), "text", "é", "e\u0301"),
    (Interval(), "interval", "1 month", "30 days"),
    (ARRAY(Text), "text[]", "{NULL}", '{"NULL"}'),
    (Float(), "float8", "0.1", "0.10000000000000002"),
    (Enum("a", "b", native_enum=False), "text", "a", "b"),
]
SAME = [
    (Float(), "float8", "0.0", "-0.0"),
    (Interval(), "interval", "1 day", "24 hours"),
    (JSONB(), "jsonb", '{"a":1,"b":2}', '{"b": 2, "a": 1}'),
    (DateTime(timezone=True), "timestamptz", "2026-01-01 12:00+00", "2026-01-01 13:00+01"),
]


def wire_and_hash(twins: Twins, type_: TypeEngine[Any], sql_type: str, literal: str) -> tuple[str, int]:
    codec, value = codec_for(type_), "'" + literal.replace("'", "''") + f"'::{sql_type}"
    columns = (
        f"json_build_array({codec.to_wire_sql('t.v')})::text, hash_record_extended(ROW({codec.hash_sql('t.v')}), 0)"
    )
    (row,) = twins.ask(f"SELECT {columns} FROM (SELECT {value} AS v) t")
    return row[0], row[1]


@pytest.mark.parametrize(("type_", "sql_type", "one", "other"), DIFFERENT)
def test_values_that_travel_differently_hash_differently(
    twins: Twins, type_: TypeEngine[Any], sql_type: str, one: str, other: str
) -> None:
    first, second = (wire_and_hash(twins, type_, sql_type, literal) for literal in (one, other))
    assert first[0] != second[0] and first[1] != second[1]


@pytest.mark.parametrize(("type_", "sql_type", "one", "other"), SAME)
def test_values_that_travel_alike_hash_alike(
    twins: Twins, type_: TypeEngine[Any], sql_type: str, one: str, other: str
) -> None:
    assert wire_and_hash(twins, type_, sql_type, one) == wire_and_hash(twins, type_, sql_type, other)


def test_case_counts_even_where_the_column_ignores_it(twins: Twins) -> None:
    twins.do("CREATE EXTENSION IF NOT EXISTS citext")
    lower, upper = (wire_and_hash(twins, CITEXT(), "citext", literal) for literal in ("a", "A"))
    assert lower[1] != upper[1]


def test_a_collation_that_finds_texts_equal_does_not_hide_a_change(twins: Twins) -> None:
    hashed = codec_for(Text()).hash_sql("v")
    loose = "CREATE COLLATION IF NOT EXISTS loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
    try:
        twins.do(loose)
    except DBAPIError as error:
        pytest.skip(f"this PostgreSQL was built without ICU: {error.orig}")
    query = f"SELECT hash_record_extended(ROW({hashed}), 0) FROM unnest(ARRAY['a' COLLATE loose, 'A' COLLATE loose]) v"
    first, second = twins.ask(query)
    assert first != second
