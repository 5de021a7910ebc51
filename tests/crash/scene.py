"""A workshop in PostgreSQL, its server in one process, the line to it, and a device that is opened here or there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from sqlmodel import select
from tests.crash.device import KEY, sync_once
from tests.crash.processes import Killable, ServerProcess, serving
from tests.crash.relay import Moment, Relay
from tests.crash.server import serve
from tests.sync.shop import Job, Product, Workshop

from twinbase import Plugins
from twinbase.replica.replica import Replica
from twinbase.testing import World
from twinbase.testing.world import PASSWORD
from twinbase_server import accounts

PRODUCTS = 3_000
_PRODUCTS = "INSERT INTO workshop.product SELECT i, repeat(md5(i::text), 4), 1.5 FROM generate_series(1, :many) i"


@dataclass
class Scene:
    """Every edit of either side adds to `visits` of one job, so that an effect lost or doubled shows as a number."""

    world: World
    server: ServerProcess
    relay: Relay
    job: UUID = field(default_factory=uuid4)
    visits: int = 0
    renamed: int = 0

    @property
    def path(self) -> Path:
        return self.world.folder / "anna.twin"

    async def prepare(self) -> None:
        """Anna's account, her job, products; her file is there and empty."""
        await self.world.sql(_PRODUCTS, many=PRODUCTS)
        await self.world.sql("INSERT INTO workshop.job VALUES (:id, 'anna', 'boiler', NULL, 0, false)", id=self.job)
        await self.world.account("anna", lead="anna")
        async with await self.opened() as replica:
            await replica.sign_in("anna@example.org", PASSWORD)

    async def opened(self) -> Replica:
        """Her file, opened in this process."""
        return await Replica.open(self.path, KEY, plugins=Plugins(Workshop()), server=self.relay.url)

    async def work(self) -> None:
        """She adds a visit, and so does the office, which renames all products too."""
        async with await self.opened() as replica, replica.session() as session:
            (await session.get_one(Job, self.job)).visits += 1
            await session.commit()
        self.renamed += 1
        name = f"name {self.renamed} "
        await self.world.sql("UPDATE workshop.product SET name = :name || repeat(md5(id::text), 4)", name=name)
        await self.world.sql("UPDATE workshop.job SET visits = visits + 100")
        self.visits += 101

    def process(self) -> Killable:
        """Her device, as a process that syncs once."""
        return Killable(sync_once, str(self.path), self.relay.url)

    async def cut_at(self, path: str, moment: Moment) -> int:
        """Her device syncs and is killed at that moment; its exit code."""
        device = self.process()
        self.relay.at(path, moment, device.kill)
        code = await device.ended()
        self.relay.forget()
        return code

    async def dies_at(self, path: str, moment: Moment) -> int:
        """Her device syncs, and the server is killed at that moment; the exit code of the device."""
        self.relay.at(path, moment, self.server.kill)
        code = await self.process().ended()
        self.relay.forget()
        assert not self.server.process.runs
        return code

    async def is_sound(self) -> None:
        """The file holds together, nobody is in the middle of an apply, and what was typed is there."""
        async with await self.opened() as replica:
            found = await replica.database.look(_examined)
        assert found == (["ok"], [], [0])

    async def goes_on(self) -> None:
        """One more sync, and both sides have every effect once."""
        async with await self.opened() as replica:
            assert (await replica.sync()).is_proven
            assert await self.world.sql("SELECT visits FROM workshop.job") == [(self.visits,)]
            async with replica.read() as session:
                assert (await session.get_one(Job, self.job)).visits == self.visits
                names = (await session.exec(select(Product.name))).all()
            assert len(names) == PRODUCTS
            assert all(name.startswith(f"name {self.renamed} " if self.renamed else "") for name in names)
            assert await replica.database.look(_unsettled) == 0


def _examined(connection: object) -> tuple[list[str], list[str], list[int]]:
    asked = ("PRAGMA integrity_check", "PRAGMA cipher_integrity_check", "SELECT applying FROM _twinbase_state")
    ok, cipher, applying = ([row[0] for row in connection.execute(query)] for query in asked)  # type: ignore[attr-defined]
    return ok, cipher, applying


def _unsettled(connection: object) -> int:
    query = "SELECT count(*) FROM _twinbase_outbox WHERE state IN ('pending', 'sent')"
    return int(connection.execute(query).fetchone()[0])  # type: ignore[attr-defined]


@asynccontextmanager
async def open_scene(database_url: str, folder: Path) -> AsyncIterator[Scene]:
    async with World.open(database_url, Plugins(Workshop(), accounts), folder) as world:
        async with serving(serve, database_url) as server, Relay.to(server.port) as relay:
            scene = Scene(world, server, relay)
            await scene.prepare()
            yield scene
