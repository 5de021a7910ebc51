"""The commands that pages show are run by the real command line on a real database, and what they do is compared."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.docs.page_blocks import ROOT, executes, find_blocks
from tests.docs.terminal import OpenTerminal, Terminal

from twinbase.testing.databases import Databases, database_name
from twinbase_server.embedded import EmbeddedPostgres
from twinbase_server.embedded.programs import find_programs

Ask = Callable[..., list[Any]]
YOURS, EMBEDDED, PSQL, OTHER_VERSION, DUMP, REMOVE = find_blocks("docs/how-to/postgresql.md", "bash")
(IN_A_PROGRAM,) = find_blocks("docs/how-to/postgresql.md", "python")
THROUGH_PGBOUNCER, UPGRADE, WORKER = find_blocks("docs/how-to/pgbouncer.md")
BLOCKS_WITH_URL = (YOURS, THROUGH_PGBOUNCER, UPGRADE, WORKER)
FROM_A_DATABASE = find_blocks("docs/how-to/mirror-a-table.md", "bash")
(OVER_TLS,) = find_blocks("docs/how-to/tls.md", "bash")
NEW_PLUGIN = find_blocks("docs/how-to/plugin.md", "console")[0]
VENDING = find_blocks("examples/vending/README.md")[1]


@pytest.fixture
def terminal(open_terminal: OpenTerminal, database_url: str) -> Terminal:
    """The databases of the pages are the test's."""
    named = re.findall(
        r"postgresql://\S+", "".join(block.text for block in (YOURS, UPGRADE, WORKER, THROUGH_PGBOUNCER))
    )
    return open_terminal(dict.fromkeys(named, database_url))


@executes(YOURS, THROUGH_PGBOUNCER, UPGRADE, REMOVE)
def test_the_own_database_is_found_upgraded_and_left_as_it_was(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, ask: Ask, database_url: str
) -> None:
    for block in (YOURS, THROUGH_PGBOUNCER):
        terminal.run(block)
        assert os.environ["TWINBASE_DATABASE_URL"] == database_url
    schemas = "SELECT nspname FROM pg_namespace ORDER BY 1"
    before = ask(schemas)
    terminal.run_line("twinbase db init")
    (upgraded,) = terminal.run(UPGRADE)
    assert upgraded.err.startswith("PostgreSQL ") and database_name(database_url) in upgraded.err
    assert ("twinbase",) in ask(schemas)
    terminal.run_line(f"{next(terminal.list_commands(REMOVE))} --yes")
    assert ask(schemas) == before


@executes(WORKER)
def test_the_worker_works_until_it_is_stopped(terminal: Terminal, database_url: str) -> None:
    terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
    terminal.run_line("twinbase db init")
    (command,) = terminal.list_commands(WORKER)
    terminal.start(command, until="Working on")


@executes(EMBEDDED, OTHER_VERSION)
def test_the_embedded_one_is_started_from_the_folder_that_is_named(open_terminal: OpenTerminal) -> None:
    folder = find_programs()
    terminal = open_terminal({"/usr/lib/postgresql/15/bin": str(folder)})
    terminal.run(EMBEDDED)
    terminal.run(OTHER_VERSION)
    assert find_programs() == Path(os.environ["TWINBASE_POSTGRES_BIN"]) == folder
    said = terminal.run_line("twinbase db init")
    assert str(terminal.folder / "data-home") in said.err


@executes(PSQL)
def test_psql_is_given_the_server_that_commands_use(tmp_path: Path, databases: Databases) -> None:
    psql = tmp_path / "psql"
    psql.write_text('#!/bin/sh\nprintf %s "$1" >address\n')
    psql.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "TWINBASE_DATABASE_URL": databases.admin_url}
    subprocess.run(["bash", "-ec", PSQL.take()], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "address").read_text() == databases.admin_url


