"""The page about changes of a schema is followed step by step, with apps of before in the field."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from tests.docs.page_blocks import ROOT, Block, executes, find_blocks
from tests.docs.terminal import OpenTerminal, Terminal

from twinbase import Plugins
from twinbase.errors import MirrorError
from twinbase.testing import Device, World
from twinbase_server import accounts

PAGE = "docs/how-to/change-a-schema.md"
VERSIONS = find_blocks(PAGE, "python")
ADD, RENAME, WIDEN, DROP, TABLE = find_blocks(PAGE, "sql")
(UPGRADE,) = find_blocks(PAGE, "bash")


@dataclass
class Depot:
    """A database, its servers of each version in their order, and the apps of each."""

    url: str
    folder: Path
    terminal: Terminal
    stack: AsyncExitStack
    modules: list[ModuleType] = field(default_factory=list)
    apps: list[Plugins] = field(default_factory=list)
    worlds: list[World] = field(default_factory=list)

    def write(self, block: Block) -> Plugins:
        """The plugin of the page as the next version has it, installed."""
        known = VERSIONS[0].text.partition("class Crate")[0]
        earlier = "" if block is VERSIONS[0] else known
        if "class Crate" not in block.text:
            earlier += VERSIONS[-2].text.partition("@hookimpl")[0]
        return self.install(earlier + block.take())

    def install(self, source: str) -> Plugins:
        """The plugin `depot`, made of this from now on."""
        name = f"depot_{uuid4().hex}"
        (self.folder / f"{name}.py").write_text(source)
        found = self.folder / "depot-0.1.dist-info"
        found.mkdir(exist_ok=True)
        (found / "METADATA").write_text("Metadata-Version: 2.1\nName: depot\nVersion: 0.1\n")
        (found / "entry_points.txt").write_text(f"[twinbase]\ndepot = {name}\n")
        invalidate_caches()
        self.modules.append(import_module(name))
        self.apps.append(Plugins(self.modules[-1], accounts))
        return self.apps[-1]

    async def serve(self) -> World:
        """The server of the newest version; those of before go on."""
        world = World.open(self.url, self.apps[-1], self.folder, prepared=len(self.worlds) > 0)
        self.worlds.append(await self.stack.enter_async_context(world))
        return self.worlds[-1]

    async def step(self, statement: Block, block: Block) -> World:
        """The steps of the page, in their order: database, capture, server."""
        await self.worlds[-1].sql(statement.take().strip().rstrip(";"))
        self.write(block)
        await asyncio.to_thread(self.terminal.run, UPGRADE)
        return await self.serve()

    def model(self, name: str = "Crate") -> Any:
        return vars(self.modules[-1])[name]


@pytest.fixture
async def depot(
    database_url: str, tmp_path: Path, open_terminal: OpenTerminal, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Depot]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TWINBASE_DATABASE_URL", database_url)
    async with AsyncExitStack() as stack:
        depot = Depot(database_url, tmp_path, open_terminal(), stack)
        depot.write(VERSIONS[0])
        world = await depot.serve()
        rows = "SELECT gen_random_uuid(), 'crate ' || i, i FROM generate_series(1, 3) i"
        await world.sql(f"INSERT INTO depot.crates {rows}")
        yield depot
        for world in depot.worlds:
            world.raise_crashes()
    for module in depot.modules:
        del sys.modules[module.__name__]


async def meet(device: Device, world: World, app: Plugins | None = None) -> Any:
    """The device syncs with this server, after it was updated to an app, if it is."""
    device.wire.application = world.application
    if app is not None:
        await device.close()
        await device.reopen(plugins=app)
    return await device.sync()


async def crates(device: Device, model: Any) -> dict[str, Any]:
    return {crate.label: crate for crate in await device.all(model)}


@executes(*VERSIONS, ADD, RENAME, WIDEN, DROP, TABLE, UPGRADE)
async def test_every_step_of_the_page_leaves_older_apps_working_and_loses_nothing(depot: Depot) -> None:
    first = depot.worlds[0]
    before = depot.model()
    old, new = await first.device("old"), await first.device("new")
    assert (await old.sync()).is_proven and (await new.sync()).is_proven
    await _add(depot, old, new, before)
    await _rename(depot, old, new, before)
    await _widen(depot, old, new, before)
    await _drop(depot, old, new, before)
    await _add_a_table(depot, old, new)


async def _add(depot: Depot, old: Device, new: Device, before: Any) -> None:
    second = await depot.step(ADD, VERSIONS[1])
    await second.sql("UPDATE depot.crates SET height = 9 WHERE label = 'crate 2'")
    await old.save(before(label="crate 4", mass=4))
    assert (await meet(old, second)).outcomes == {"applied": 1}
    ahead = await meet(new, depot.worlds[0], depot.apps[1])
    crate = (await crates(new, depot.model()))["crate 1"]
    await new.change(depot.model(), crate.id, height=7, label="crate one")
    waiting = await new.sync()
    assert ahead.is_proven and waiting.outcomes == {"merged": 1} and new.replica.status.now.pending == 1
    report = await meet(new, second)
    assert report.is_proven and new.replica.status.now.pending == 0
    heights = {label: one.height for label, one in (await crates(new, depot.model())).items()}
    assert heights == {"crate one": 7, "crate 2": 9, "crate 3": None, "crate 4": None}
    assert len(new.wire.list_requests("sync/initial")) == 2, "the first sync, and one column"


async def _rename(depot: Depot, old: Device, new: Device, before: Any) -> None:
    await depot.worlds[-1].sql(RENAME.take().strip().rstrip(";"))
    between = await (await depot.worlds[-1].device("between")).sync()
    assert "renamed=" in between.unproven["crates"]
    await depot.worlds[-1].sql("ALTER TABLE depot.crates RENAME COLUMN weight TO mass")
    await old.change(before, (await crates(old, before))["crate 2"].id, mass=22)
    await new.change(depot.model(), (await crates(new, depot.model()))["crate 3"].id, mass=33)
    third = await depot.step(RENAME, VERSIONS[2])
    assert (await meet(old, third)).is_proven and (await meet(new, third, depot.apps[2])).is_proven
    there = await third.sql("SELECT label, weight FROM depot.crates ORDER BY label")
    assert there == [("crate 2", 22), ("crate 3", 33), ("crate 4", 4), ("crate one", 1)]
    await old.sync()
    assert {crate.label: crate.mass for crate in await old.all(before)} == dict(map(tuple, there))


async def _widen(depot: Depot, old: Device, new: Device, before: Any) -> None:
    fourth = await depot.step(WIDEN, VERSIONS[3])
    await meet(new, fourth, depot.apps[3])
    await new.change(depot.model(), (await crates(new, depot.model()))["crate one"].id, label="one " * 9)
    assert (await new.sync()).is_proven
    assert (await meet(old, fourth)).is_proven and "one " * 9 in await crates(old, before)


async def _drop(depot: Depot, old: Device, new: Device, before: Any) -> None:
    """The app of version 2 types in the column that goes; one of version 1 is too old to begin, and not to go on."""
    tall = depot.model()
    fifth = await depot.step(DROP, VERSIONS[4])
    await new.change(tall, (await crates(new, tall))["crate 3"].id, height=3, label="crate three")
    report = await meet(new, fifth)
    assert report.is_proven and report.outcomes == {"merged": 1} and new.replica.status.now.pending == 1
    assert (await crates(new, tall))["crate 2"].height == 9, "it keeps what it had"
    await old.save(before(label="crate 5"))
    assert (await meet(old, fifth)).outcomes == {"applied": 1}
    refused = await (await fifth.device("too old", plugins=depot.apps[0])).sync()
    assert refused.unproven["crates"] == "Version 1 is no longer served, 3 is the newest: update the app."
    assert (await meet(old, fifth, depot.apps[4])).is_proven
    assert (await meet(new, fifth, depot.apps[4])).is_proven


async def _add_a_table(depot: Depot, old: Device, new: Device) -> None:
    last = depot.worlds[-1]
    sixth = await depot.step(TABLE, VERSIONS[5])
    await sixth.sql("INSERT INTO depot.pallets VALUES (:id, 'pallet 1')", id=uuid4())
    ahead = await meet(new, last, depot.apps[5])
    pallet = depot.model("Pallet")
    await new.save(pallet(label="pallet 2"))
    early = await new.sync()
    assert "no twin of that name" in early.unproven["pallets"] and "crates" in early.proven and not ahead.is_proven
    assert (await meet(new, sixth)).is_proven and (await meet(old, sixth)).is_proven
    assert sorted(one.label for one in await new.all(pallet)) == ["pallet 1", "pallet 2"]


async def test_a_type_with_another_meaning_is_refused_with_the_sentence_of_the_page(depot: Depot) -> None:
    phone = await depot.worlds[0].device("phone")
    await phone.sync()
    hundredths = "mass: Decimal | None = Field(None, max_digits=9, decimal_places=2)"
    source = VERSIONS[0].text.replace("mass: int | None = None", hundredths)
    other = depot.install("from decimal import Decimal\n" + source)
    await phone.close()
    with pytest.raises(MirrorError) as refused:
        await phone.reopen(plugins=other)
    page = " ".join((ROOT / PAGE).read_text().replace("`", "").split())
    assert str(refused.value).partition("Crate.mass ")[2].rstrip(".") in page
    await phone.reopen(plugins=depot.apps[0])
    assert len(await phone.all(depot.modules[0].Crate)) == 3


async def test_an_edit_of_what_the_older_server_did_not_show_overwrites_as_the_page_says(depot: Depot) -> None:
    old = depot.worlds[0]
    new = await depot.step(ADD, VERSIONS[1])
    await new.sql("UPDATE depot.crates SET height = 5")
    phone = await old.device("phone", plugins=depot.apps[1])
    assert (await phone.sync()).is_proven
    here = await crates(phone, depot.model())
    assert {crate.height for crate in here.values()} == {None}
    await new.sql("UPDATE depot.crates SET height = 6 WHERE label = 'crate 2'")
    for number in (1, 2):
        await phone.change(depot.model(), here[f"crate {number}"].id, height=70 + number)
    report = await meet(phone, new)
    assert report.is_proven and report.outcomes == {"applied": 1, "conflict": 1}
    there = await new.sql("SELECT label, height FROM depot.crates ORDER BY label")
    assert there == [("crate 1", 71), ("crate 2", 6), ("crate 3", 5)]
    assert [row.n for row in await new.sql("SELECT count(*) AS n FROM twinbase.journal")] == [1]
