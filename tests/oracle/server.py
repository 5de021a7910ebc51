"""The server of a run: started, stopped, updated, saved, restored. Its address never changes."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from tests.oracle.office import Office
from tests.oracle.plugin import Edition, edition
from tests.oracle.rolling import OneAddress
from tests.oracle.rules import judge_sql

from twinbase.testing import ManualClock
from twinbase.testing.server import serve
from twinbase_server.setup import init_database

TOKEN_SECONDS = 400 * 86_400
NEW_COLUMNS = """
ALTER TABLE oracle.jobs ADD COLUMN floor integer;
ALTER TABLE oracle.notices ADD COLUMN urgency integer NOT NULL DEFAULT 1;
CREATE TABLE oracle.tools (id uuid PRIMARY KEY, person text NOT NULL, place text NOT NULL);
""" + judge_sql("tools")
SAME_PLACE = """
UPDATE twinbase.generation SET database = (SELECT oid FROM pg_database WHERE datname = current_database())::bigint
"""


class Server:
    """The application over the office's database. `application` is another object after every start.

    `edition` is the newest that runs; `older`, if any, runs beside it, behind the same address: `running` are both.
    `shelf`: where they keep the bytes of attachments; no backup of the database has them.
    """

    def __init__(self, url: str, clock: ManualClock, office: Office, world: int, shelf: Path) -> None:
        self.shelf = shelf
        self.url, self._clock, self._office = url, clock, office
        self.edition: Edition = edition(1, world)
        self.older: Edition | None = None
        self.application: Any = None
        self.running: list[Any] = []
        self._stack = AsyncExitStack()
        self.was_restored = False
        self._chance = 0
        self._saved: tuple[int, dict[str, int], bool] | None = None

    def has_all_of(self, app: Edition) -> bool:
        """Whether every process knows all that an app of this version knows."""
        return app.version <= (self.older or self.edition).version

    @property
    def is_saved(self) -> bool:
        return self._saved is not None

    async def start(self) -> None:
        # A pull waits for no lock; a push that meets a writer's open transaction gives up soon and is tried again.
        editions = [one for one in (self.edition, self.older) if one is not None]
        self.running = [await self._serve(one) for one in editions]
        self.application = OneAddress(self.running, self._chance)

    async def _serve(self, one: Edition) -> Any:
        settings: dict[str, Any] = {"pool_max": 3, "token_seconds": TOKEN_SECONDS, "lock_seconds": 0.1}
        settings |= {"files": str(self.shelf), "news_look_seconds": 0.005}
        return await self._stack.enter_async_context(serve(self.url, one.plugins, self._clock, settings))

    async def stop(self) -> None:
        await self._stack.aclose()

    async def add_columns(self) -> None:
        """The database is ahead of the server, as in the middle of every update."""
        if not self._office.has_new_columns:
            await self._office.end_all()
            await self._office.connection.execute(NEW_COLUMNS)
            self._office.has_new_columns = True

    async def update(self) -> None:
        """The second version of the company's app on the server."""
        await self.add_columns()
        await self._office.end_all()
        await self.stop()
        self.edition, self.older = self._version(2), None
        await self.arm()
        await self.start()

    async def arm(self) -> None:
        """What `twinbase db upgrade` does: every trigger stands again, where it was taken away."""
        await init_database(self.url, self.edition.plugins, self._clock())

    async def roll_back(self) -> None:
        """The first version again, on a database that keeps what the second one added."""
        await self.stop()
        self.edition, self.older = self._version(1), None
        await self.start()

    async def roll(self, chance: int) -> None:
        """Processes of the second version come one by one: one of each answers, and `chance` says which."""
        self._chance = chance
        await self.add_columns()
        await self._office.end_all()
        self.edition, self.older = self._version(2), self._version(1)
        await self.arm()
        await self.stop()
        await self.start()

    async def save(self) -> None:
        """A backup: a copy of the whole database, made while nothing is open."""
        await self.stop()
        await self._office.cut()
        await self._drop_backup()
        await self._office.connection.execute(f'CREATE DATABASE "{self._backup}" TEMPLATE "{self._name}"')
        self._saved = (self.edition.version, dict(self._office.spent), self._office.has_new_columns)
        await self.start()

    async def restore(self, *, of_the_machine: bool) -> None:
        """The backup takes the database's place, with its name; what was written since is gone.

        A backup `of_the_machine` brings back the very same database: its marks alone say that its past is another.
        """
        assert self._saved is not None
        self.was_restored = True
        await self.stop()
        await self._office.close()
        connection = await asyncpg.connect(urlsplit(self.url)._replace(path=f"/{self._backup}").geturl())
        await connection.execute(f'DROP DATABASE "{self._name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{self._name}" TEMPLATE "{self._backup}"')
        await connection.close()
        version, spent, self._office.has_new_columns = self._saved
        self.edition, self.older, self._office.spent = self._version(version), None, dict(spent)
        await self._office.open()
        if of_the_machine:
            await self._office.connection.execute(SAME_PLACE)
        await self.start()

    async def end(self) -> None:
        """Stopped for ever; nothing of it is left but its database."""
        await self.stop()
        if self._office.connection is not None:
            await self._drop_backup()

    async def _drop_backup(self) -> None:
        await self._office.connection.execute(f'DROP DATABASE IF EXISTS "{self._backup}"')

    def _version(self, number: int) -> Edition:
        return edition(number, self.edition.world)

    @property
    def _name(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    @property
    def _backup(self) -> str:
        return f"{self._name}_backup"
