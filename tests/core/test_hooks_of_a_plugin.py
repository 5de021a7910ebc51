"""A plugin whose hooks cannot be called as they are written is refused when it is loaded, in one sentence."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import timedelta
from functools import partial, wraps
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import Column, Integer, MetaData, Table, func, select
from sqlmodel import Field, SQLModel

from twinbase import Delivery, Exporter, Identity, Mirror, Plugins, Run, Source, hookimpl, hooks
from twinbase.errors import DeclarationError, UnknownHook, WrongHook
from twinbase.hook_check import SPECIFIED
from twinbase.projection import Feeds, Projection
from twinbase.replica import Replica
from twinbase_server.app import create_app
from twinbase_server.settings import Settings

AWAITED = (
    "twinbase_authenticate", "twinbase_before_mutation", "twinbase_deliveries", "twinbase_identify_again",
)  # fmt: skip
CALLED = tuple(sorted(set(SPECIFIED) - set(AWAITED)))


class Lamp(SQLModel, table=True):
    __tablename__ = "lamps"
    __table_args__ = {"schema": "hooks_of_a_plugin"}
    id: UUID = Field(primary_key=True)


def plugin(**hooks: Any) -> ModuleType:
    """A module `shop`, as somebody writes one."""
    shop = ModuleType("shop")
    for name, function in hooks.items():
        setattr(shop, name, function)
    return shop


def refusal(**hooks: Any) -> str:
    with pytest.raises(WrongHook) as caught:
        Plugins(plugin(**hooks))
    (line,) = str(caught.value).splitlines()
    return line


def of_both_kinds(name: str) -> tuple[Any, Any]:
    """A function with `def` and one with `async def`, with the hook's own arguments."""
    arguments = ", ".join(SPECIFIED[name].__code__.co_varnames[: SPECIFIED[name].__code__.co_argcount])
    made: dict[str, Any] = {}
    exec(f"def plain({arguments}): return []\nasync def awaited({arguments}): return []", made)
    return hookimpl(made["plain"]), hookimpl(made["awaited"])


@pytest.mark.parametrize("name", AWAITED)
def test_a_hook_that_is_awaited_has_to_be_async(name: str) -> None:
    plain, awaited = of_both_kinds(name)
    assert f"{name} of plugin 'shop' is awaited: write `async def`" in refusal(**{name: plain})
    assert "shop" in Plugins(plugin(**{name: awaited})).names


@pytest.mark.parametrize("name", CALLED)
def test_a_hook_that_is_called_must_not_be_async(name: str) -> None:
    plain, awaited = of_both_kinds(name)
    assert f"{name} of plugin 'shop' is called and not awaited: write `def`" in refusal(**{name: awaited})
    assert "shop" in Plugins(plugin(**{name: plain})).names


def test_a_hook_that_is_awaited_returns_its_list_and_yields_nothing() -> None:
    @hookimpl
    async def deliveries(applied: Any) -> AsyncIterator[Delivery]:
        yield Delivery("erp", applied[0], "note")

    assert "yields in an `async def`: return a list" in refusal(twinbase_deliveries=deliveries)


def test_a_method_and_a_decorated_function_are_looked_through() -> None:
    def traced(function: Any) -> Any:
        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            return function(*given, **named)

        return call

    class Door:
        @hookimpl
        @traced
        async def twinbase_authenticate(self, credentials: Any) -> Identity | None:
            return None

        @hookimpl
        def twinbase_deliveries(self, applied: Any) -> Iterable[Delivery]:
            return []

    with pytest.raises(WrongHook, match=r"twinbase_deliveries of plugin '.*Door' is awaited"):
        Plugins(Door())


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("wirtten", "cannot be given wirtten: is written meant? It may take written, identity, now, rows"),
        ("written, row_before", "cannot be given row_before: It may take written"),
        ("written, identity=None", "cannot be given identity: It may take written"),
        ("written, *, identity", "cannot be given identity: It may take written"),
        ("written, /", "cannot be given written: It may take written"),
        ("*everything", "cannot be given *everything: It may take written"),
        ("written, **rest", "cannot be given **rest: It may take written"),
    ],
)
def test_an_argument_that_nobody_gives_is_named_with_those_that_are(arguments: str, shown: str) -> None:
    made: dict[str, Any] = {}
    exec(f"async def check({arguments}): pass", made)
    assert shown in refusal(twinbase_before_mutation=hookimpl(made["check"]))


