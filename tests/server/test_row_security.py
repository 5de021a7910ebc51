"""Policies of row security on a customer's table are not ours: they must never be taken for rows that are gone."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.server.depot import ANNA, House, build, open_house

from twinbase_server.capture import read_capture_status
from twinbase_server.capture.watched import captured_tables

ROLE = "twinbase_test_server"


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A depot that is served by a role which owns its tables, and is no superuser."""
    admin = await asyncpg.connect(database_url)
    place = urlsplit(database_url)
    await admin.execute(f"DROP ROLE IF EXISTS {ROLE}; CREATE ROLE {ROLE} LOGIN PASSWORD 'only-here'")
    await admin.execute(f'GRANT ALL ON DATABASE "{place.path[1:]}" TO {ROLE}')
    host = place.netloc.rpartition("@")[2]
    try:
        url = place._replace(netloc=f"{ROLE}:only-here@{host}").geturl()
        await build(url)
        async with open_house(url) as house:
            yield house
    finally:
        await admin.execute(f"DROP OWNED BY {ROLE} CASCADE; DROP ROLE {ROLE}")
        await admin.close()


async def test_rows_that_a_policy_hides_from_the_server_are_an_error_and_not_gone(house: House) -> None:
    device = await house.device()
    await house.jobs(ANNA, ANNA)
    before = await device.initial()
    assert len(before.keys("job")) == 2
    await house.office.execute("ALTER TABLE depot.job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    answer = await device.pending(before.end["cursor"], prove="all")
    assert (answer.status, answer.problem.get("type")) == (500, "internal")


async def test_the_status_finds_a_table_whose_rows_a_policy_may_hide(house: House) -> None:
    await house.office.execute("ALTER TABLE depot.job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    tables = captured_tables(house.plugins.registry)
    found = {one.table.label: one.problems for one in await read_capture_status(house.office, tables)}
    [problem] = found.pop("depot.job")
    assert (problem.kind, "BYPASSRLS" in problem.detail) == ("row-security", True)
    assert not any(found.values())
