"""The template database of the oracle, made once a session, and its copies, one for each run."""

import asyncio
from datetime import UTC, datetime

from tests.oracle.company import make_world, prepare

from twinbase.testing.databases import Databases, database_name


def make_template(databases: Databases) -> str:
    """The URL of a prepared database that runs are copied from."""
    url = databases.create()
    with asyncio.Runner() as runner:
        runner.run(prepare(url, datetime(2026, 3, 1, tzinfo=UTC)))
    return url


def copy_template(databases: Databases, template: str, seed: int) -> str:
    """The URL of a copy of the template, with the strange tables that this seed draws."""
    url = databases.create(database_name(template))
    with asyncio.Runner() as runner:
        runner.run(make_world(url, seed))
    return url
