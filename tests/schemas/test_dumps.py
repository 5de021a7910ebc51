"""The customer's dumps are what they were, his restores work, and what is taken off leaves nothing of itself."""

import asyncio
import re
from pathlib import Path

import pytest
from tests.cli.conftest import blocking
from tests.schemas.clients import Clients, find_clients
from tests.schemas.ground import Ground, read_rows
from tests.schemas.programs import PROGRAMS, read_contents, run_programs
from tests.schemas.test_values import check_values

from twinbase.testing import World

OURS = re.compile(r"(?m)^(CREATE TRIGGER twinbase_capture_|ALTER TABLE .* ENABLE ALWAYS TRIGGER twinbase_capture_).*\n")
THEIRS = ("--schema-only", "--exclude-schema=twinbase")


@pytest.fixture(scope="module")
def clients(ground: Ground) -> Clients:
    return find_clients(ground.plain)


def objects(dump: str) -> list[str]:
    """The statements of a dump, without its comments and empty lines."""
    return [line for line in dump.splitlines() if line and not line.startswith("--")]


def test_only_triggers_are_added_and_none_stays(ground: Ground, clients: Clients, url: str) -> None:
    before = clients.dump(ground.plain, *THEIRS)
    during = clients.dump(url, *THEIRS)
    assert "twinbase_capture_" in during and objects(OURS.sub("", during)) == objects(before)
    assert ground.command("db", "remove", "--yes", url=url) == 0
    assert clients.dump(url, *THEIRS) == before
    (left,) = blocking(read_rows(url, _LEFT))
    assert tuple(left) == (0, 0, 0)


def test_after_the_removal_of_everything_the_whole_database_is_what_it_was(
    ground: Ground, clients: Clients, url: str
) -> None:
    assert ground.command("db", "remove", "--everything", "--yes", url=url) == 0
    assert clients.dump(url, "--schema-only") == clients.dump(ground.plain, "--schema-only")
    assert blocking(read_contents(url, ground.schemas)) == blocking(read_contents(ground.plain, ground.schemas))
    assert ground.command("db", "init", url=url) == 0, "and it can be set up again"


def test_a_whole_dump_is_restored_with_capture_and_sync_goes_on(
    ground: Ground, clients: Clients, url: str, tmp_path: Path
) -> None:
    other, file = ground.empty(), tmp_path / "whole.dump"
    clients.dump(url, "--format=custom", f"--file={file}")

    async def story() -> None:
        async with World.open(url, ground.plugins, tmp_path, prepared=True) as world:
            anna = await world.device("anna")
            assert (await anna.sync()).is_proven
            # The account too came after the dump; the restored office knows neither.
        assert clients.restore(other, "--no-owner", str(file)) == []
        await run_programs(other, PROGRAMS[ground.name])
        # In a restored database every table has another number.
        assert await asyncio.to_thread(ground.command, "db", "upgrade", url=other) == 0
        async with World.open(other, ground.plugins, tmp_path, prepared=True) as world:
            anna = await world.device("anna")
            assert (await anna.sync()).is_proven
            await check_values(other, ground, anna)
            await run_programs(other, PROGRAMS[ground.name])
            report = await anna.sync()
            assert report.is_proven and report.repaired == 0
            await check_values(other, ground, anna)

    blocking(story())


def test_a_dump_of_a_part_is_restored_without_capture_by_what_the_docs_say(
    ground: Ground, clients: Clients, url: str, tmp_path: Path
) -> None:
    other, file, wanted = ground.empty(), tmp_path / "part.dump", tmp_path / "wanted.list"
    part = [f"--schema={schema}" for schema in ground.schemas]
    clients.dump(url, "--format=custom", f"--file={file}", *part)
    lines = [line for line in clients.list_dump(file) if not re.search(" TRIGGER .* twinbase_capture_", line)]
    wanted.write_text("\n".join(lines))
    assert [error for error in clients.restore(other, "-L", str(wanted), str(file)) if "public" not in error] == []
    check_programs(ground, clients, other)


def test_a_dump_of_tables_is_restored_by_what_the_status_says(
    ground: Ground, clients: Clients, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    ground.command("db", "status", url=url)
    said = re.search("grep -v '(.*)'", capsys.readouterr().out.replace("\n", " "))
    assert said, "what to pass is said"
    part = [f"--table={schema}.*" for schema in ground.schemas]
    plain, file, wanted = tmp_path / "plain.dump", tmp_path / "tables.dump", tmp_path / "wanted.list"
    clients.dump(ground.plain, "--format=custom", f"--file={plain}", *part)
    clients.dump(url, "--format=custom", f"--file={file}", *part)
    lines = clients.list_dump(file)
    assert [line for line in lines if re.search(said[1], line)]
    wanted.write_text("\n".join(line for line in lines if not re.search(said[1], line)))
    places = "".join(f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in ground.schemas)
    original, other = ground.empty(), ground.empty()
    for place in (original, other):
        clients.feed(place, places)
    # Without its types and functions not every table can be made, with and without Twinbase.
    assert clients.restore(other, "-L", str(wanted), str(file)) == clients.restore(original, str(plain))
    assert blocking(read_contents(other, ground.schemas)) == blocking(read_contents(original, ground.schemas)) != {}


def test_a_dump_of_a_part_as_sql_works_in_spite_of_its_errors(ground: Ground, clients: Clients, url: str) -> None:
    other = ground.empty()
    errors = clients.feed(other, clients.dump(url, *[f"--schema={schema}" for schema in ground.schemas]))
    assert errors and not [one for one in errors if "twinbase" not in one and 'schema "public"' not in one]
    check_programs(ground, clients, other)


def check_programs(ground: Ground, clients: Clients, url: str) -> None:
    """What was restored works as what is restored of a database without Twinbase."""
    original, programs = ground.empty(), PROGRAMS[ground.name]
    clients.feed(original, clients.dump(ground.plain, *[f"--schema={schema}" for schema in ground.schemas]))
    assert blocking(run_programs(url, programs)) == blocking(run_programs(original, programs))
    assert blocking(read_contents(url, ground.schemas)) == blocking(read_contents(original, ground.schemas))


_LEFT = """
SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%twinbase%'),
    (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE (p.proname LIKE '%twinbase%' OR p.prosrc LIKE '%twinbase%') AND n.nspname <> 'twinbase'),
    (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'twinbase' AND (starts_with(c.relname, 'v_') OR starts_with(c.relname, 'stash_')))
"""
