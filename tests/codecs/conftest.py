"""One PostgreSQL database and two devices for all tests of the folder: a value costs a statement, not a server."""

from collections.abc import Iterator

import pytest
from sqlalchemy import MetaData, Table
from tests.codecs.kinds import KINDS, SINGLE
from tests.codecs.twins import Twins

from twinbase.testing.databases import Databases

METADATA = MetaData()
TABLES = {kind.name: kind.table(METADATA) for kind in (*KINDS, SINGLE)}


@pytest.fixture(scope="package")
def twins(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """A server and its devices, with a table for each kind of column."""
    url = databases.create()
    twins = Twins(url, tmp_path_factory.mktemp("codecs"))
    twins.create(*TABLES.values())
    yield twins
    twins.close()
    databases.drop(url)


@pytest.fixture(scope="package")
def tables() -> dict[str, Table]:
    """The table of each kind of column, by name."""
    return TABLES
