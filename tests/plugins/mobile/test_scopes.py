"""Each scope gives what the company wants, on random rows: the oracle is plain SQL, written apart (wanted.py)."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tests.plugins.mobile.company import AS_OF, PLUGINS, REGISTRY, TABLES, Dice
from tests.plugins.mobile.wanted import WANTED, query

from twinbase import Identity
from twinbase_mobile.tables.office import ProjectMember, Sector
from twinbase_server.database.tables import create_server_tables, create_twin_tables
from twinbase_server.sql.scope import Condition, compile_condition

SEEDS = range(5)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The tables of `mobile`, empty; their foreign keys do not matter here, and rows go in in any order."""
    await create_twin_tables(database_url, REGISTRY)
    await create_server_tables(database_url, [Sector, ProjectMember])
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))
    yield engine
    await engine.dispose()


@cache
def compiled(table: str) -> Condition:
    return compile_condition(REGISTRY[table])


class Looker:
    """Asks both sides the same question."""

    def __init__(self, url: str, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.url, self.connection = url, connection

    async def has(self, table: str, me: UUID, as_of: Any, team: Sequence[UUID]) -> set[UUID]:
        """What the scope gives."""
        claims = {"colleague_id": str(me)} | ({"team": [str(one) for one in team]} if team else {})
        condition = compiled(table)
        bound = condition.bind(PLUGINS.roles.grant(Identity("x", claims)), as_of)
        rows = await self.connection.fetch(f"SELECT id FROM mobile.{table} WHERE {condition.sql}", *bound)
        return {row[0] for row in rows}

    async def wanted(self, table: str, me: UUID, as_of: Any, team: Sequence[UUID]) -> set[UUID]:
        return {row[0] for row in await self.connection.fetch(query(table), me, as_of, list(team))}


@pytest.fixture
async def looker(database_url: str, engine: AsyncEngine) -> AsyncIterator[Looker]:
    connection = await asyncpg.connect(database_url)
    yield Looker(database_url, connection)
    await connection.close()


def test_every_table_has_its_oracle() -> None:
    assert set(WANTED) == {twin.name for twin in REGISTRY}


async def fill(engine: AsyncEngine, seed: int) -> Dice:
    dice = Dice(seed)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        names = ", ".join(f"mobile.{table.name}" for table in TABLES)
        await connection.execute(text(f"TRUNCATE {names}, mobile.sectors, mobile.project_members"))
        await dice.fill(connection)
    return dice


async def reassign(engine: AsyncEngine, dice: Dice) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await dice.reassign(connection)


async def differences(looker: Looker, dice: Dice) -> list[str]:
    """Where the scope and the oracle do not agree, for two people at two times, one of them with a team."""
    found = []
    first, second, *_ = dice.ids["colleagues"]
    for me, as_of, team in ((first, AS_OF, []), (second, AS_OF - timedelta(hours=1), [first])):
        for table in WANTED:
            has, wanted = [await ask(table, me, as_of, team) for ask in (looker.has, looker.wanted)]
            if has != wanted:
                found.append(f"{table} {me}: too many {len(has - wanted)}, too few {len(wanted - has)}")
    return found


async def test_a_device_has_what_the_company_wants_before_and_after_rows_move(
    engine: AsyncEngine, looker: Looker
) -> None:
    for seed in SEEDS:
        dice = await fill(engine, seed)
        assert await differences(looker, dice) == [], seed
        await reassign(engine, dice)
        assert await differences(looker, dice) == [], seed


async def test_the_random_rows_leave_no_table_all_in_or_all_out(engine: AsyncEngine, looker: Looker) -> None:
    """Else the comparison above would show nothing."""
    dice = await fill(engine, 1)
    me = dice.ids["colleagues"][0]
    for table, condition in WANTED.items():
        has = await looker.has(table, me, AS_OF, [])
        everything = await looker.connection.fetchval(f"SELECT count(*) FROM mobile.{table}")
        assert has and (len(has) < everything or condition == "true"), table


CUSTOMERS = """
INSERT INTO mobile.customers (id, code, salesperson_id, is_person, state)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, n, $1, false, 'active'
FROM generate_series(1, 1300) n;
"""
SITES = """
INSERT INTO mobile.customer_sites (id, customer_id, lat, lon, is_main_delivery, is_main_invoicing)
SELECT gen_random_uuid(), id, 45 + n % 97 * 0.01, 4 + n % 89 * 0.01, false, false
FROM (SELECT id, code::int AS n FROM mobile.customers) c WHERE n % 10 > 0
"""
VISITS = """
INSERT INTO mobile.interventions
    (id, lead_id, customer_id, scheduled_start, status, priority, to_invoice, follow_up_needed)
SELECT gen_random_uuid(), $1, id, $2, 'planned', 'normal', false, false FROM mobile.customers
WHERE code::int % $3 = 0
"""


async def salesman(looker: Looker, every: int) -> UUID:
    """Somebody with 1,300 customers, of whom every so many is visited; a tenth of them nobody has located."""
    me = UUID(int=7)
    run = looker.connection.execute
    await run("INSERT INTO mobile.colleagues (id, code, state) VALUES ($1, 'A', 'active')", me)
    await run(CUSTOMERS.replace("$1", f"'{me}'"))
    await run(SITES)
    await run(VISITS, me, AS_OF, every)
    return me


async def test_of_too_many_customers_the_visited_and_the_nearest_stay(looker: Looker) -> None:
    me = await salesman(looker, every=100)
    has = await looker.has("customers", me, AS_OF, [])
    assert len(has) == 1000 and has == await looker.wanted("customers", me, AS_OF, [])
    visited = await looker.connection.fetch("SELECT customer_id FROM mobile.interventions")
    assert {row[0] for row in visited} <= has


async def test_customers_who_are_visited_are_never_capped_away(looker: Looker) -> None:
    me = await salesman(looker, every=1)
    has = await looker.has("customers", me, AS_OF, [])
    assert len(has) == 1300 and has == await looker.wanted("customers", me, AS_OF, [])


async def test_the_cap_gives_the_same_answer_again(looker: Looker) -> None:
    me = await salesman(looker, every=50)
    first = await looker.has("customers", me, AS_OF, [])
    await looker.connection.execute("UPDATE mobile.customer_sites SET label = 'moved in the heap'")
    assert await looker.has("customers", me, AS_OF, []) == first