@executes(IN_A_PROGRAM)
def test_a_program_gets_the_database_of_its_environment_and_one_of_its_own_that_survives_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, ask: Ask
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINBASE_DATABASE_URL", database_url)
    source = IN_A_PROGRAM.take().replace("    ...\n", "    asked.append(url)\n")
    source = re.sub(r"server\.(kill|start)\(\)", r"server.\1(); \1ed(server)", source)
    said: list[Any] = []

    def killed(server: EmbeddedPostgres) -> None:
        with pytest.raises(OSError):
            ask("SELECT 1", url=server.url)

    def started(server: EmbeddedPostgres) -> None:
        said.extend(ask("SHOW fsync", url=server.url))

    asked: list[str] = []
    exec(source, {"asked": asked, "killed": killed, "started": started})
    assert asked == [database_url] and said == [("on",)]


@executes(DUMP)
def test_a_part_of_a_captured_database_is_restored_elsewhere_without_an_error(
    open_terminal: OpenTerminal, databases: Databases, database_url: str, ask: Ask
) -> None:
    other = databases.create()
    terminal = open_terminal({" erp >": f' "{database_url}" >', "-d other": f'-d "{other}"'})
    terminal.run_line(f'export PATH="{find_programs()}:$PATH"')
    ask("CREATE SCHEMA sales")
    ask("CREATE TABLE sales.line AS SELECT n FROM generate_series(1, 3) n")
    ask("CREATE SCHEMA twinbase")
    ask("CREATE FUNCTION twinbase.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    ask("CREATE TRIGGER twinbase_capture_1 AFTER INSERT ON sales.line EXECUTE FUNCTION twinbase.f()")
    *_, restored = terminal.run(DUMP)
    assert restored.err == "" and ask("SELECT count(*) FROM sales.line", url=other) == [(3,)]
    databases.drop(other)


@executes(*FROM_A_DATABASE)
def test_a_plugin_is_written_from_the_schema_that_is_named(
    open_terminal: OpenTerminal, database_url: str, ask: Ask
) -> None:
    ask("CREATE SCHEMA sales")
    ask("CREATE TABLE sales.article (number int PRIMARY KEY, caption text)")
    ask("CREATE TABLE elsewhere (number int PRIMARY KEY)")
    terminal = open_terminal({"postgresql://reader:secret@db.example.com/erp": database_url})
    terminal.run(FROM_A_DATABASE[0])
    tables = (terminal.folder / "shop" / "shop" / "tables.py").read_text()
    assert "class Article(" in tables and "elsewhere" not in tables


@executes(VENDING)
def test_the_vending_machines_are_served(
    open_terminal: OpenTerminal, database_url: str, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = open_terminal({"=embedded ": f"={database_url} ", "twinbase serve": "twinbase serve --port 0"})
    installed = tmp_path / "twinbase_example_vending-0.1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: twinbase-example-vending\nVersion: 0.1.0\n")
    entries = "[twinbase]\nvending = vending\n[twinbase.commands]\nvending = vending.commands:command\n"
    (installed / "entry_points.txt").write_text(entries)
    folders = [str(tmp_path), str(ROOT / "examples" / "vending")]
    for folder in folders:
        monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")]))
    *commands, serve = terminal.list_commands(VENDING)
    for command in commands:
        terminal.run_line(command)
    assert ask("SELECT number, driver, lost FROM vending.badges") == [("7", "anna", False)]
    terminal.start(serve, until="running on")


@executes(OVER_TLS)
def test_the_server_takes_a_certificate_and_its_key(open_terminal: OpenTerminal, database_url: str) -> None:
    terminal = open_terminal({"8443": "0", ",field_notes": ""})
    (serve,) = terminal.list_commands(OVER_TLS)
    pem, key = re.findall(r"--(?:certificate|key) (\S+)", serve)
    made = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=erp -out {pem} -keyout {key}"
    )
    terminal.run_line(made)
    terminal.run_line(f"export TWINBASE_DATABASE_URL={database_url}")
    terminal.run_line("twinbase db init")
    terminal.start(serve, until="running on https://")


@executes(NEW_PLUGIN)
def test_a_new_plugin_is_made_with_the_sentence_of_the_page(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    (made,) = terminal.run(NEW_PLUGIN)
    shown = NEW_PLUGIN.text.splitlines()[1].removesuffix("…")
    assert made.out.startswith(shown) and (terminal.folder / "field-work" / "field_work" / "mirrors.py").is_file()
