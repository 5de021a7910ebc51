"""The examples of the page of hooks are one plugin: it is run against a database, and what it does is compared."""

import re
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel
from tests.docs.page_blocks import Block, executes, find_blocks

from twinbase import Identity, Mirror, Plugins, hookimpl
from twinbase.registry import build_registry
from twinbase.testing import Device, World
from twinbase.testing.conformance.laws import broken_laws
from twinbase.testing.conformance.rows import RowMaker
from twinbase_server.cli.environment import UnknownSetting, check_environment
from twinbase_server.database.connection import open_engine
from twinbase_server.projection.run import project

STAFF = UUID("00000000-0000-7000-8000-00000000000a")
HOOK = re.compile(r"^(?:async )?def (twinbase_\w+)", re.M)


class Base(SQLModel):
    metadata = MetaData()


class Visit(Base, table=True):
    __tablename__ = "visits"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    state: str = "open"
    report: str = ""


class Part(Base, table=True):
    __tablename__ = "parts"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    visit_id: UUID
    count: int = 1


class Note(Base, table=True):
    __tablename__ = "notes"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    text: str = ""


class Company:
    """The tables that the page speaks of and does not declare."""

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Visit, direction="both")
        yield Mirror(Part, direction="both")
        yield Mirror(Note, direction="both", conflict="longest_text")


def read_block(block: Block) -> str:
    """With tables of other names: another test declares the same ones once more."""
    return block.take().replace("hook_", "page_").replace("strategy_visits", "page_visits")


def run_page(page: str) -> list[ModuleType]:
    """Each hook's block as a plugin of its own; what an earlier block has made is there for the later ones."""
    plugins: list[ModuleType] = []
    names: dict[str, Any] = {}
    for number, block in enumerate(map(read_block, find_blocks(page, "python"))):
        module = ModuleType(f"hooks_{number}")
        sys.modules[module.__name__] = module
        module.__dict__.update(names)
        exec(compile(block, page, "exec"), module.__dict__)
        names = {name: value for name, value in vars(module).items() if not name.startswith(("twinbase_", "__"))}
        if HOOK.search(block):
            plugins.append(module)
    return plugins


HOOKS, HOW_TO = "docs/reference/hooks.md", "docs/how-to/conflict-strategy.md"
PAGE = run_page(HOOKS)
STRATEGIES = [*PAGE, *run_page(HOW_TO)]


def shown(*hooks: str) -> list[Block]:
    """The blocks of the page with these hooks."""
    return [block for hook in hooks for block in find_blocks(HOOKS, "python") if f"def {hook}(" in block.text]


def named(name: str) -> Any:
    return next(vars(module)[name] for module in PAGE if name in vars(module))


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(database_url, Plugins(Company(), *PAGE), tmp_path) as world:
        await world.sql("CREATE TABLE staff (id uuid PRIMARY KEY, team text, email text)")
        await world.sql(f"INSERT INTO staff VALUES ('{STAFF}', 'north', 'anna@example.org')")
        yield world


async def enter(world: World, name: str) -> Device:
    """A device of somebody whom the page's own sign-in knows."""
    device = await world.device(name, signed_in=False)
    await device.sign_in("anna@example.org", "whatever")
    return device


@executes(*shown("twinbase_authenticate", "twinbase_mirrors"))
async def test_who_is_staff_signs_in_and_has_the_mirrored_rows(world: World) -> None:
    anna = await enter(world, "anna")
    await world.sql(f"INSERT INTO page_products VALUES ('{STAFF}', 'Boiler')")
    assert (await anna.sync()).is_proven
    assert [product.caption for product in await anna.all(named("Product"))] == ["Boiler"]


@executes(*shown("twinbase_identify_again"))
async def test_who_has_changed_the_team_has_another_claim_after_the_next_refresh(world: World) -> None:
    anna = await enter(world, "anna")
    await world.sql(f"UPDATE staff SET team = 'south' WHERE id = '{STAFF}'")
    world.clock.advance(hours=1)
    await anna.sync()
    identity = await anna.replica.read_identity()
    assert identity is not None and identity.claims == {"team": "south"}


