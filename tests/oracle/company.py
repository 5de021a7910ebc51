"""A company on the oracle's database: template once, then a copy for every run, with strange tables of its own."""

import json

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.oracle.models import SCHEMA
from tests.oracle.plugin import edition
from tests.oracle.rules import RULED, RULES_SQL, judge_sql
from tests.oracle.strange.keys import CASELESS, TYPES, WITHOUT_ICU
from tests.oracle.strange.mirrors import ddl
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
        await begun.run_sync(edition(1, None).tables.metadata.create_all)
    await engine.dispose()
    connection = await asyncpg.connect(url)
    await _make_types(connection)
    await init_database(url, edition(1, None).plugins, now)  # type: ignore[arg-type]
    await connection.execute(RULES_SQL)
    for relation in RULED:
        if relation in edition(1, None).plugins.registry:
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


async def _make_types(connection: asyncpg.Connection) -> None:
    """What the columns of strange tables are made of."""
    for statement in TYPES:
        await connection.execute(statement)
    try:
        await connection.execute(CASELESS)
    except asyncpg.FeatureNotSupportedError:
        await connection.execute(WITHOUT_ICU)


async def make_world(url: str, world: int) -> None:
    """The strange tables of this world, with capture: as `twinbase db upgrade` does for a plugin with more mirrors."""
    connection = await asyncpg.connect(url)
    await connection.execute(";\n".join(ddl(world)))
    tables = await tables_to_capture(connection, edition(1, world).plugins)
    await install(connection, [table for table in tables if table.schema != SCHEMA])
    await connection.close()
