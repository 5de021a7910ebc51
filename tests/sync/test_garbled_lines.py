"""A line that flips bits: what arrived as it was sent is proven, and nothing else ever is (issue of a bad cable)."""

import os
from random import Random

from tests.sync.flips import flip_bits

from twinbase.testing import World
from twinbase.testing.conformance.suite import SEED

FLIPS = 150


async def test_no_flipped_bit_ever_ends_proven_with_a_wrong_value(world: World) -> None:
    ended = await flip_bits(world, Random(os.environ[SEED]), FLIPS)

    assert ended["proven, and wrong"] == 0
    assert ended["Garbled"] > FLIPS // 3