def test_a_hook_without_arguments_says_so() -> None:
    @hookimpl
    def mirrors(registry: Any) -> list[Mirror]:
        return []

    assert "cannot be given registry: It takes no arguments" in refusal(twinbase_mirrors=mirrors)


def test_a_default_of_its_own_does_no_harm() -> None:
    @hookimpl
    async def check(written: Any, seen: set[Any] = set()) -> None:  # noqa: B006
        seen.add(written)

    assert "shop" in Plugins(plugin(twinbase_before_mutation=check)).names


def test_a_hook_without_its_mark_is_an_error_not_silence() -> None:
    def twinbase_mirrors() -> list[Mirror]:
        return [Mirror(Lamp)]

    assert "is not marked: write @hookimpl above it" in refusal(twinbase_mirrors=twinbase_mirrors)


def test_a_specification_that_a_module_imports_is_no_hook_of_it() -> None:
    assert "shop" in Plugins(plugin(twinbase_mirrors=hooks.twinbase_mirrors)).names


@pytest.mark.parametrize("written", ["twinbase_befor_mutation", "twinbase_before_mutations", "twinbas_before_mutation"])
def test_a_misspelt_hook_is_told_which_is_meant(written: str) -> None:
    @hookimpl
    async def check(written: Any) -> None:
        return None

    with pytest.raises(UnknownHook, match=f"{written} of plugin 'shop': is twinbase_before_mutation meant"):
        Plugins(plugin(**{written: check}))


def test_what_else_a_module_holds_is_no_hook_of_it() -> None:
    """`func` has every attribute that one asks for."""
    assert "shop" in Plugins(plugin(func=func, select=select, days=timedelta)).names


@pytest.mark.parametrize("given", [["mobile"], ("mobile",), {"mobile"}, None, 7, {"mobile": 1}], ids=repr)
def test_a_list_of_plugins_is_no_plugin(given: Any) -> None:
    with pytest.raises(DeclarationError, match=r"each plugin by itself, not in a \w+: Plugins\('accounts', shop\)"):
        Plugins(given)


@pytest.mark.parametrize("given", [["mobile"], "mobile", None], ids=repr)
async def test_names_are_no_plugins_yet(given: Any, tmp_path: Path) -> None:
    said = f"plugins= is Plugins('accounts', shop), and not a {type(given).__name__}"
    with pytest.raises(DeclarationError, match=re.escape(said)):
        await Replica.open(tmp_path / "file", plain=True, plugins=given)
    with pytest.raises(DeclarationError, match=re.escape(said)):
        create_app(Settings(database_url=SecretStr("postgresql://localhost/x")), given)
    assert list(tmp_path.iterdir()) == []


def test_a_plugin_that_is_named_twice_is_active_once() -> None:
    assert Plugins("mobile", "mobile").names.count("mobile") == 1


def answering(answer: Any, hook: str = "twinbase_mirrors") -> Plugins:
    return Plugins(plugin(**{hook: hookimpl(lambda: answer)}))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "answers nothing: return a list of Mirror"),
        (Mirror(Lamp), "answers a Mirror: return a list of Mirror"),
        ([Lamp], "brings the class Lamp, which is no Mirror"),
        (["lamps"], "brings a str, which is no Mirror"),
    ],
)
def test_what_a_hook_answers_is_looked_at(answer: Any, said: str) -> None:
    with pytest.raises(WrongHook, match=f"twinbase_mirrors of plugin 'shop' {said}"):
        _ = answering(answer).registry


