"""Anna's company: PostgreSQL, the server in a process of its own, and the line between it and her device."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from tests.crash.processes import ServerProcess, serving
from tests.kivy.day import BOILER, ME, PLUGINS, RACK, VISIT, list_office, paris

from twinbase.clock import utc_now
from twinbase.testing import World
from twinbase_demo.network import Network
from twinbase_mobile.tables import InterventionSignature
from twinbase_mobile.tables.kinds import Signer
from twinbase_server.app import create_app
from twinbase_server.devices.enrolment import make_code
from twinbase_server.settings import Settings

ANNA = "anna@example.org"
MORNING = paris(10, 7, 40)
"""Of a Wednesday in June. Clocks go from there as fast as ours do."""


def serve(ahead_seconds: float, files: str, database_url: str, port: int) -> None:
    """Serve until killed, by a clock that is ahead of this machine's by so much."""
    ahead = timedelta(seconds=ahead_seconds)
    settings = Settings(database_url=SecretStr(database_url), pool_max=4, files=files)
    app = create_app(settings, PLUGINS, clock=lambda: utc_now() + ahead)
    uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical")).run()


@dataclass
class Company:
    """`line`: can be cut. `ahead`: how much later it is here than by this machine's clock; `shelf`: where the server
    keeps what belongs to rows."""

    world: World
    server: ServerProcess
    line: Network
    ahead: timedelta
    shelf: Path

    @property
    def address(self) -> str:
        """Where a device finds the server."""
        return self.line.url

    def read_now(self) -> datetime:
        """What time it is here."""
        return utc_now() + self.ahead

    async def make_code(self) -> str:
        """A code for a device of Anna's, as the office reads it to her."""
        async with self.world.engine.connect() as connection:
            raw: Any = await connection.get_raw_connection()
            return await make_code(raw.driver_connection, ANNA, "the office", self.read_now())

    async def add(self, *rows: SQLModel) -> None:
        """The office writes."""
        async with AsyncSession(self.world.engine, expire_on_commit=False) as session:
            for row in rows:
                session.add(row)
                await session.flush()
            await session.commit()

    async def pass_days(self, days: int) -> None:
        """So much later, for the server too."""
        self.ahead += timedelta(days=days)
        await self.server.restart(partial(serve, self.ahead.total_seconds(), str(self.shelf)))

    async def disagree(self) -> None:
        """Somebody has signed on paper, the office has been told by telephone, and a boiler stands elsewhere."""
        await self.add(InterventionSignature(intervention_id=VISIT, role=Signer.CUSTOMER, signer_name="M. Lefèvre"))
        await self.read("UPDATE mobile.customer_equipment SET location_in_site = 'cave' WHERE id = :id", id=BOILER)
        await self.read("UPDATE mobile.interventions SET report = 'Vu par téléphone.' WHERE id = :id", id=RACK)

    async def read(self, statement: str, **values: object) -> Sequence[Any]:
        """Plain SQL in PostgreSQL."""
        return await self.world.sql(statement, **values)

    def read_file(self, sha256: str) -> bytes | None:
        """The bytes that the server keeps for a row; None while they are missing."""
        found = [path for path in self.shelf.rglob(f"*{sha256}*") if path.is_file()]
        return found[0].read_bytes() if found else None


@asynccontextmanager
async def open_company(database_url: str, folder: Path) -> AsyncIterator[Company]:
    """Over a database with the tables in it: the office's rows, Anna's account, a server that answers."""
    ahead, shelf = MORNING - utc_now(), folder / "shelf"
    run = partial(serve, ahead.total_seconds(), str(shelf))
    async with World.open(database_url, PLUGINS, folder, prepared=True) as world:
        world.clock.now = MORNING
        async with serving(run, database_url) as server, Network(server.port) as line:
            company = Company(world, server, line, ahead, shelf)
            await company.add(*list_office())
            await world.account("anna", colleague_id=str(ME))
            yield company
