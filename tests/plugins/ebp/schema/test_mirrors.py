"""Any table of EBP is a twin by one line of configuration: a device has its rows, and proves them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import inspect
from tests.plugins.ebp.schema.conftest import execute, reflected
from tests.plugins.ebp.schema.target import Target, following

import twinbase_ebp
from twinbase.declaration import table_of
from twinbase.errors import MirrorError
from twinbase.plugins import Plugins
from twinbase.testing import Device, World
from twinbase_ebp.schema import specs_to_json
from twinbase_ebp.schema.mirrors import make_mirrors
from twinbase_ebp.schema.models import make_models
from twinbase_ebp.schema.spec import ColumnSpec, TableSpec
from twinbase_ebp.settings import EbpSettings
from twinbase_server.setup import init_database

STOCK = [
    'CREATE TABLE "StockItem" ("ItemId" varchar(40), "StorehouseId" uuid, "RealStock" numeric(28,8), "Full" boolean,'
    ' "Level" smallint, "Weight" double precision, "Since" timestamp, "Notes" text, "copy" int,'
    ' "xx_Mon rayon" varchar(9), "CostPrice" numeric(28,8), "sysModifiedDate" timestamp,'
    ' PRIMARY KEY ("ItemId", "StorehouseId"))',
    """INSERT INTO "StockItem" SELECT 'ART' || n, gen_random_uuid(), n / 3.0, n % 2 = 0, n, n / 7.0, '2026-03-29 02:30',
        'Étagère ' || n, n, 'R' || n, 99, now() FROM generate_series(1, 40) n""",
    'CREATE TABLE "xyx_Journal" ("Line" text)',
]


@pytest.fixture
async def specs_file(small_source_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `twinbase ebp reflect --out` writes, and the one line of configuration."""
    await execute(small_source_url, *STOCK)
    path = tmp_path / "specs.json"
    path.write_text(specs_to_json(await reflected(small_source_url)))
    monkeypatch.setenv("TWINBASE_EBP_SPECS", str(path))
    monkeypatch.setenv("TWINBASE_EBP_MIRROR", "StockItem")
    return path


async def test_a_table_with_two_key_columns_reaches_a_device_and_is_proven(
    specs_file: Path, small_source_url: str, database_url: str, tmp_path: Path
) -> None:
    plugins = Plugins("accounts", _mirrors_of_ebp())
    async with following(small_source_url, database_url) as target:
        await target.copy_rows(await target.follow())
    async with World.open(database_url, plugins, tmp_path) as world:
        anna = await world.device("anna")
        report = await anna.sync()
        assert report.proven
        model = plugins.registry["StockItem"].model
        assert len(await anna.all(model)) == 40
        await world.sql("""UPDATE "StockItem" SET "RealStock" = 7 WHERE "ItemId" = 'ART7'""")
        await world.sql("""DELETE FROM "StockItem" WHERE "ItemId" = 'ART8'""")
        assert (await anna.sync()).proven
        assert len(await anna.all(model)) == 39
        assert "CostPrice" not in plugins.registry["StockItem"].columns


async def test_a_widened_column_of_a_captured_table_needs_an_upgrade_and_is_proven_then(
    specs_file: Path, small_source_url: str, database_url: str, tmp_path: Path
) -> None:
    """The event says so; until then nothing wrong is proven, and afterwards nothing is missing."""
    async with _mirrored(small_source_url, database_url, tmp_path) as (target, world, anna):
        await _widen(target)
        await init_database(database_url, world.plugins, world.clock())
        assert (await anna.sync()).proven
        model = world.plugins.registry["StockItem"].model
        assert "Rayon des choses longues" in {row.xx_Mon_rayon for row in await anna.all(model)}
        (said,) = await target.rows("SELECT sentence FROM ebp.event ORDER BY id DESC LIMIT 1")
        assert "twinbase db upgrade" in said[0]