def test_a_hook_that_fails_at_start_is_one_sentence_that_says_where() -> None:
    @hookimpl
    def mirrors() -> Iterable[Mirror]:
        yield Mirror(Lamp, directon="both")  # type: ignore[call-arg]

    said = r"twinbase_mirrors of plugin 'shop' fails in test_hooks_of_a_plugin\.py, line \d+: TypeError: .*'directon'\."
    with pytest.raises(WrongHook, match=said):
        _ = Plugins(plugin(twinbase_mirrors=mirrors)).registry


def test_a_plugin_that_cannot_be_imported_is_one_sentence_that_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a class without a key SQLAlchemy says it, when the module is imported."""
    code = """
from sqlmodel import SQLModel

class Keyless(SQLModel, table=True):
    __table_args__ = {"schema": "shop_without_key"}
    team: str
"""
    (tmp_path / "shop_without_key.py").write_text(code)
    installed = tmp_path / "shop-0.1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 0.1\n")
    (installed / "entry_points.txt").write_text("[twinbase]\nshop = shop_without_key\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    said = r"The import of plugin 'shop' fails in shop_without_key\.py, line 4: ArgumentError: .* any primary key"
    with pytest.raises(WrongHook, match=said):
        Plugins("shop")


async def fetch(run: Run) -> Mapping[str, Any]:
    return {}


def fetch_plainly(run: Run) -> Mapping[str, Any]:
    return {}


class Fetch:
    async def __call__(self, run: Run) -> Mapping[str, Any]:
        return {}


class FetchPlainly:
    def __call__(self, run: Run) -> Mapping[str, Any]:
        return {}


@pytest.mark.parametrize("run", [fetch_plainly, partial(fetch_plainly), FetchPlainly()])
def test_the_run_of_a_source_has_to_be_async(run: Any) -> None:
    brought = answering([Source("prices", run, timedelta(hours=1))], "twinbase_sources")
    with pytest.raises(WrongHook, match=r"Source\('prices'\): run= is awaited: write `async def`"):
        brought.collect_sources()


@pytest.mark.parametrize("run", [fetch, partial(fetch), Fetch(), lambda run: fetch(run)])
def test_whatever_can_be_awaited_is_a_run(run: Any) -> None:
    assert "prices" in answering([Source("prices", run, timedelta(hours=1))], "twinbase_sources").collect_sources()


@pytest.mark.parametrize("functions", [{"send": fetch_plainly}, {"send": fetch, "acknowledged": fetch_plainly}])
def test_what_an_exporter_does_has_to_be_async(functions: Any) -> None:
    (*_, wrong) = functions
    with pytest.raises(WrongHook, match=rf"Exporter\('erp'\): {wrong}= is awaited"):
        answering([Exporter("erp", **functions)], "twinbase_exporters").collect_exporters()


@pytest.mark.parametrize("option", [{"scope": fetch}, {"conflict": fetch}, {"guards": (fetch,)}])
def test_a_function_of_a_mirror_must_not_be_async(option: Any) -> None:
    (name,) = option
    with pytest.raises(WrongHook, match=rf"Mirror\(Lamp\): {name}= is called and not awaited: write `def`"):
        _ = answering([Mirror(Lamp, direction="both", **option)]).registry


def test_a_strategy_must_not_be_async() -> None:
    with pytest.raises(WrongHook, match="The strategy 'coin' is called and not awaited"):
        _ = answering({"coin": fetch}, "twinbase_strategies").registry


def test_the_keys_of_a_feed_must_not_be_async() -> None:
    item = Table("item", MetaData(), Column("number", Integer, primary_key=True))
    brought = [Projection(Lamp, "item", select(item.c.number), feeds=(Feeds(item, fetch),))]  # type: ignore[arg-type]
    with pytest.raises(WrongHook, match=r"Feeds\(item\): keys= is called and not awaited"):
        answering(brought, "twinbase_projections").collect_projections()
