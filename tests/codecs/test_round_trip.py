"""Every value goes PostgreSQL → wire → SQLite → wire → PostgreSQL unchanged (decision 9)."""

import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table
from tests.codecs.kinds import KINDS, SINGLE, Kind
from tests.codecs.twins import Twins

# One example is a table full of values: many values for each statement, few statements.
_BATCHES = settings(
    max_examples=max(settings().max_examples // 10, 5),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    deadline=None,
)


def exact(value: Any) -> Any:
    """A value in which 1.1 and 1.10, and 1 and true, are not the same."""
    if isinstance(value, Decimal):
        return format(value if value else abs(value), "f")
    if isinstance(value, list):
        return [exact(each) for each in value]
    if isinstance(value, UUID):
        return str(value)  # asyncpg has a faster class of its own
    return (type(value), value)


def in_utc(value: Any) -> Any:
    """The same moments; Python calls an hour that a clock shows twice unequal to that moment in another zone."""
    if isinstance(value, list):
        return [in_utc(each) for each in value]
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data())
@_BATCHES
def test_a_value_of_the_server_is_the_same_on_the_device_and_back(
    kind: Kind, twins: Twins, tables: dict[str, Table], data: st.DataObject
) -> None:
    table = tables[kind.name]
    twins.write(twins.server, table, data.draw(st.lists(kind.values.filter(_is_finite_to_asyncpg), max_size=25)))
    on_server = [exact(value) for value in twins.read(twins.server, table)]
    wire = twins.wire(table)
    for device in twins.devices:
        twins.receive(device, table, wire)
        assert [exact(value) for value in twins.read(device, table)] == on_server
        assert twins.send(device, table) == wire
    twins.accept(table, wire)
    assert [exact(value) for value in twins.read(twins.server, table)] == on_server


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data())
@_BATCHES
def test_a_value_written_on_the_device_is_the_same_on_the_server(
    kind: Kind, twins: Twins, tables: dict[str, Table], data: st.DataObject
) -> None:
    table = tables[kind.name]
    values = data.draw(st.lists(kind.values, max_size=25))
    for device in twins.devices:
        twins.write(device, table, values)
        on_device = [exact(value) for value in twins.read(device, table)]
        twins.accept(table, twins.send(device, table))
        assert [exact(value) for value in twins.read(twins.server, table)] == on_device
    assert twins.read(twins.server, table) == in_utc(values)


def test_an_hour_that_a_clock_shows_twice_is_the_moment_that_was_meant(twins: Twins, tables: dict[str, Table]) -> None:
    table, paris = tables["aware"], ZoneInfo("Europe/Paris")
    twice = [datetime(2026, 10, 25, 2, 30, tzinfo=paris, fold=fold) for fold in (0, 1)]
    moments = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    for device in twins.devices:
        twins.write(device, table, twice)
        assert twins.read(device, table) == moments
        twins.accept(table, twins.send(device, table))
        assert twins.read(twins.server, table) == moments


@given(values=st.lists(SINGLE.values, max_size=40))
@_BATCHES
def test_a_four_byte_float_comes_back_as_the_same_four_bytes(
    twins: Twins, tables: dict[str, Table], values: list[float | None]
) -> None:
    table = tables["single"]
    twins.write(twins.server, table, values)
    wire = twins.wire(table)
    for device in twins.devices:
        twins.receive(device, table, wire)
        assert [_four_bytes(value) for value in twins.read(device, table)] == [_four_bytes(value) for value in values]
        twins.accept(table, twins.send(device, table))
        assert twins.read(twins.server, table) == values


def _is_finite_to_asyncpg(value: Any) -> bool:
    """asyncpg writes the first and the last date of Python as -infinity and infinity: no value of the server's."""
    if isinstance(value, list):
        return all(map(_is_finite_to_asyncpg, value))
    if isinstance(value, datetime):
        return value.replace(tzinfo=None) not in (datetime.min, datetime.max)
    return value not in (date.min, date.max)


def _four_bytes(value: float | None) -> bytes | None:
    return None if value is None else struct.pack("f", value + 0.0)
