"""A database's URL is read once, as libpq reads it, and means the same to every driver."""

from collections.abc import Callable
from urllib.parse import urlsplit

import asyncpg
import psycopg
import pytest
from sqlalchemy import text

from twinbase_server.cli import run
from twinbase_server.database.address import DatabaseAddress, WrongDatabaseUrl, describe_address, read_address
from twinbase_server.database.connection import connect, open_engine, open_pool

FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda url: url,
    "postgres": lambda url: url.replace("postgresql://", "postgres://"),
    "of SQLAlchemy": lambda url: url.replace("postgresql://", "postgresql+asyncpg://") + "?ssl=disable",
    "sslmode": lambda url: f"{url}?sslmode=prefer",
    "connect_timeout": lambda url: f"{url}?connect_timeout=10",
    "application_name": lambda url: f"{url}?application_name=the%20office",
    "options": lambda url: f"{url}?options=-c%20statement_timeout%3D60000",
    "several hosts, the first one dead": lambda url: url.replace("@", "@127.0.0.1:1,", 1),
    "keepalives": lambda url: f"{url}?keepalives=1&keepalives_idle=20&client_encoding=utf8&channel_binding=prefer",
    "all in the query": lambda url: _in_query(url),
}


def _in_query(url: str) -> str:
    at = urlsplit(url)
    return f"postgresql:///?host={at.hostname}&port={at.port}&user={at.username}&password={at.password}&dbname={at.path[1:]}"


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_reaches_the_same_database_by_every_driver(form: str, database_url: str) -> None:
    url, name = FORMS[form](database_url), urlsplit(database_url).path[1:]
    connection = await connect(url)
    assert await connection.fetchval("SELECT current_database()") == name
    await connection.close()
    async with open_pool(url, min_size=1, max_size=1) as pool:
        assert await pool.fetchval("SELECT current_database()") == name
    async with open_engine(url) as engine, engine.connect() as line:
        assert await line.scalar(text("SELECT current_database()")) == name
    # What plugins get (`run.database_url`) is for whichever driver they have.
    plugins = read_address(url).url
    theirs = await asyncpg.connect(plugins)
    assert await theirs.fetchval("SELECT current_database()") == name
    await theirs.close()
    with psycopg.connect(plugins) as libpq:
        assert libpq.execute("SELECT current_database()").fetchone() == (name,)


@pytest.mark.parametrize("form", ["sslmode", "connect_timeout", "several hosts, the first one dead", "options"])
def test_every_command_takes_every_form(form: str, database_url: str) -> None:
    url = FORMS[form](database_url)
    for arguments in (("db", "init"), ("db", "status"), ("project",), ("source", "status"), ("delivery", "list")):
        assert run([*arguments, "--plugins", "accounts", "--database-url", url] if arguments[0] != "delivery" else
                   [*arguments, "--database-url", url]) == 0  # fmt: skip


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgresql://u:p%40ss@h/db", DatabaseAddress("u", "p@ss", "h", "db")),
        ("postgresql://u:p@ss@h/db", DatabaseAddress("u", "p@ss", "h", "db")),
        ("postgresql://u@[::1]:5433/my%20db", DatabaseAddress("u", "", "[::1]:5433", "my db")),
        ("postgresql:///erp?host=/var/run/pg", DatabaseAddress("", "", "", "erp", (("host", "/var/run/pg"),))),
        ("postgresql://%2Fvar%2Frun/erp", DatabaseAddress("", "", "%2Fvar%2Frun", "erp")),
        ("postgresql://a:1,b:2/d?connect_timeout=3", DatabaseAddress("", "", "a:1,b:2", "d", (), 3.0)),
        ("postgresql://h/d?options=-c%20a=b+c", DatabaseAddress("", "", "h", "d", (("options", "-c a=b+c"),))),
        ("postgresql://h/d?application_name=x@y", DatabaseAddress("", "", "h", "d", (("application_name", "x@y"),))),
    ],
)
def test_what_is_written_is_read_and_written_again_alike(written: str, read: DatabaseAddress) -> None:
    assert read_address(written) == read
    again = read_address(read.url)
    assert (again.user, again.password, again.hosts, again.database, again.parameters) == (
        read.user, read.password, read.hosts, read.database, read.parameters,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("postgresql://u:secret/1@h/db", "%2F"),
        ("postgresql://u:secret@h:99999/db", "no port"),
        ("postgresql://u:secret@[::1/db", "host"),
        ("postgresql://u:secret@h/db?channel_binding=require", "channel_binding=require"),
        ("postgresql://u:secret@h/db?connect_timeout=soon", "no number"),
        ("jdbc:postgresql://u:secret@h/db", "jdbc:postgresql://"),
    ],
)
def test_what_cannot_be_read_is_said_without_the_password(written: str, said: str) -> None:
    with pytest.raises(WrongDatabaseUrl) as refused:
        read_address(written)
    assert said in str(refused.value) and "secret" not in str(refused.value)


def test_people_are_told_where_it_is_and_never_the_password() -> None:
    for written, told in (
        ("postgresql://u:secret@h:5433/db", "database db on h:5433"),
        ("postgresql://%2Ftmp/erp", "database erp on /tmp"),
        ("postgresql:///erp?host=/tmp&password=secret", "database erp on /tmp"),
        ("postgresql:///", "database office on db.example.org"),
    ):
        environment = {"PGHOST": "db.example.org", "PGDATABASE": "office"}
        assert describe_address(read_address(written), environment) == told
