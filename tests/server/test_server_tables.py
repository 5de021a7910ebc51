"""Tables that a plugin keeps on the server: made when a database is set up, completed when the class has grown."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from itertools import count
from types import new_class
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Column, DateTime, MetaData, String, text
from sqlmodel import Field, SQLModel

from twinbase import Plugins, hookimpl
from twinbase.errors import DeclarationError
from twinbase_server.database.tables import ColumnMissing
from twinbase_server.setup import init_database

Connection = Any


SINCE = datetime(2030, 5, 1, 12, tzinfo=UTC)
_versions = count()


def machine(**columns: Any) -> type[SQLModel]:
    """The class of a plugin's table, in one of its versions."""
    fields: dict[str, Any] = {"id": (UUID, Field(primary_key=True)), "place": (str, Field()), **columns}
    body = {
        "__module__": __name__,
        "__tablename__": "machine",
        "__table_args__": {"schema": "vending"},
        "metadata": MetaData(),
        "__annotations__": {name: annotation for name, (annotation, _) in fields.items()},
        **{name: field for name, (_, field) in fields.items()},
    }
    return new_class(f"Machine{next(_versions)}", (SQLModel,), {"table": True}, lambda place: place.update(body))


async def set_up(url: str, *models: Any) -> None:
    class Brings:
        @hookimpl
        def twinbase_tables(self) -> Iterable[type[SQLModel]]:
            return models

    await init_database(url, Plugins(Brings()), datetime.now(UTC))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def rows(database: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in await database.fetch("SELECT * FROM vending.machine ORDER BY place")]


async def test_schema_and_table_are_made_and_setting_up_again_changes_nothing(
    database_url: str, database: Connection
) -> None:
    await set_up(database_url, machine())
    await database.execute("INSERT INTO vending.machine VALUES (gen_random_uuid(), 'hall')")
    before = await rows(database)
    await set_up(database_url, machine())
    assert await rows(database) == before


async def test_new_columns_and_indexes_reach_a_table_with_rows(database_url: str, database: Connection) -> None:
    await set_up(database_url, machine())
    await database.execute("INSERT INTO vending.machine VALUES (gen_random_uuid(), 'hall')")
    grown = machine(
        note=(str | None, Field(default=None)),
        seen=(str, Field(sa_column=Column(String, nullable=False, server_default=text("'never'"), index=True))),
        fill=(int, Field(default=7)),
        it_s=(str, Field(default="it's")),
        since=(datetime, Field(default=SINCE, sa_type=DateTime(timezone=True))),
    )
    await set_up(database_url, grown)
    (row,) = await rows(database)
    assert {**row, "id": 0} == {
        "id": 0,
        "place": "hall",
        "note": None,
        "seen": "never",
        "fill": 7,
        "it_s": "it's",
        "since": SINCE,
    }
    indexed = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'vending' AND indexdef LIKE '%(seen)%'"
    assert await database.fetchval(indexed) == 1
    with pytest.raises(asyncpg.NotNullViolationError):
        await database.execute("INSERT INTO vending.machine (id, place) VALUES (gen_random_uuid(), 'yard')")


async def test_a_column_that_nothing_can_fill_is_refused_in_one_sentence_and_nothing_is_changed(
    database_url: str, database: Connection
) -> None:
    await set_up(database_url, machine())
    await database.execute("INSERT INTO vending.machine VALUES (gen_random_uuid(), 'hall')")
    with pytest.raises(ColumnMissing, match=r"vending\.machine has rows and no column 'owner'.*add it by hand"):
        await set_up(database_url, machine(note=(str | None, Field(default=None)), owner=(str, Field())))
    assert set((await rows(database))[0]) == {"id", "place"}


async def test_the_same_column_is_added_while_the_table_is_empty(database_url: str, database: Connection) -> None:
    await set_up(database_url, machine())
    await set_up(database_url, machine(owner=(str, Field())))
    await database.execute("INSERT INTO vending.machine VALUES (gen_random_uuid(), 'hall', 'anna')")


async def test_a_column_that_the_class_has_lost_stays_with_its_values(database_url: str, database: Connection) -> None:
    await set_up(database_url, machine(note=(str | None, Field(default=None))))
    await database.execute("INSERT INTO vending.machine VALUES (gen_random_uuid(), 'hall', 'kept')")
    await set_up(database_url, machine())
    assert (await rows(database))[0]["note"] == "kept"


async def test_two_tables_of_one_name_and_tables_of_the_engine_are_refused(database_url: str) -> None:
    with pytest.raises(DeclarationError, match=r"is table vending\.machine already"):
        await set_up(database_url, machine(), machine())

    class Ledger(SQLModel, table=True):
        __table_args__ = {"schema": "twinbase"}
        id: int = Field(primary_key=True)

    with pytest.raises(DeclarationError, match="the engine's"):
        await set_up(database_url, Ledger)
    with pytest.raises(DeclarationError, match="which is no class with table=True"):
        await set_up(database_url, int)
