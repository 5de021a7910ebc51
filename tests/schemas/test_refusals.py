"""What a schema's own code objects to: a person reads its sentence, keeps what was typed, and can type it again."""

from decimal import Decimal
from typing import Any

import pytest
from tests.schemas.ground import Ground
from tests.schemas.test_values import check_values

from twinbase.testing import World

# Ground, twin, key, what is typed, reason and sentence of the refusal, and what is typed then.
REFUSED = [
    ("erp", "order_line", (5, 1), {"many": Decimal(7)}, "database-rule", "Order 5 is closed", None),
    ("erp", "order_line", (7, 1), {"many": Decimal(0)}, "database-rule", "Nothing is no order", {"many": Decimal(2)}),
    ("erp", "erp_partner", (7,), {"mail": "no sign"}, "check", "breaks a rule", {"mail": "a@b"}),
    ("erp", "article", ("A-1",), {"net": Decimal(-1)}, "check", "breaks a rule", {"net": Decimal(1)}),
    ("shop", "product", (9,), {"price": Decimal(-1)}, "check", "price breaks a rule", {"price": Decimal(1)}),
    ("shop", "product", (9,), {"made": 1900}, "check", "breaks a rule", {"made": 1901}),
    ("places", "place", (9,), {"lon": Decimal(181)}, "check", "breaks a rule", {"lon": Decimal(180)}),
]


@pytest.mark.parametrize(("name", "twin", "key", "typed", "reason", "sentence", "instead"), REFUSED)
async def test_it_is_refused_with_its_sentence_and_nothing_is_lost(
    ground: Ground,
    world: World,
    name: str,
    twin: str,
    key: tuple[Any, ...],
    typed: dict[str, Any],
    reason: str,
    sentence: str,
    instead: dict[str, Any] | None,
) -> None:
    if ground.name != name:
        pytest.skip("of another schema")
    anna = await world.device("anna")
    await anna.sync()
    await anna.change(ground.plugins.registry[twin].model, key, **typed)

    report = await anna.sync()
    (waiting,) = await anna.replica.waiting_edits()

    assert report.is_proven and report.outcomes == {"refused": 1}
    assert (waiting.reason, {column: waiting.new[column] for column in typed}) == (reason, typed)
    assert sentence in waiting.detail
    await check_values(world.database_url, ground, anna)
    if instead:
        await anna.replica.correct(waiting.id, instead)
        assert (await anna.sync()).outcomes == {"applied": 1}
    else:
        await anna.replica.discard(waiting.id)
    assert await anna.replica.waiting_edits() == []
    await check_values(world.database_url, ground, anna)
