"""A stranger's database: as he has it, and with Twinbase put on it by the commands that he would use."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from tests.cli.conftest import blocking, execute
from tests.cli.test_new_plugin import installed

from twinbase import Plugins
from twinbase.registry import Twin
from twinbase.testing.databases import Databases, database_name
from twinbase_server import accounts
from twinbase_server.cli import run

NAMES = ("erp", "shop", "places")
SCHEMAS = {"erp": ("erp", "archive"), "shop": ("public",), "places": ("places",)}


@dataclass
class Ground:
    """`plain`: the database as it was; `captured`: the same after `db init`. Tests work on copies of the two."""

    name: str
    databases: Databases
    plain: str
    captured: str
    plugins: Plugins
    not_mirrored: dict[str, str]
    _copies: list[str] = field(default_factory=list)

    @property
    def schemas(self) -> tuple[str, ...]:
        return SCHEMAS[self.name]

    @property
    def module(self) -> str:
        return f"{self.name}_ground"

    @property
    def both(self) -> list[Twin]:
        return list(self.plugins.registry)

    def copy(self, url: str) -> str:
        """A database of its own, which ends with the ground; nobody may be connected to the other."""
        self._copies.append(self.databases.create(database_name(url)))
        return self._copies[-1]

    def empty(self) -> str:
        self._copies.append(self.databases.create())
        return self._copies[-1]

    def command(self, *words: str, url: str) -> int:
        """A command over this ground's plugin; its exit status."""
        return run([*words, "--plugins", f"accounts,{self.module}", "--database-url", url])

    def end(self) -> None:
        for url in (*self._copies, self.captured, self.plain):
            self.databases.drop(url)


@contextmanager
def open_ground(name: str, databases: Databases, folder: Path) -> Iterator[Ground]:
    """The database loaded, the plugin written by `plugin new --from`, and `db init` run with it."""
    plain = databases.create()
    blocking(execute(plain, Path(__file__).with_name(f"{name}.sql").read_text()))
    path = folder / f"{name}-ground"
    assert run(["plugin", "new", path.name, "--from", plain, "--folder", str(path)]) == 0
    installed(path)
    sys.path.insert(0, str(path))
    try:
        module = importlib.import_module(f"{name}_ground")
        captured = databases.create(database_name(plain))
        ground = Ground(name, databases, plain, captured, Plugins(module, accounts), _left_out(path))
        assert ground.command("db", "init", url=captured) == 0
        yield ground
        ground.end()
    finally:
        sys.path.remove(str(path))


def _left_out(path: Path) -> dict[str, str]:
    """What the plugin's own page says of it, for people: `- `label`: why`."""
    said = (path / "TABLES.md").read_text().partition("## Not mirrored")[2]
    lines = [line.removeprefix("- `").partition("`: ") for line in said.splitlines() if line.startswith("- ")]
    return {label: why for label, _, why in lines}


async def read_rows(url: str, query: str, *values: object) -> list[Any]:
    """The rows of one query, on a connection of its own."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()