@asynccontextmanager
async def _mirrored(source_url: str, database_url: str, folder: Path) -> AsyncIterator[tuple[Target, World, Device]]:
    """The copy of a small EBP, and a device that has synced with it."""
    async with following(source_url, database_url) as target:
        await target.copy_rows(await target.follow())
        async with World.open(database_url, Plugins("accounts", _mirrors_of_ebp()), folder) as world:
            anna = await world.device("anna")
            await anna.sync()
            yield target, world, anna


async def _widen(target: Target) -> None:
    await target.at_source(
        'ALTER TABLE "StockItem" ALTER COLUMN "xx_Mon rayon" TYPE varchar(90)',
        """UPDATE "StockItem" SET "xx_Mon rayon" = 'Rayon des choses longues' WHERE "ItemId" = 'ART9'""",
    )
    evolved = await target.follow()
    assert evolved.recapture == {"StockItem"}
    await target.copy_rows(evolved)


async def test_a_new_column_of_a_captured_table_needs_no_upgrade(
    specs_file: Path, small_source_url: str, database_url: str, tmp_path: Path
) -> None:
    async with _mirrored(small_source_url, database_url, tmp_path) as (target, _, anna):
        await target.at_source('ALTER TABLE "StockItem" ADD COLUMN "More" text', 'UPDATE "StockItem" SET "Level" = 3')
        evolved = await target.follow()
        assert not evolved.recapture
        await target.copy_rows(evolved)
        assert (await anna.sync()).proven


@pytest.mark.parametrize(
    ("table", "sentence"),
    [("xyx_Journal", "no key"), ("Nothing", "is not in"), ("Site", "of a type"), ("EbpSysUser", "SYSTEM_TABLES")],
)
def test_a_table_that_cannot_be_mirrored_is_refused_with_a_sentence(table: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "specs.json"
    specs = [
        TableSpec("xyx_Journal", (ColumnSpec("Line", "text"),), kind="keyless"),
        TableSpec("Site", (), kind="unsupported", problem="Site has a column Outline of a type (polygon)."),
        TableSpec("EbpSysUser", (ColumnSpec("Id", "int32"),), ("Id",), kind="system"),
    ]
    path.write_text(specs_to_json(specs))
    with pytest.raises(MirrorError, match=f"{table}.*{sentence}"):
        list(make_mirrors(EbpSettings(mirror=(table,), specs=str(path))))


def test_without_a_file_of_specs_the_sentence_says_how_to_get_one() -> None:
    with pytest.raises(MirrorError, match="twinbase ebp reflect --out"):
        list(make_mirrors(EbpSettings(mirror=("Vat",))))
    with pytest.raises(MirrorError, match="TWINBASE_EBP_SPECS=/nowhere"):
        list(make_mirrors(EbpSettings(mirror=("Vat",), specs="/nowhere")))


async def test_a_column_that_is_denied_after_the_file_was_written_stays_out(specs_file: Path) -> None:
    settings = EbpSettings(deny=("StockItem.Notes",))
    (mirror,) = make_mirrors(settings)
    assert "Notes" not in table_of(mirror).columns
    with pytest.raises(MirrorError, match="key may not be read"):
        list(make_mirrors(EbpSettings(deny=("*.ItemId",))))


async def test_a_table_of_ebp_can_be_a_class_however_wide_it_is(ebp_shape: str) -> None:
    """The widest, and every eighth: a class takes its time."""
    all_specs = sorted(await reflected(ebp_shape), key=lambda spec: -len(spec.columns))
    specs = [spec for spec in all_specs[::8] if spec.key]
    made = make_models(specs)
    assert {name: len(inspect(model).local_table.columns) for name, model in made.items()} == {
        spec.name: len(spec.columns) for spec in specs
    }


def _mirrors_of_ebp() -> object:
    """The plugin, as far as its mirrors go: its projections would need all of EBP."""

    class Only:
        twinbase_mirrors = staticmethod(twinbase_ebp.twinbase_mirrors)

    return Only()
