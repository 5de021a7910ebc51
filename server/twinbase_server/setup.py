"""Setting up a database: schema `twinbase`, capture on every table that a twin or a scope reads, keys, a generation."""

from datetime import datetime

from twinbase.plugins import Plugins
from twinbase_server.capture.install import install
from twinbase_server.database.connection import connect
from twinbase_server.database.migrations import migrate
from twinbase_server.database.tables import create_server_tables
from twinbase_server.feed import generation
from twinbase_server.jobs.queue import install_queue
from twinbase_server.keys.store import make_keys
from twinbase_server.keys.wrapping import WrappingKey
from twinbase_server.projection.sources import tables_to_capture


async def init_database(url: str, plugins: Plugins, now: datetime, *, wrapping: WrappingKey | None = None) -> None:
    """Make a database ready to serve these plugins' twins, or bring it up to date; harmless to repeat.

    The tables of the twins must exist: they belong to whoever brings them. Those that plugins keep on the server are
    made, or completed. `wrapping`: what wraps the signing keys before they are kept. Raises CaptureError when a table
    could not be captured, after all the rest is done.
    """
    await migrate(url)
    await install_queue(url)
    await create_server_tables(url, plugins.collect_tables())
    connection = await connect(url)
    try:
        await make_keys(connection, wrapping, now)
        await generation.start(connection, now)
        await install(connection, await tables_to_capture(connection, plugins))
    finally:
        await connection.close()
