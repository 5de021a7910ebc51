"""A company on the oracle's database: template once, then a fresh copy for every run."""

import json

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.oracle.models import SCHEMA, TABLES, Company
from tests.oracle.office import CODES, PEOPLE, SECTORS

from twinbase import Plugins
from twinbase_server.database import init_database

PASSWORD = "any"


def company_plugins() -> Plugins:
    return Plugins(Company())


def driver_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def email(person: str) -> str:
    return f"{person}@example.org"


async def prepare(url: str, now: object) -> None:
    """Make a database ready: tables with capture, people with accounts, a little content."""
    engine = create_async_engine(driver_url(url))
    metadata = TABLES[0].metadata
    tables = [model.__table__ for model in TABLES]  # type: ignore[union-attr]
    async with engine.begin() as begun:
        await begun.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        await begun.run_sync(metadata.create_all, tables=tables)
    await engine.dispose()
    await init_database(url, company_plugins(), now)  # type: ignore[arg-type]
    connection = await asyncpg.connect(url)
    for person in PEOPLE:
        await connection.execute(
            "INSERT INTO twinbase.account (email, password_hash, claims) VALUES ($1, '', $2::jsonb)",
            email(person), json.dumps({"person": person}),
        )  # fmt: skip
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
