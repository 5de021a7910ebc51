"""Examples in Python that need no server of their own: run as they stand, and then on rows."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, Numeric, Table, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from tests.docs.page_blocks import ROOT, executes, find_blocks
from tests.docs.terminal import OpenTerminal

from twinbase import Plugins
from twinbase.testing import World
from twinbase.testing.databases import Databases, database_name
from twinbase.testing.world import KEY
from twinbase_mobile.tables import Colleague, Intervention, Product
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_server import accounts

Ask = Callable[..., list[Any]]
SCREEN, CODECS = (find_blocks(f"docs/{page}.md")[0] for page in ("how-to/read-for-a-screen", "reference/codecs"))
(EXTENSION,), (MOBILE_README,) = find_blocks("docs/reference/extension.md"), find_blocks("plugins/mobile/README.md")
(SECTOR,), (CHECKLIST,) = (find_blocks("docs/reference/mobile.md", kind) for kind in ("sql", "python"))
(FIXTURES,), KIT = (find_blocks("docs/reference/testing.md", kind) for kind in ("text", "python"))
(UNSEEN,) = find_blocks("docs/explanation/cursor.md", "sql")
NOON = datetime(2026, 6, 10, 10, tzinfo=UTC)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A module for what a page defines, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType("ran_page")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@executes(SCREEN, SECTOR, MOBILE_README)
def test_a_screen_is_empty_before_the_first_sync_and_shows_the_day_after_it(
    page: ModuleType, open_terminal: OpenTerminal, database_url: str, tmp_path: Path
) -> None:
    open_terminal().run(MOBILE_README)
    vars(page)["KEY"] = KEY
    exec(SCREEN.take().replace("bytes(32)", "KEY"), vars(page))
    (tmp_path / "anna.twin").unlink()
    asyncio.run(_fill(database_url, tmp_path, page.ME))
    day, week, products = asyncio.run(page.screens())
    assert [(visit.title, visit.status) for visit in day.visits] == [("Chaudière", "planned")]
    assert [product.caption for product in products] == ["Écrou M6"] and week.worked == 0


async def _fill(url: str, folder: Path, me: UUID) -> None:
    async with World.open(url, Plugins("mobile", accounts), folder) as world:
        world.clock.now = NOON
        visit = Intervention(
            number="V1", title="Chaudière", lead_id=me, scheduled_start=NOON, status=VisitStatus.PLANNED
        )
        product = Product(code="E6", caption="Écrou M6")
        await _save(world, Colleague(id=me, code="ANNA", first_name="Anna"), visit, product)
        await world.sql(SECTOR.take().strip().rstrip(";"))
        kept = await world.sql("SELECT code, caption, zip_prefixes, colleague_codes FROM mobile.sectors")
        assert kept == [("SUD", "South of Lyon", ["69", "38", "42"], ["DUPONT", "MARTIN"])]
        anna = await world.device("anna", claims={"colleague_id": str(me)})
        assert (await anna.sync()).is_proven


async def _save(world: World, *rows: SQLModel) -> None:
    async with AsyncSession(world.engine) as session:
        for row in rows:
            session.add(row)
            await session.flush()
        await session.commit()


@executes(CHECKLIST)
def test_a_checklist_is_judged_and_a_visit_says_what_it_lacks(page: ModuleType) -> None:
    exec(CHECKLIST.take(), vars(page))
    assert page.lacking


@executes(CODECS)
async def test_the_dialect_stores_a_decimal_as_the_table_of_codecs_says(page: ModuleType, tmp_path: Path) -> None:
    exec(CODECS.take(), vars(page))
    prices = Table("prices", MetaData(), Column("id", Integer, primary_key=True), Column("price", Numeric(10, 2)))
    async with page.engine.begin() as connection:
        await connection.run_sync(prices.create)
        await connection.execute(prices.insert().values(id=1, price=Decimal("19.90")))
        assert (await connection.execute(prices.select())).all() == [(1, Decimal("19.90"))]
        assert (await connection.execute(text("SELECT price FROM prices"))).scalar_one() == 1990
    await page.engine.dispose()
    assert (tmp_path / "file.db").is_file()


@executes(EXTENSION)
def test_a_command_of_a_plugin_answers_on_a_real_database(
    page: ModuleType, open_terminal: OpenTerminal, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    open_terminal().run_line(f"twinbase db init --database-url {database_url}")
    exec(EXTENSION.take(), vars(page))
    capsys.readouterr()
    page.command(database_url, "accounts", as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said == {"database": database_name(database_url), "plugins": ["builtin", "accounts"]}
    page.command(database_url, "accounts", as_json=False)
    assert capsys.readouterr().out == "2 plugins\n"


@executes(FIXTURES, *KIT)
def test_the_day_of_the_kit_is_played_and_its_class_knows_every_scope(
    page: ModuleType, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBASE_TEST_DATABASE_URL", databases.admin_url)
    assert FIXTURES.take() in (ROOT / "tests" / "conftest.py").read_text()
    for block in KIT:
        exec(block.take(), vars(page))
    page.TestItems().test_every_scope_has_its_query()


@executes(UNSEEN)
def test_the_question_of_the_cursor_finds_what_its_snapshot_could_not_see(ask: Ask) -> None:
    ask("CREATE TABLE version (key int, xid xid8)")
    condition = UNSEEN.take().replace("xmax(cursor)", "'105'::xid8").replace("xip(cursor)", "'{101,103}'::xid8[]")
    ask("INSERT INTO version SELECT n, n::text::xid8 FROM generate_series(100, 107) n")
    assert ask(f"SELECT key FROM version WHERE {condition} ORDER BY 1") == [(101,), (103,), (105,), (106,), (107,)]
    seen = "pg_visible_in_snapshot(xid, '101:105:101,103')"
    assert ask(f"SELECT key FROM version WHERE NOT {seen} ORDER BY 1") == [(101,), (103,), (105,), (106,), (107,)]
