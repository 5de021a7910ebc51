"""Each scope gives each person the same when it is asked for many of them at once, as news are decided."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.plugins.mobile.company import AS_OF, PLUGINS, REGISTRY
from tests.plugins.mobile.test_scopes import Looker, engine, fill, looker  # noqa: F401  fixtures
from tests.plugins.mobile.wanted import WANTED

from twinbase import Identity
from twinbase_server.feed.news.plan import plan_news

PLANS = plan_news(REGISTRY)


async def has_together(looker: Looker, table: str, people: Sequence[UUID], as_of: datetime) -> list[set[UUID]]:  # noqa: F811
    """What the scope gives each of these people, in one question about all rows."""
    scope = PLANS["mobile", table].scope
    assert scope is not None
    claims = [{"colleague_id": str(me), "team": [str(one) for one in people]} for me in people]
    asked = [scope.condition.read_identity(PLUGINS.roles.grant(Identity("x", one))) for one in claims]
    who = [{"i": i, **{f"c{part}": value for part, value in enumerate(values)}} for i, values in enumerate(asked)]
    ids = [row[0] for row in await looker.connection.fetch(f"SELECT id FROM mobile.{table}")]
    common = scope.condition.bind_common(as_of)
    arguments = [*common, msgspec.json.encode(who).decode(), list(range(len(ids))), list(map(str, ids))]
    found: list[set[UUID]] = [set() for _ in people]
    for number, row in await looker.connection.fetch(scope.concern_sql(), *arguments):
        found[number].add(ids[row])
    return found


@pytest.mark.parametrize("seed", range(2))
async def test_many_people_are_given_the_same_as_each_of_them_alone(
    looker: Looker, engine: AsyncEngine, seed: int  # noqa: F811
) -> None:  # fmt: skip
    dice = await fill(engine, seed)
    people, given = dice.ids["colleagues"][:5], 0
    for as_of in (AS_OF, AS_OF - timedelta(days=40)):
        for table in WANTED:
            together = await has_together(looker, table, people, as_of)
            alone = [await looker.has(table, me, as_of, people) for me in people]
            assert together == alone, table
            given += sum(map(len, alone))
    assert given > 100
