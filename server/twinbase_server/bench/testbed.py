"""Where a measurement happens: a database with its tables filled and captured, a server process, a signed-in device."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

from twinbase.clock import utc_now
from twinbase.quoting import quote_name
from twinbase.replica.replica import Replica
from twinbase_server.accounts import save_account
from twinbase_server.bench.fill import fill_main, multiply, open_connection, settle
from twinbase_server.bench.process import ServerProcess, find_free_port, make_plugins, start_server_process
from twinbase_server.bench.tables import SCHEMA, SECTORS
from twinbase_server.database.address import read_address
from twinbase_server.database.connection import Connection
from twinbase_server.database.tables import create_twin_tables
from twinbase_server.setup import init_database

EMAIL, PASSWORD = "bench@example.org", "correct horse"
KEY = bytes(range(32))


@asynccontextmanager
async def create_database(admin_url: str) -> AsyncIterator[str]:
    """The URL of an empty database that is dropped with the block."""
    name = f"twinbase_bench_{uuid4().hex}"
    connection = await open_connection(admin_url)
    try:
        await connection.execute(f"CREATE DATABASE {quote_name(name)}")
        try:
            yield read_address(admin_url).choose_database(name).url
        finally:
            await connection.execute(f"DROP DATABASE {quote_name(name)} WITH (FORCE)")
    finally:
        await connection.close()


class Testbed:
    """A database with rows, captured, and the folder of its devices."""

    def __init__(self, url: str, folder: Path, connection: Connection) -> None:
        self.url, self.folder, self.connection = url, folder, connection
        # A device's file belongs to one server: each process that serves this database has the same address.
        self._port = find_free_port()

    @classmethod
    @asynccontextmanager
    async def make(cls, admin_url: str, folder: Path, rows: int) -> AsyncIterator["Testbed"]:
        """A database with so many rows in its eight main tables; capture watches from before the first row."""
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(create_database(admin_url))
            await create_twin_tables(url, make_plugins().registry)
            await init_database(url, make_plugins(), utc_now())
            connection = await open_connection(url)
            stack.push_async_callback(connection.close)
            await save_account(connection, EMAIL, PASSWORD, {"sectors": list(SECTORS)})
            await fill_main(connection, min(rows, 50_000))
            await multiply(connection, rows)
            await settle(connection)
            yield cls(url, folder, connection)

    @asynccontextmanager
    async def start_server(self) -> AsyncIterator[ServerProcess]:
        async with start_server_process(self.url, self._port) as server:
            yield server

    @asynccontextmanager
    async def open_device(self, server: ServerProcess) -> AsyncIterator[Replica]:
        """A new device, signed in; its file goes with the block."""
        path = self.folder / f"{uuid4().hex}.twin"
        try:
            async with await open_signed_in(path, server.url) as replica:
                yield replica
        finally:
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()

    async def count_stored_bytes(self) -> int:
        """What the tables weigh in PostgreSQL, indexes included."""
        size = await self.connection.fetchval(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = $1 AND c.relkind = 'r'",
            SCHEMA,
        )
        return int(size)


async def open_signed_in(path: Path, server_url: str) -> Replica:
    """A replica at `path`, signed in. Close it."""
    replica = await Replica.open(path, KEY, plugins=make_plugins(), server=server_url)
    await replica.sign_in(EMAIL, PASSWORD, device_name="bench")
    return replica
