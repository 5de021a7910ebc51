"""The customer's own programs answer and leave what they did before Twinbase, and a device sees all of it."""

import pytest
from tests.schemas.ground import Ground
from tests.schemas.programs import PROGRAMS, read_contents, run_programs
from tests.schemas.test_values import check_values

from twinbase.testing import World


@pytest.fixture
def untouched(ground: Ground) -> str:
    """The same database without Twinbase."""
    return ground.copy(ground.plain)


async def test_programs_do_what_they_did_and_a_device_gets_what_they_changed(
    ground: Ground, world: World, untouched: str
) -> None:
    anna = await world.device("anna")
    await anna.sync()
    programs = PROGRAMS[ground.name]
    expected, found = await run_programs(untouched, programs), await run_programs(world.database_url, programs)
    for statement, before, now in zip(programs, expected, found, strict=True):
        assert now == before, statement
    assert len({answer for answer in expected if len(answer) > 2}) > 1, "some of them are to fail"
    contents = await read_contents(untouched, ground.schemas)
    assert await read_contents(world.database_url, ground.schemas) == contents
    report = await anna.sync()
    assert report.is_proven and report.repaired == 0
    await check_values(world.database_url, ground, anna)
