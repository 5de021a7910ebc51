"""Databases for tests: each of its own, on one real PostgreSQL."""

import asyncio
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.pool import NullPool

from twinbase_server.database.address import read_address
from twinbase_server.database.connection import make_engine
from twinbase_server.embedded import EmbeddedPostgres

VARIABLE = "TWINBASE_TEST_DATABASE_URL"
COPIES_FILES_FROM = 15
"""The version of PostgreSQL in which there is another way, and one can choose."""


@dataclass(frozen=True)
class Databases:
    """A PostgreSQL on which a test makes databases; `admin_url` is one of its administrator's.

    `copies_files`: it copies a template as files, in half of the time that its log takes. That waits until all of the
    server's memory is on the disk, so it is for a server that waits for no disk, of version 15 or newer.
    """

    admin_url: str
    copies_files: bool = False

    def create(self, template: str = "template1", *, encoding: str = "") -> str:
        """The URL of a new database, a copy of a template (some 30 ms); nobody may be connected to the template.

        `encoding`: another one than the server's own, over `template0`.
        """
        name = f"test_{uuid.uuid4().hex}"
        options = f" ENCODING '{encoding}' LOCALE 'C'" if encoding else ""
        options += " STRATEGY file_copy" if self.copies_files else ""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{options}')
        return read_address(self.admin_url).choose_database(name).url

    def drop(self, url: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        async def run() -> None:
            engine = make_engine(self.admin_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
            async with engine.connect() as connection:
                await connection.execute(text(statement))
            await engine.dispose()

        # A loop of its own: neither one that runs nor the one of the tests is touched.
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(run())
        finally:
            loop.close()


def database_name(url: str) -> str:
    """The name of the database that a URL points at."""
    return read_address(url).database


@contextmanager
def start_postgresql(folder: Path) -> Iterator[Databases]:
    """The PostgreSQL that TWINBASE_TEST_DATABASE_URL names, else an embedded one in `folder`, for the time of a block.

    The URL is an administrator's: databases are made and dropped with it.
    """
    if url := os.environ.get(VARIABLE):
        yield Databases(url)
        return
    with EmbeddedPostgres(folder) as server:
        yield Databases(server.url, copies_files=server.cluster.major >= COPIES_FILES_FROM)
