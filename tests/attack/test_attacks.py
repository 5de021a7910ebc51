"""Under each attack the others are served, within twice the time that they need when nobody attacks.

The server is a process, the line is real, the attacker is a process too. `tox -e attack` takes longer and prints the
ratios; what stands here without the mark is its small version.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import httpx2
import pytest
from tests.attack import server
from tests.attack.attackers import ATTACKS, Target
from tests.attack.bystander import RATIO_MAX, Bystander, attacked, measure_ratio, open_client
from tests.crash.processes import serving
from tests.server.conftest import depot_template, depot_url  # noqa: F401  fixtures
from tests.server.depot import TWINS, Depot, Device

from twinbase import Plugins
from twinbase_server import accounts

LARGE = "INSERT INTO depot.product SELECT i, repeat(md5(random()::text), 60), 1, 1 FROM generate_series(1, 10000) i"
POISON = "ALTER TABLE depot.job ADD CHECK (title <> 'poison')"


@dataclass
class Ground:
    """A served depot: whom to attack, and who goes on working there."""

    target: Target
    bystander: Bystander


async def _device(client: httpx2.AsyncClient, email: str) -> Device:
    device, registry = Device(client), Plugins(Depot(), accounts).registry
    assert (await device.login(email)).status_code == 200
    schema = {name: {"version": 1, "columns": list(registry[name].columns)} for name in TWINS}
    assert (await device.agree(schema)).status_code == 200
    return device


@pytest.fixture
async def ground(depot_url: str) -> AsyncIterator[Ground]:  # noqa: F811
    office = await asyncpg.connect(depot_url)
    await office.execute(f"{LARGE}; {POISON}")
    await office.close()
    async with serving(server.run, depot_url) as process, open_client(process.port) as client:
        devices = [(await _device(client, "anna@depot")).headers() for _ in range(8)]
        bystander = Bystander(await _device(client, "bob@depot"))
        await bystander.begin()
        yield Ground(Target(process.port, devices), bystander)


async def _hold_against(ground: Ground, name: str, *, turns: int, syncs: int) -> None:
    ratio, said = await measure_ratio(ground.bystander, lambda: attacked(name, ground.target), turns=turns, syncs=syncs)
    print(f"\n{name}: {said}")
    assert ratio <= RATIO_MAX, f"{name}: {said}"


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_others_are_served_under_attack(ground: Ground, name: str) -> None:
    await _hold_against(ground, name, turns=3, syncs=10)


@pytest.mark.long
@pytest.mark.parametrize("name", ATTACKS)
async def test_the_others_are_served_under_a_long_attack(ground: Ground, name: str) -> None:
    await _hold_against(ground, name, turns=9, syncs=40)
