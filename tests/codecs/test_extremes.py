"""What no device can hold quarantines its row: the guard is false, and the SELECT that sends the table goes on."""

from typing import Any

import pytest
from sqlalchemy import ARRAY, Date, DateTime, Enum, Float, Integer, Interval, Numeric, Time
from sqlalchemy.types import TypeEngine
from tests.codecs.twins import Twins

from twinbase.codecs import codec_for

AWARE, NAIVE = DateTime(timezone=True), DateTime()


def guards(twins: Twins, type_: TypeEngine[Any], sql_type: str, literal: str) -> bool:
    """The guard of a value beside a NULL, in the statement that also sends and hashes them."""
    codec = codec_for(type_)
    assert codec.guard_sql("t.v") is not None
    columns = f"{codec.guard_sql('t.v')}, json_build_array({codec.to_wire_sql('t.v')})::text"
    hashed = f"hash_record_extended(ROW({codec.hash_sql('t.v')}), 0)"
    rows = twins.ask(
        f"SELECT {columns}, {hashed} FROM (VALUES (1, {literal}::{sql_type}), (2, NULL)) t(n, v) ORDER BY n"
    )
    assert rows[1][:2] == (True, "[null]")
    return bool(rows[0][0])


@pytest.mark.parametrize("literal", ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'20000-01-01'", "'10000-01-01'"])
@pytest.mark.parametrize("type_", [AWARE, NAIVE], ids=["aware", "naive"])
def test_a_moment_that_python_has_not_is_quarantined(twins: Twins, type_: DateTime, literal: str) -> None:
    sql_type = "timestamptz" if type_.timezone else "timestamp"
    assert not guards(twins, type_, sql_type, literal)


@pytest.mark.parametrize("literal", ["'0001-01-01 00:00:00+00'", "'9999-12-31 23:59:59.999999+00'"])
def test_the_first_and_the_last_moment_of_python_are_carried(twins: Twins, literal: str) -> None:
    assert guards(twins, AWARE, "timestamptz", literal)
    assert guards(twins, NAIVE, "timestamp", literal)


@pytest.mark.parametrize("literal", ["'infinity'", "'-infinity'", "'0001-12-31 BC'", "'20000-01-01'", "'10000-01-01'"])
def test_a_date_that_python_has_not_is_quarantined(twins: Twins, literal: str) -> None:
    assert not guards(twins, Date(), "date", literal)


def test_midnight_at_the_end_of_a_day_is_quarantined(twins: Twins) -> None:
    assert not guards(twins, Time(), "time", "'24:00'")
    assert guards(twins, Time(), "time", "'23:59:59.999999'")


@pytest.mark.parametrize(
    "literal",
    ["'1 month'", "'1 month 30 days'", "'-1 year'", "'1 year -13 months'", "'178000000 years'", "'106751992 days'"],
)
def test_an_interval_without_a_length_in_microseconds_is_quarantined(twins: Twins, literal: str) -> None:
    assert not guards(twins, Interval(), "interval", literal)


def test_an_infinite_interval_is_quarantined(twins: Twins) -> None:
    if twins.ask("SHOW server_version_num")[0][0] < "170000":
        pytest.skip("PostgreSQL has infinite intervals since 17")
    assert not guards(twins, Interval(), "interval", "'infinity'")
    assert not guards(twins, Interval(), "interval", "'-infinity'")


def test_an_interval_of_mixed_signs_is_carried_with_its_length(twins: Twins) -> None:
    assert guards(twins, Interval(), "interval", "'1 day -00:00:00.000001'")
    wire = codec_for(Interval()).to_wire_sql("interval '1 day -00:00:00.000001'")
    assert twins.ask(f"SELECT {wire}") == [(86_399_999_999,)]


@pytest.mark.parametrize("literal", ["'NaN'", "'Infinity'", "'-Infinity'"])
def test_a_numeric_that_is_no_number_is_quarantined(twins: Twins, literal: str) -> None:
    assert not guards(twins, Numeric(), "numeric", literal)


def test_a_numeric_nan_in_a_column_with_a_precision_is_quarantined(twins: Twins) -> None:
    assert not guards(twins, Numeric(10, 2), "numeric(10,2)", "'NaN'")


@pytest.mark.parametrize("sql_type", ["float8", "float4"])
def test_a_float_nan_is_quarantined_and_infinity_is_carried(twins: Twins, sql_type: str) -> None:
    assert not guards(twins, Float(), sql_type, "'NaN'")
    assert guards(twins, Float(), sql_type, "'-Infinity'")


def test_a_label_that_the_class_does_not_know_is_quarantined(twins: Twins) -> None:
    known = Enum("new", "don't", name="state", native_enum=False)
    assert not guards(twins, known, "text", "'archived'")
    assert guards(twins, known, "text", "'don''t'")


def test_an_array_that_python_would_flatten_is_quarantined(twins: Twins) -> None:
    assert not guards(twins, ARRAY(Integer), "int[]", "'{{1,2},{3,4}}'")
    assert not guards(twins, ARRAY(Integer), "int[]", "'[0:1]={1,2}'")
    assert guards(twins, ARRAY(Integer), "int[]", "'{}'")


def test_an_array_with_one_item_that_cannot_be_carried_is_quarantined(twins: Twins) -> None:
    assert not guards(twins, ARRAY(Numeric), "numeric[]", "'{1.10,NaN}'")
    assert not guards(twins, ARRAY(AWARE), "timestamptz[]", "'{infinity}'")
    assert guards(twins, ARRAY(Numeric), "numeric[]", "'{1.10,NULL}'")


@pytest.mark.parametrize("style", ["sql_standard", "postgres_verbose", "iso_8601"])
def test_the_settings_of_a_session_change_no_wire_value(twins: Twins, style: str) -> None:
    moment, span = codec_for(AWARE).to_wire_sql("m"), codec_for(Interval()).to_wire_sql("s")
    literals = "timestamptz '2026-03-29 01:30:00.5+00' m, interval '-1 day 2 hours' s, date '2026-01-02' d"
    settings = f"set_config('IntervalStyle', '{style}', true), set_config('DateStyle', 'German', true)"
    zone = "set_config('TimeZone', 'Europe/Paris', true)"
    query = (
        f"SELECT json_build_array({moment}, {span}, d)::text FROM (SELECT {literals}, {settings}, {zone} OFFSET 0) t"
    )
    assert twins.ask(query) == [('["2026-03-29 01:30:00.500000", -79200000000, "2026-01-02"]',)]
