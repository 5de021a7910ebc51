"""The loader on all 319 tables of a small but whole EBP, through the command line and as a source."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from tests.plugins.ebp.loading.erp import MORNING, Erp

from twinbase.plugins import Plugins
from twinbase.source import Run
from twinbase.testing.databases import Databases
from twinbase_demo.erp import generate, mutate_office_day
from twinbase_ebp.loading.source import make_sources
from twinbase_ebp.settings import EbpSettings
from twinbase_server.cli import run

TODAY = MORNING.date()


@pytest.fixture(scope="module")
def whole_ebp(databases: Databases) -> Iterator[str]:
    url = databases.create()
    asyncio.run(_generated(url))
    yield url
    databases.drop(url)


async def _generated(url: str) -> None:
    await generate(url, scale=0.01, today=TODAY)


@pytest.fixture
def copied(databases: Databases, server_template: str, whole_ebp: str) -> Iterator[Erp]:
    """A whole EBP and a server that has not loaded it yet."""
    source, target = (databases.create(url.rsplit("/", 1)[1]) for url in (whole_ebp, server_template))
    erp = Erp(source, target, EbpSettings())
    yield erp
    erp.close()
    databases.drop(source)
    databases.drop(target)


async def test_a_whole_ebp_is_loaded_followed_and_proven(copied: Erp) -> None:
    first = await copied.load()
    assert (len(first.tables), len(first.tables_of("skipped")), first.sound) == (319, 59, True)
    again = await copied.load()
    assert again.sum("changed") == 0
    connection = await asyncpg.connect(copied.source_url)
    day = await mutate_office_day(connection, seed=3, changes=200, today=TODAY)
    await connection.close()
    copied.later(hours=12)
    assert (await copied.load()).sum("changed") > day.total / 2
    assert copied.differences() == []


def test_the_command_line_loads_verifies_repairs_and_tells(copied: Erp, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--database-url", copied.target_url, "--plugins", "ebp", "--json"]
    there = ["--source-url", copied.source_url, *where]
    assert answered(capsys, "load", *there)["inserted"] > 5000
    assert answered(capsys, "verify", *there)["same"]
    copied.copy('UPDATE public."Customer" SET "Name" = \'x\' WHERE "Id" = (SELECT min("Id") FROM public."Customer")')
    assert not answered(capsys, "verify", "Customer", *there, status=1)["same"]
    assert answered(capsys, "repair", "Customer", *there)["load"]["updated"] == 1
    status = answered(capsys, "status", *where)
    assert (status["sound"], status["tables"], len(status["runs"])) == (True, 260, 2)


def test_people_are_told_in_words(copied: Erp, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--database-url", copied.target_url, "--plugins", "ebp"]
    there = ["--source-url", copied.source_url, *where]
    assert run(["ebp", "load", "--table", "Customer", *there]) == 0
    copied.ebp('DELETE FROM "Customer"')
    assert run(["ebp", "load", "--table", "Customer", *there]) == 1
    assert "They are kept." in capsys.readouterr().out
    assert run(["ebp", "status", *where]) == 1
    assert "--confirm-deletes Customer" in capsys.readouterr().out
    assert run(["ebp", "verify", "Customer", *there]) == 1
    assert "rows differ" in capsys.readouterr().out


def test_a_database_without_our_tables_says_what_to_run(
    database_url: str, whole_ebp: str, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--source-url", whole_ebp, "--database-url", database_url, "--plugins", "ebp"]
    assert run(["ebp", "load", *there]) == 1
    assert "twinbase db init" in capsys.readouterr().err


async def test_a_worker_loads_when_the_settings_say_where_ebp_is(copied: Erp) -> None:
    assert list(make_sources(EbpSettings())) == []
    (source,) = make_sources(EbpSettings(source_url=copied.source_url))
    told: list[tuple[str, int, int | None]] = []
    figures = await source.run(Run(copied.target_url, MORNING, lambda *what: told.append(what)))
    assert (source.name, figures["tables"]["failed"]) == ("ebp", 0)
    assert told[-1] == ("tables", 257, 257)
    assert "ebp" not in Plugins("ebp").collect_sources()


def answered(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> Any:
    assert run(["ebp", *arguments]) == status
    return json.loads(capsys.readouterr().out)
