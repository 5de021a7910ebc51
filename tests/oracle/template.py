"""The template database of the oracle, made once a session."""

import asyncio
from datetime import UTC, datetime

from tests.oracle.company import prepare

from twinbase.testing.databases import Databases


def make_template(databases: Databases) -> str:
    """The URL of a prepared database that runs are copied from."""
    url = databases.create()
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(prepare(url, datetime(2026, 3, 1, tzinfo=UTC)))
    finally:
        loop.close()
    return url
