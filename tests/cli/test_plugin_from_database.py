"""`twinbase plugin new --from URL`: from a database full of oddities to a plugin that starts, and syncs both ways."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.cli.conftest import Company
from tests.cli.said import Twinbase
from tests.cli.test_new_plugin import PROGRAM, installed

from twinbase import Plugins
from twinbase.clock import utc_now
from twinbase.testing import World
from twinbase.testing.databases import Databases
from twinbase_server.setup import init_database

LEGACY = (Path(__file__).with_name("legacy.sql")).read_text()
LEFT = {
    "shop.dog": "a child of shop.animal",
    "shop.geo_key": "id is part of its key, and no device can hold its type, bit(3)",
    "shop.log_2026": "a partition of shop.log",
    "shop.no_key": "no primary key",
    "shop.poor": "a materialized view",
    "shop.rich": "a view",
}


@dataclass(frozen=True)
class Made:
    """A plugin over the database, and what the command said."""

    url: str
    folder: Path
    said: dict[str, Any]


@pytest.fixture(scope="module")
def legacy(databases: Databases) -> Iterator[str]:
    url = databases.create()
    Company(url, 0).sql(LEGACY)
    yield url
    databases.drop(url)


def make(url: str, folder: Path, *arguments: str) -> Made:
    command: list[str | Path] = [PROGRAM, "plugin", "new", "my-shop", "--from", url, "--json", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    installed(folder / "my-shop")
    return Made(url, folder / "my-shop", json.loads(done.stdout))


@pytest.fixture(scope="module")
def made(legacy: str, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(legacy, tmp_path_factory.mktemp("made"), "--schema", "shop", "--schema", "public")


@pytest.fixture(scope="module")
def plugin(made: Made) -> Iterator[ModuleType]:
    sys.path.insert(0, str(made.folder))
    yield importlib.import_module("my_shop")
    sys.path.remove(str(made.folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_shop"]:
        del sys.modules[name]


@pytest.fixture
async def world(made: Made, plugin: ModuleType, tmp_path: Path) -> AsyncIterator[World]:
    from twinbase_server import accounts

    plugins = Plugins(plugin, accounts)
    await init_database(made.url, plugins, utc_now())
    async with World.open(made.url, plugins, tmp_path, prepared=True) as world:
        yield world
        world.raise_crashes()


def test_what_cannot_be_mirrored_is_said_with_its_reason(legacy: str, tmp_path: Path) -> None:
    said = make(legacy, tmp_path).said
    assert said["not_mirrored"].keys() == LEFT.keys()
    assert not [label for label, why in said["not_mirrored"].items() if LEFT[label] not in why]
    assert {"Old Days.customer", "shop.customer"} <= set(said["mirrored"]) and len(said["mirrored"]) == 20
    assert "name='shop_customer'" in (tmp_path / "my-shop" / "my_shop" / "mirrors.py").read_text()


def test_of_the_tables_with_a_key_that_a_device_can_hold_all_are_mirrored(made: Made) -> None:
    assert made.said["not_mirrored"].keys() == LEFT.keys()
    assert {"shop.product_tag", "shop.currency", "shop.log", "public.trigger"} <= set(made.said["mirrored"])


async def test_a_device_has_every_value_of_every_table(world: World) -> None:
    anna = await world.device("anna")
    assert (await anna.sync()).is_proven
    for twin in world.plugins.registry:
        (count,) = await world.sql(f'SELECT count(*) AS n FROM "{twin.schema}"."{twin.name}"')
        assert len(await anna.all(twin.model)) == count.n > 0, twin.name


async def test_with_a_row_goes_what_the_database_lets_go_with_it(world: World, plugin: ModuleType) -> None:
    tables = importlib.import_module("my_shop.tables")
    anna = await world.device("anna")
    await anna.sync()
    await anna.delete(tables.Album, 1)
    assert [song.title for song in await anna.all(tables.Song)] == ["other"], "at once, without the server"
    report = await anna.sync()
    assert report.is_proven and report.outcomes.keys() == {"applied"} and await anna.replica.waiting_edits() == []
    assert [tuple(row) for row in await world.sql("SELECT album, line FROM shop.song")] == [(2, 1)]
    likes = [("Anna", None), ("Bruno", 2)]
    assert [tuple(row) for row in await world.sql("SELECT name, likes FROM shop.listener ORDER BY name")] == likes
    assert [(one.name, one.likes) for one in await anna.all(tables.Listener)] == likes


async def test_what_a_device_writes_arrives(world: World, plugin: ModuleType) -> None:
    tables = importlib.import_module("my_shop.tables")
    anna = await world.device("anna")
    await anna.sync()
    await anna.save(tables.Currency(code="CHF", name="Franken", date_=date(2026, 11, 29)))
    await anna.save(tables.Product(sku="B-2", price=Decimal("1.50")), tables.Texts(text_="from the cellar"))
    await anna.change(tables.Currency, ("F",), name="Franc français")
    await anna.change(
        tables.Customer, (1,), Full_Name="Anna B.", mail="anna@example.org", mood="é", currency_code="CHF"
    )
    await anna.save(tables.ProductTag(sku="B-2", customer_id=1))
    await anna.delete(tables.OrderLine, (1, 7, 2))
    report = await anna.sync()
    assert report.is_proven and await anna.replica.waiting_edits() == []
    rows = await world.sql('SELECT "Full Name" AS name, mood::text AS mood, currency_code FROM shop.customer')
    assert [tuple(row) for row in rows] == [("Anna B.", "é", "CHF")]
    (product,) = await world.sql("SELECT price, vat, gross FROM shop.product WHERE sku = 'B-2'")
    assert tuple(product) == (Decimal("1.50"), Decimal("20.00"), Decimal("101.0000"))
    assert [row.line for row in await world.sql("SELECT line FROM shop.order_line")] == [1]
    assert len(await world.sql("SELECT sku FROM shop.product_tag WHERE sku = 'B-2'")) == 1


def test_the_office_makes_rows_that_the_database_counts_or_alone_can_fill(plugin: ModuleType) -> None:
    registry = Plugins(plugin).registry
    closed = {twin.name for twin in registry if "insert" not in twin.operations}
    assert closed == {"customer", "device", "log", "trigger"}
    assert "gross" not in registry["product"].writable | registry["product"].insertable


@pytest.mark.timeout(400)
def test_the_tests_of_the_plugin_are_green_at_once(made: Made, databases: Databases) -> None:
    environment = {**os.environ, "TWINBASE_TEST_DATABASE_URL": databases.admin_url}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(made.folder), os.environ.get("PYTHONPATH")]))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"],
        cwd=made.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0 and "1 passed" in ran.stdout, ran.stdout


def test_the_plugin_keeps_the_rules_of_the_house(made: Made) -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("ruff"), "check", "--line-length=120", "--select=E,F,I,UP,B", "."],
        cwd=made.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_tables_are_chosen_by_name(legacy: str, tmp_path: Path) -> None:
    said = make(legacy, tmp_path, "--table", "setting", "--table", "shop.order").said
    assert said["mirrored"] == ["public.setting", "shop.order"] and said["not_mirrored"] == {}


def test_a_name_that_nothing_has_is_one_sentence(twinbase: Twinbase, legacy: str, tmp_path: Path) -> None:
    said = twinbase("plugin", "new", "your-shop", "--folder", tmp_path / "x", "--from", legacy, "--table", "gone")
    assert said.status == 1 and "look at --schema and --table" in said.err and not (tmp_path / "x").exists()
