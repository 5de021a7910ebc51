"""A workshop's database, made once a session; every test works on a copy of its own."""

import asyncio
from datetime import UTC, datetime

from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.testing import prepare
from twinbase.testing.databases import Databases, database_name
from twinbase_server import accounts


def workshop() -> Plugins:
    """The plugins of these tests."""
    return Plugins(Workshop(), accounts)


def make_template(databases: Databases) -> str:
    """The name of a prepared database to copy from."""
    url = databases.create()
    # A loop of its own: a test's may be there, and must not be used for this.
    with asyncio.Runner() as runner:
        runner.run(prepare(url, workshop(), datetime.now(UTC)))
    return database_name(url)