@executes(*shown("twinbase_projections"))
async def test_the_projection_follows_its_source(world: World, database_url: str) -> None:
    await world.sql("CREATE TABLE item (number int PRIMARY KEY, name text)")
    await world.sql("INSERT INTO item VALUES (1, 'soup'), (2, 'tea')")
    projections, registry = world.plugins.collect_projections(), world.plugins.registry
    async with open_engine(database_url) as engine:
        await world.sql("CREATE TABLE IF NOT EXISTS page_articles (id uuid PRIMARY KEY, source_table text,"
                        " source_id text, caption text NOT NULL)")  # fmt: skip
        await project(engine, projections, registry=registry)
        assert await captions(world) == [("item", "1", "soup"), ("item", "2", "tea")]
        await world.sql("UPDATE item SET name = 'broth' WHERE number = 1")
        await world.sql("DELETE FROM item WHERE number = 2")
        await project(engine, projections, registry=registry)
    assert await captions(world) == [("item", "1", "broth")]


async def captions(world: World) -> list[tuple[str, str, str]]:
    rows = await world.sql("SELECT source_table, source_id, caption FROM page_articles ORDER BY source_id")
    return [tuple(row) for row in rows]


@executes(*shown("twinbase_neighbours", "twinbase_before_mutation"))
async def test_a_closed_visit_is_refused_with_the_sentence_and_a_late_part_is_taken_with_one(world: World) -> None:
    anna, visit = await enter(world, "anna"), Visit(state="closed")
    key = visit.id
    await anna.save(visit)
    await anna.sync()
    await anna.change(Visit, key, report="late")
    await anna.save(Part(visit_id=key))
    await anna.sync()
    (edit,) = await anna.replica.waiting_edits()
    assert (edit.state, edit.reason, edit.detail) == (
        "refused", "closed", "The visit is closed; ask the office to open it again.",
    )  # fmt: skip
    assert [row.n for row in await world.sql("SELECT count(*) AS n FROM parts")] == [1]
    (decision,) = await anna.replica.decisions()
    assert [flag.detail for flag in decision.flags] == [
        "The visit was closed when this part arrived. It is taken, and the office looks at it."
    ]


async def test_an_edit_of_a_part_that_the_office_has_deleted_is_answered(world: World) -> None:
    """The rule's neighbours are asked for then with no row, and with the one column that was edited."""
    anna, visit = await enter(world, "anna"), Visit()
    part = Part(visit_id=visit.id)
    key = part.id
    await anna.save(visit)
    await anna.save(part)
    await anna.sync()
    await world.sql("DELETE FROM parts")
    await anna.change(Part, key, count=2)
    assert (await anna.sync()).is_proven
    assert [(edit.state, edit.reason) for edit in await anna.replica.waiting_edits()] == [("refused", "gone")]
    assert await world.sql("SELECT count FROM parts") == []


async def test_a_part_that_is_new_and_edited_in_the_same_push_is_written(world: World) -> None:
    anna, visit = await enter(world, "anna"), Visit()
    part = Part(visit_id=visit.id)
    key = part.id
    await anna.save(visit)
    await anna.save(part)
    await anna.change(Part, key, count=2)
    assert (await anna.sync()).is_proven
    assert [row.count for row in await world.sql("SELECT count AS count FROM parts")] == [2]


@executes(*shown("twinbase_deliveries", "twinbase_exporters"))
async def test_a_note_is_handed_over_and_an_empty_one_is_refused(world: World) -> None:
    anna = await enter(world, "anna")
    await anna.save(Note(text="leaks"))
    await anna.save(Note())
    await anna.sync()
    assert await world.hand_over("erp") == {"sent": 1, "refused": 1}


@executes(*shown("twinbase_sources"))
async def test_the_source_answers_its_figures(world: World) -> None:
    for _ in range(2):
        assert await world.run_source("prices") == {"prices": 2, "projected": 0}
    rows = await world.sql("SELECT name, cents FROM page_prices ORDER BY name")
    assert [tuple(row) for row in rows] == [("coffee", 120), ("soup", 180)]


