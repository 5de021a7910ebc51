"""A company on the oracle's database: template once, then a fresh copy for every run."""

import json

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.oracle.models import SCHEMA
from tests.oracle.plugin import edition
from tests.oracle.rules import RULED, RULES_SQL, judge_sql
from tests.oracle.strange.tables import DOMAIN, WORLDS, draw
from tests.oracle.writers import CODES, PEOPLE, SECTORS

from twinbase_server.capture.install import install
from twinbase_server.projection.sources import tables_to_capture
from twinbase_server.setup import init_database

PASSWORD = "any"


def driver_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def email(person: str) -> str:
    return f"{person}@example.org"


async def prepare(url: str, now: object) -> None:
    """Make a database ready: tables with capture, people with accounts, a little content."""
    engine = create_async_engine(driver_url(url))
    async with engine.begin() as begun:
        await begun.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        await begun.run_sync(edition(1, 0).tables.metadata.create_all)
    await engine.dispose()
    connection = await asyncpg.connect(url)
    await connection.execute(DOMAIN)
    for world in range(WORLDS):
        await connection.execute(f'CREATE SCHEMA "odd {world}"')
        for strange in draw(world):
            for statement in strange.ddl():
                await connection.execute(statement)
    await init_database(url, edition(1, 0).plugins, now)  # type: ignore[arg-type]
    for world in range(1, WORLDS):
        await install(connection, await tables_to_capture(connection, edition(1, world).plugins))
    await connection.execute(RULES_SQL)
    for relation in RULED:
        if relation in edition(1, 0).plugins.registry:
            await connection.execute(judge_sql(relation))
    for person in PEOPLE:
        await connection.execute(
            "INSERT INTO twinbase.account (email, password_hash, claims) VALUES ($1, '', $2::jsonb)",
            email(person),
            json.dumps({"person": person}),
        )
    await connection.executemany(
        "INSERT INTO oracle.teams (id, name) VALUES ($1, 'first')", [(n,) for n in range(1, 4)]
    )
    await connection.executemany(
        "INSERT INTO oracle.stocks (code, quantity) VALUES ($1, 0)", [(code,) for code in CODES]
    )
    await connection.executemany(
        "INSERT INTO oracle.memberships VALUES ($1, $2)", list(zip(PEOPLE, SECTORS, strict=True))
    )
    await connection.close()
