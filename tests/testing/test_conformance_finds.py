"""The conformance kit is trusted only if it fails on plugins that are wrong."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import MetaData, Text, TypeDecorator
from sqlmodel import Field, SQLModel, col

from twinbase import (
    AppliedMutation,
    Conflict,
    Decision,
    Delivery,
    IncomingMutation,
    Mirror,
    NeighbourQuery,
    Refused,
    hookimpl,
)
from twinbase.conflict import device_wins, server_wins
from twinbase.registry import build_registry
from twinbase.testing import prepare
from twinbase.testing.conformance import Conformance, Person
from twinbase.testing.conformance.laws import broken_laws
from twinbase.testing.conformance.rows import RowMaker
from twinbase.testing.databases import Databases


class Base(SQLModel):
    metadata = MetaData()


class Trimmed(TypeDecorator[str]):
    """A type that loses something on its way: spaces at the end."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value if value is None or dialect.name == "postgresql" else value.rstrip()


class Task(Base, table=True):
    __tablename__ = "tasks"
    __table_args__ = {"schema": "wrong"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    team: str
    title: str = Field(default="", max_length=30)
    note: str | None = Field(default=None, sa_type=Trimmed)


class Tasks:
    """A plugin with one table."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Task, direction="both", scope=lambda who: col(Task.team) == who["team"], conflict="device_wins")


class ForNobody:
    """A plugin that hands over, and nobody fetches it."""

    @hookimpl
    async def twinbase_deliveries(self, applied: Iterable[AppliedMutation]) -> list[Delivery]:
        return [Delivery("nowhere", one, "note") for one in applied]


class RefusesAll:
    """A plugin with a rule that nothing passes."""

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation) -> None:
        raise Refused("never", "Never.")


class AsksBlindly:
    """A plugin whose rule takes for granted that the row is there, and all of its columns."""

    @hookimpl
    def twinbase_neighbours(self, written: IncomingMutation) -> list[NeighbourQuery]:
        return [NeighbourQuery("tasks", "team", {**(written.row or {}), **written.values}["team"])]


class AsksWithCare:
    @hookimpl
    def twinbase_neighbours(self, written: IncomingMutation) -> list[NeighbourQuery]:
        return [NeighbourQuery("tasks", "team", {**(written.row or {}), **written.values}.get("team"))]


class Right(Conformance):
    """Not collected by pytest: the tests below call its tests."""

    plugins: ClassVar[Any] = (Tasks(),)
    people = (Person("anna", {"team": "north"}), Person("bob", {"team": "south"}))
    scopes: ClassVar[Mapping[str, str]] = {"tasks": "SELECT id FROM wrong.tasks WHERE team = :team"}
    choices: ClassVar[Any] = {"tasks.team": ["north", "south", "west"], "tasks.note": ["a", "b"]}
    steps = 30


@pytest.fixture
def prepared_url(databases: Databases) -> Iterator[str]:
    url = databases.create()
    asyncio.run(prepare(url, Right()._cast.plugins, datetime.now(UTC)))
    yield url
    databases.drop(url)


def test_a_right_plugin_passes(prepared_url: str, tmp_path: Path) -> None:
    Right().test_devices_converge_whatever_happens(prepared_url, tmp_path)


class OtherQuery(Right):
    scopes = {"tasks": "SELECT id FROM wrong.tasks WHERE team <> :team"}


class NoQuery(Right):
    scopes = {}


class NobodysRows(Right):
    choices = {**Right.choices, "tasks.team": ["west"]}


class LossyType(Right):
    choices = {**Right.choices, "tasks.note": ["a ", "b"]}


class Blind(Right):
    plugins = (Tasks(), AsksBlindly())


class Seeing(Right):
    plugins = (Tasks(), AsksWithCare())


class Unclaimed(Right):
    plugins = (Tasks(), ForNobody())


def test_a_scope_that_is_not_its_query_is_found(prepared_url: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="too many") as found:
        OtherQuery().test_devices_hold_what_the_queries_say_before_and_after_rows_move(prepared_url, tmp_path)
    assert "TWINBASE_TEST_SEED=" in "".join(found.value.__notes__)


def test_a_scope_without_a_query_is_found() -> None:
    with pytest.raises(AssertionError, match="say in `scopes`"):
        NoQuery().test_every_scope_has_its_query()


def test_rows_that_show_nothing_are_found(prepared_url: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="so that scopes divide"):
        NobodysRows().test_devices_hold_what_the_queries_say_before_and_after_rows_move(prepared_url, tmp_path)


def test_a_type_that_loses_something_is_found(prepared_url: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="of 'a ' the server has, once it is back, 'a'"):
        LossyType().test_every_value_of_every_column_goes_round_unchanged(prepared_url, tmp_path)


def test_a_rule_that_fails_for_a_row_that_is_gone_is_found() -> None:
    with pytest.raises(AssertionError, match=r"twinbase_neighbours fails when the row is gone \(.*KeyError\('team'\)"):
        Blind().test_rules_look_at_an_edit_of_a_row_that_is_gone()


def test_a_rule_that_asks_with_what_it_has_passes() -> None:
    Seeing().test_rules_look_at_an_edit_of_a_row_that_is_gone()


def test_what_is_handed_over_to_nobody_is_found(prepared_url: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no exporter"):
        Unclaimed().test_what_is_handed_over_has_somebody_who_hands_it_over(prepared_url, tmp_path)


class TakesNothing(Right):
    plugins = (Tasks(), RefusesAll())


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (TakesNothing().test_devices_converge_whatever_happens, "took none"),
        (TakesNothing().test_a_server_that_dies_in_a_batch_takes_all_of_it_or_nothing, "came to write none"),
    ],
)
def test_a_plugin_that_takes_no_edit_shows_nothing(test: Any, said: str, prepared_url: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=said):
        test(prepared_url, tmp_path)


def test_where_nothing_is_forbidden_it_is_said_that_nothing_was_tried(prepared_url: str, tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="nothing that he may not write"):
        Right().test_what_a_device_may_not_write_is_refused(prepared_url, tmp_path)


def silent(conflict: Conflict, /) -> Decision:
    return Decision("merged")


def invented(conflict: Conflict, /) -> Decision:
    return Decision("merged", write={**conflict.mine, "team": "mine"}, decided=dict.fromkeys(conflict.mine, "device"))


def too_long(conflict: Conflict, /) -> Decision:
    if conflict.operation != "update" or conflict.theirs is None:
        return server_wins(conflict)
    write = {name: "x" * 31 if name == "title" else value for name, value in conflict.mine.items()}
    return Decision("merged", write=write, decided=dict.fromkeys(write, "both"))


def risen(conflict: Conflict, /) -> Decision:
    return Decision("merged", write=dict(conflict.mine)) if conflict.operation == "update" else device_wins(conflict)


def at_random() -> Callable[[Conflict], Decision]:
    numbers = count()
    return lambda conflict: (server_wins, device_wins)[next(numbers) % 2](conflict)


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        (silent, "aside"),
        (invented, "which the device did not write"),
        (too_long, "does not fit"),
        (risen, "gone stays gone"),
        (at_random(), "otherwise the second time"),
    ],
)
def test_a_strategy_that_breaks_a_law_is_found(strategy: Any, said: str) -> None:
    registry = build_registry([Mirror(Task, direction="both", conflict=strategy, writable={"title", "note"})], {})
    maker = RowMaker(Random(1), datetime.now(UTC), {}, lambda table, values, was, dice: values)
    assert any(said in wrong for wrong in broken_laws(registry["tasks"], maker, 200))
