"""Every command says which PostgreSQL it uses, and stops with one sentence where that one cannot be used."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cli.conftest import PLUGINS, Company
from tests.cli.said import Said, Twinbase

from twinbase.testing.databases import Databases
from twinbase_server.database.facts import newest_migration
from twinbase_server.database.migrations import read_migration_status

ROW = "units/00000000-0000-7000-8000-00000000000a"
NOWHERE = "postgresql://nobody:geheim@127.0.0.1:1/nothing"
OVER_THE_DATABASE = (
    ("serve", "--port", "0"),
    ("worker",),
    ("user", "add", "a@example.org", "--password", "three old trains"),
    ("user", "invite", "a@example.org"),
    ("user", "list"),
    ("key", "list"),
    ("key", "rotate", "token"),
    ("project",),
    ("source", "status"),
    ("delivery", "list"),
    ("explain", ROW, "--for", "a@example.org", "--plugins", PLUGINS),
    ("ebp", "check", "--plugins", "mobile,ebp"),
    ("ninjaone", "status", "--plugins", "mobile,ninjaone"),
)
SETTING_UP = (("db", "init"), ("db", "upgrade"), ("db", "status"), ("db", "remove", "--yes"))


def error(said: Said) -> str:
    """The one line that says what went wrong; besides it only which PostgreSQL was found."""
    *before, last = said.err.splitlines()
    assert all(line.startswith("PostgreSQL ") for line in before) and len(before) <= 1, said
    assert last.startswith("error ") and said.out == "", said
    return last


@pytest.fixture(scope="module")
def bare(databases: Databases) -> Iterator[str]:
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.mark.parametrize("arguments", OVER_THE_DATABASE, ids=" ".join)
def test_a_database_that_is_not_set_up_is_one_sentence(
    twinbase: Twinbase, bare: str, arguments: tuple[str, ...]
) -> None:
    said = twinbase(*arguments, "--database-url", bare)
    assert said.status == 1 and "run `twinbase db init`" in error(said)


def test_the_state_of_a_database_that_is_not_set_up_says_how_it_becomes_so(twinbase: Twinbase, bare: str) -> None:
    said = twinbase("db", "status", "--database-url", bare)
    assert said.status == 1 and "✗ It is not set up: run `twinbase db init`." in said.out and "✓" not in said.out


@pytest.mark.parametrize("arguments", (*OVER_THE_DATABASE, *SETTING_UP), ids=" ".join)
def test_no_connection_is_one_sentence_and_never_the_password(twinbase: Twinbase, arguments: tuple[str, ...]) -> None:
    said = twinbase(*arguments, "--database-url", NOWHERE)
    assert said.status == 1 and "no connection to database nothing on 127.0.0.1:1: Connection refused" in error(said)
    assert "geheim" not in said.err


@pytest.mark.parametrize("arguments", (*OVER_THE_DATABASE, *SETTING_UP), ids=" ".join)
def test_without_a_url_nothing_is_started_by_itself(twinbase: Twinbase, arguments: tuple[str, ...]) -> None:
    said = twinbase(*arguments)
    assert said.status == 1 and "No PostgreSQL is named" in error(said)


def test_the_database_in_use_is_said_and_its_password_is_not(twinbase: Twinbase, company: Company) -> None:
    parts = urlsplit(company.url)
    said = twinbase("db", "status", "--plugins", PLUGINS, "--json", TWINBASE_DATABASE_URL=company.url)
    assert said.json["sound"]
    (line,) = said.err.splitlines()
    assert line.endswith(f"database {parts.path[1:]} on {parts.hostname}:{parts.port}, as {parts.username}")
    assert parts.password and parts.password not in said.err


def test_a_database_that_does_not_exist_is_named(twinbase: Twinbase, company: Company) -> None:
    said = twinbase("db", "status", "--database-url", urlsplit(company.url)._replace(path="/gone").geturl())
    assert said.status == 1 and 'database "gone" does not exist' in error(said)


@pytest.mark.parametrize("written", ["erp", "host=db dbname=erp", "mysql://a:geheim@b/c", "a:geheim@b/c"])
def test_what_is_no_url_is_said_without_its_password(twinbase: Twinbase, written: str) -> None:
    said = twinbase("db", "status", "--database-url", written)
    assert said.status == 1 and "Write postgresql://" in error(said) and "geheim" not in said.err


@pytest.mark.parametrize("written", ["mysql://a:geheim@b/c", NOWHERE, "postgresql://a:geheim@h:99999/c"])
def test_a_url_that_leads_nowhere_is_said_with_the_setting_that_holds_it(twinbase: Twinbase, written: str) -> None:
    by_option = ("db", "status", "--database-url", written)
    for arguments, environment, setting in (
        (by_option, {}, "--database-url"),
        (by_option, {"TWINBASE_DATABASE_URL": "postgresql://another"}, "--database-url"),
        (("db", "status"), {"TWINBASE_DATABASE_URL": written}, "TWINBASE_DATABASE_URL"),
        (("plugin", "new", "shop", "--from", written), {}, "--from"),
    ):
        said = twinbase(*arguments, **environment)
        assert said.status == 1 and f"It is named by {setting}." in error(said) and "geheim" not in said.err


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("TWINBASE_DATABSE_URL", "TWINBASE_DATABASE_URL"),
        ("TWINBASE_PLUGIN", "TWINBASE_PLUGINS"),
        ("TWINBASE_POOL_MAXIMUM", "TWINBASE_POOL_MAX"),
        ("TWINBASE_PASWORD", "TWINBASE_PASSWORD"),
    ],
)
def test_a_mistyped_variable_stops_every_command_with_the_name_that_is_near(
    twinbase: Twinbase, company: Company, mistyped: str, meant: str
) -> None:
    for arguments in (("db", "status"), ("delivery", "list"), ("file", "status", "nowhere.twin")):
        said = twinbase(*arguments, **{mistyped: company.url, "TWINBASE_DATABASE_URL": company.url})
        assert said.status == 1 and f"{mistyped}: is {meant} meant?" in error(said)


def test_a_mistyped_setting_of_an_active_plugin_is_found_too(twinbase: Twinbase, company: Company) -> None:
    environment = {"TWINBASE_EBP_TIMEZONE": "Europe/Paris", "TWINBASE_DATABASE_URL": company.url}
    said = twinbase("project", "--plugins", "accounts,mobile,ebp", **environment)
    assert said.status == 1 and "TWINBASE_EBP_TIMEZONE: is TWINBASE_EBP_TIME_ZONE meant?" in error(said)
    assert twinbase("project", "--plugins", PLUGINS, **environment).status == 0


def test_help_is_given_whatever_is_set(twinbase: Twinbase) -> None:
    assert twinbase("db", "--help", TWINBASE_NONSENSE="1").status == 0


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("TWINBASE_POOL_MAX", "many geheim", "should be a valid integer"),
        ("TWINBASE_COMPRESSION_LEVEL", "20", "less than or equal to 19"),
        ("TWINBASE_EBP_KINDS", "geheim", "no JSON"),
        ("TWINBASE_EBP_WEEK_BEGINS", "geheim", "'monday' or 'sunday'"),
    ],
)
def test_a_bad_setting_is_one_sentence_that_names_it(
    twinbase: Twinbase, company: Company, name: str, value: str, fault: str
) -> None:
    for command in (("serve", "--port", "0"), ("worker",)):
        arguments = (*command, "--plugins", "accounts,mobile,ebp", "--database-url", company.url)
        said = twinbase(*arguments, **{name: value})
        assert said.status == 1 and name in error(said) and fault in said.err and "geheim" not in said.err


async def test_the_newest_migration_is_that_of_alembic(database_url: str) -> None:
    assert (await read_migration_status(database_url)).head == newest_migration()


def test_a_schema_of_yesterday_asks_for_the_upgrade(twinbase: Twinbase, databases: Databases) -> None:
    url = databases.create()
    assert twinbase("db", "init", "--database-url", url).status == 0
    Company(url, 0).sql("UPDATE twinbase.alembic_version SET version_num = '0001'")
    assert "run `twinbase db upgrade`" in error(twinbase("delivery", "list", "--database-url", url))
    databases.drop(url)


def test_transactions_that_are_read_only_by_default_are_said(twinbase: Twinbase, company: Company) -> None:
    url = f"{company.url}?options=-c%20default_transaction_read_only%3Don"
    said = twinbase("project", "--database-url", url)
    assert said.status == 1 and "default_transaction_read_only" in error(said)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the embedded one is tried where it always works")
def test_the_embedded_one_is_used_when_it_is_asked_for(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TWINBASE_DATABASE_URL"}
    done = subprocess.run(
        [Path(sys.executable).with_name("twinbase"), "db", "init"],
        env=environment | {"XDG_DATA_HOME": str(tmp_path), "TWINBASE_DATABASE_URL": "embedded"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.splitlines()[0].split(": ")[1]) == (
        0,
        f"embedded, in {tmp_path}/twinbase/postgres, as postgres",
    )
