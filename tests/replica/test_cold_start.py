"""An app starts by showing what is on the device: what only a server or a sync needs waits until one asks."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlmodel import Field, SQLModel, col, select

from twinbase import Mirror, Plugins, Who, hookimpl, within
from twinbase.errors import MirrorError
from twinbase.replica import Replica
from twinbase_server.app import create_app
from twinbase_server.settings import Settings

KEY = bytes(range(32))
UNUSED = ("httpcore2", "keyring", "twinbase_server")


class Hive(SQLModel, table=True):
    __tablename__ = "cold_hives"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    keeper: str = ""


class Frame(SQLModel, table=True):
    __tablename__ = "cold_frames"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    hive_id: UUID = Field(foreign_key="cold_hives.id")


def bees(*mirrors: Mirror) -> Plugins:
    return Plugins(SimpleNamespace(twinbase_mirrors=hookimpl(lambda: list(mirrors))))


def wrong(who: Who) -> Any:
    raise RuntimeError("nobody should have asked")


async def test_a_device_writes_and_reads_and_resolves_no_scope(tmp_path: Path) -> None:
    asked: list[Who] = []

    def mine(who: Who) -> Any:
        asked.append(who)
        return col(Hive.keeper) == who["name"]

    plugins = bees(Mirror(Hive, direction="both", scope=mine), Mirror(Frame, scope=within(Hive, Frame.hive_id)))
    async with await Replica.open(tmp_path / "twin", KEY, plugins=plugins) as replica:
        async with replica.session() as session:
            session.add(Hive(keeper="anna"))
            await session.commit()
        async with replica.read() as session:
            assert [hive.keeper for hive in await session.exec(select(Hive))] == ["anna"]
    assert asked == []
    assert plugins.registry["cold_frames"].reads.claims == {"name"}
    assert len(asked) == 2, "for its own rows, and for those that follow them"


async def test_a_scope_that_is_wrong_is_refused_when_a_server_starts_and_on_no_device(tmp_path: Path) -> None:
    plugins = bees(Mirror(Hive, direction="both", scope=wrong))
    async with await Replica.open(tmp_path / "twin", KEY, plugins=plugins):
        pass
    for _ in range(2):
        with pytest.raises(MirrorError, match=r"Hive: its scope fails \(RuntimeError"):
            create_app(Settings(database_url=SecretStr("postgresql://nowhere")), plugins)


def test_what_is_wrong_with_a_scope_is_said_together_with_what_else_is_wrong() -> None:
    plugins = bees(Mirror(Hive, direction="both", scope=wrong), Mirror(Frame, columns=["nectar"]))
    for asked in ("twins", "registry"):
        with pytest.raises(MirrorError, match=r"(?s)several.*Frame.*nectar.*Hive: its scope fails"):
            getattr(plugins, asked)


def test_who_only_reads_what_is_on_the_device_loads_neither_a_network_nor_a_keyring(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from twinbase import Plugins
from twinbase.replica import Replica
async def main():
    async with await Replica.open({str(tmp_path / "twin")!r}, bytes(32), plugins=Plugins()) as replica:
        async with replica.read() as session:
            await session.pending_edits()
asyncio.run(main())
print(*sorted(set({UNUSED!r}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


async def test_a_closed_replica_makes_no_way_to_the_server_any_more(tmp_path: Path) -> None:
    replica = await Replica.open(tmp_path / "twin", KEY, plugins=bees(Mirror(Hive)), server="https://hives.example")
    server = replica.syncing.server
    await replica.close()
    with pytest.raises(Exception, match="closed"):
        await server.ask_plugin("auth/badge", {})