@executes(*shown("twinbase_strategies"))
async def test_of_two_texts_the_longer_one_stays(world: World) -> None:
    anna, note = await enter(world, "anna"), Note(text="It leaks")
    key = note.id
    await anna.save(note)
    await anna.sync()
    await world.sql("UPDATE notes SET text = 'It leaks a lot'")
    await anna.change(Note, key, text="It is dry")
    await anna.sync()
    assert [row.text for row in await world.sql("SELECT text FROM notes")] == ["It leaks a lot"]
    await world.sql("UPDATE notes SET text = 'Dry'")
    await anna.change(Note, key, text="It is dry by now")
    await anna.sync()
    assert [row.text for row in await world.sql("SELECT text FROM notes")] == ["It is dry by now"]


@executes(*shown("twinbase_settings"))
def test_the_settings_come_from_the_environment_and_a_wrong_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINBASE_SHOP_TIME_ZONE", "Europe/Lisbon")
    assert named("ShopSettings")().time_zone == "Europe/Lisbon"
    with pytest.raises(UnknownSetting, match="TWINBASE_SHOP_TIME_ZONE"):
        check_environment({"TWINBASE_SHOP_TIMEZONE": "UTC"}, Plugins(*PAGE).collect_settings())


@executes(*shown("twinbase_permissions", "twinbase_roles"))
def test_a_role_gives_what_the_page_says() -> None:
    roles = Plugins(*PAGE).roles
    for claims, may in (({"role": "driver"}, False), ({"role": ["driver", "boss"]}, True), ({}, False)):
        identity = roles.grant(Identity("anna", claims))
        assert identity.may("machines.read") and identity.may("machines.empty") == may


@executes(*shown("twinbase_routes", "twinbase_tables"))
async def test_the_route_answers_whoever_is_signed_in(world: World) -> None:
    await world.sql("CREATE SCHEMA IF NOT EXISTS vending")
    await world.sql("CREATE TABLE IF NOT EXISTS vending.page_machines (id uuid PRIMARY KEY, place text)")
    await world.sql(f"INSERT INTO vending.page_machines VALUES ('{STAFF}', 'cellar')")
    transport = httpx2.ASGITransport(app=world.application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/api/v1/machines/cellar")).status_code == 401
        login = {"email": "anna@example.org", "password": "any", "replica": str(uuid4())}
        signed_in = await client.post("/api/v1/auth/login", json=login, headers={"Twinbase-Protocol": "1"})
        assert signed_in.status_code == 200, signed_in.text
        token = signed_in.json()["token"]
        answer = await client.get("/api/v1/machines/cellar", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == [str(STAFF)]


class DeskOf:
    """What a card reads with, over the file of a device."""

    def __init__(self, device: Device) -> None:
        self._device = device

    async def read(self, work: Any) -> Any:
        async with self._device.replica.read() as session:
            return await work(session)


@executes(*shown("twinbase_screens"))
async def test_the_card_shows_what_is_on_the_device(world: World) -> None:
    anna = await enter(world, "anna")
    found: Any = world.plugins.collect_screens("fr")
    (card,) = [one for brought in found.values() for one in brought]
    assert (card.on, card.title) == ("visit", "Produits")
    assert await card.load(DeskOf(anna), STAFF) is None
    await world.sql(f"INSERT INTO page_products VALUES ('{STAFF}', 'Boiler')")
    await anna.sync()
    shown_card = await card.load(DeskOf(anna), STAFF)
    assert ([line.title for line in shown_card.blocks[0].lines], shown_card.count) == (["Boiler"], 1)


@executes(*find_blocks(HOW_TO, "python"))
def test_the_strategies_of_the_documentation_keep_the_laws() -> None:
    """On conflicts of every kind, and not only on the one that its page shows."""
    strategies = {name: one for module in STRATEGIES for name, one in _strategies(module).items()}
    assert strategies.keys() == {"longest_text", "keep_both"}
    for strategy in strategies.values():
        registry = build_registry([Mirror(Visit, direction="both", conflict=strategy)], {})
        for seed in range(5):
            maker = RowMaker(Random(seed), datetime.now(UTC), {}, lambda table, values, was, dice: values)
            assert broken_laws(registry["visits"], maker, 200) == []


def _strategies(module: ModuleType) -> dict[str, Any]:
    hook = vars(module).get("twinbase_strategies")
    return hook() if hook else {}
