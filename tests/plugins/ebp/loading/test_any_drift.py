"""Whatever happens to EBP's schema between loads: never a wrong row, never a stopped table that could go on."""

import pytest
from tests.plugins.ebp.loading.drifting import Drifting, settings
from tests.plugins.ebp.loading.erp import Erp


@pytest.mark.parametrize("seed", range(3))
async def test_the_copy_is_right_after_any_change_of_schema_and_rows(bare_erp: Erp, seed: int) -> None:
    await drifted(bare_erp, seed, rounds=4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
async def test_the_copy_stays_right_through_many_changes(bare_erp: Erp, seed: int) -> None:
    await drifted(bare_erp, seed, rounds=10)


async def drifted(erp: Erp, seed: int, rounds: int) -> None:
    erp.settings = settings()
    world = Drifting(erp, seed)
    for _ in range(rounds):
        await world.round()
