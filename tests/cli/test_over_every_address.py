"""A database is set up, served and synced over whatever its URL says of the way: a socket, options, several hosts."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlmodel import Field, SQLModel
from tests.cli.conftest import EMAIL, PASSWORD, PLUGINS, blocking, execute, served
from tests.cli.said import Twinbase

from twinbase import Mirror, Plugins, hookimpl
from twinbase.plugins import load_plugins
from twinbase.replica import Replica
from twinbase.testing import World
from twinbase_server.database.address import read_address
from twinbase_server.embedded.programs import find_programs, prepare

SUPERUSER, PORT = "office", 5432


class Note(SQLModel, table=True):
    """Its class names no schema: it is a table of `public`, whatever the search path."""

    __tablename__ = "line_notes"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    text: str = ""


class Notes:
    @hookimpl
    def twinbase_mirrors(self) -> list[Mirror]:
        return [Mirror(Note, direction="both")]


@pytest.fixture(scope="module")
def socket() -> Iterator[Path]:
    """The folder of the socket of a PostgreSQL that listens on nothing else. Its path is short, as it must be."""
    home = Path(tempfile.mkdtemp(prefix="socket", dir="/tmp"))
    programs = prepare(find_programs(), home)
    programs.give_files(home)
    files = home / "cluster"
    programs.run("initdb", "-D", files, f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--locale=C",
                 "--no-sync")  # fmt: skip
    options = f"-c listen_addresses= -c port={PORT} -c unix_socket_directories={home} -c fsync=off"
    programs.run("pg_ctl", "start", "-w", "-D", files, "-l", home / "log", "-o", options)
    yield home
    programs.run("pg_ctl", "stop", "-m", "immediate", "-D", files)
    rmtree(home)


OVER_TCP: dict[str, Callable[[str], str]] = {
    "no encryption": lambda url: f"{url}?sslmode=disable",
    "a search path": lambda url: f"{url}?options=-c%20search_path%3Delsewhere",
    "an empty search path": lambda url: f"{url}?options=-c%20search_path%3D%22%22",
    "a name": lambda url: f"{url}?application_name=the%20office",
    "a limit": lambda url: f"{url}?connect_timeout=20",
    "the first host is dead": lambda url: url.replace("@", "@127.0.0.1:1,", 1),
    "the one of several that takes writes": lambda url: (
        url.replace("@", "@127.0.0.1:1,", 1) + "?target_session_attrs=read-write&connect_timeout=20"
    ),
}
OVER_SOCKET: dict[str, Callable[[Path, str], str]] = {
    "its folder in the query": lambda folder, name: f"postgresql://{SUPERUSER}@/{name}?host={folder}",
    "its folder as the host": lambda folder, name: f"postgresql://{SUPERUSER}@{str(folder).replace('/', '%2F')}/{name}",
    "all in the query": lambda folder, name: f"postgresql:///?host={folder}&port={PORT}&user={SUPERUSER}&dbname={name}",
}


def set_up(twinbase: Twinbase, url: str) -> None:
    """And said to be in order, over the same address."""
    at = ("--plugins", PLUGINS, "--database-url", url)
    assert twinbase("db", "init", "--create-tables", *at).status == 0
    said = twinbase("db", "status", "--json", *at)
    assert said.status == 0 and said.json["sound"]


async def sync_two_devices(url: str, folder: Path) -> None:
    """What one types the other has, proven, and PostgreSQL too."""
    async with World.open(url, Plugins("accounts", Notes()), folder) as world:
        await world.account("anna")
        first, second = await world.device("anna"), await world.device("anna's tablet", account="anna")
        await first.save(Note(text="typed over this address"))
        assert (await first.sync()).is_proven and (await second.sync()).is_proven
        assert [note.text for note in await second.all(Note)] == ["typed over this address"]
        assert await world.sql("SELECT text FROM public.line_notes") == [("typed over this address",)]


@pytest.mark.parametrize("way", OVER_TCP)
def test_over_the_network(way: str, database_url: str, twinbase: Twinbase, tmp_path: Path) -> None:
    blocking(execute(database_url, "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.line_notes (id int)"))
    url = OVER_TCP[way](database_url)
    set_up(twinbase, url)
    blocking(sync_two_devices(url, tmp_path))


def make_database(folder: Path) -> str:
    """The name of a new one behind the socket."""
    name = f"at_{uuid4().hex}"
    blocking(execute(OVER_SOCKET["its folder in the query"](folder, "postgres"), f"CREATE DATABASE {name}"))
    return name


@pytest.mark.parametrize("way", OVER_SOCKET)
def test_over_a_socket(way: str, socket: Path, twinbase: Twinbase, tmp_path: Path) -> None:
    url = OVER_SOCKET[way](socket, make_database(socket))
    set_up(twinbase, url)
    blocking(sync_two_devices(url, tmp_path))


def test_a_server_of_its_own_process_serves_what_is_behind_a_socket(
    socket: Path, twinbase: Twinbase, tmp_path: Path
) -> None:
    url = OVER_SOCKET["its folder in the query"](socket, make_database(socket)) + "&application_name=the%20server"
    set_up(twinbase, url)
    signing_in = (EMAIL, "--password", PASSWORD, "--claim", f"colleague_id={uuid4()}")
    assert twinbase("account", "add", *signing_in, "--database-url", url).status == 0
    with served(url) as port:
        assert "the server" in blocking(sync_and_list_connections(url, port, tmp_path))


async def sync_and_list_connections(url: str, port: int, folder: Path) -> set[str]:
    """A device signs in and syncs, proven; the names of all who are connected then."""
    plugins, server = load_plugins(tuple(PLUGINS.split(","))), f"http://127.0.0.1:{port}"
    async with await Replica.open(folder / "anna.twin", b"k" * 32, plugins=plugins, server=server) as replica:
        await replica.sign_in(EMAIL, PASSWORD, device_name="anna's phone")
        assert (await replica.sync()).is_proven
    office = await asyncpg.connect(read_address(url).url, server_settings={"application_name": "the test"})
    rows = await office.fetch("SELECT application_name FROM pg_stat_activity WHERE backend_type = 'client backend'")
    await office.close()
    return {row["application_name"] for row in rows}


def test_a_socket_that_is_not_there_is_one_sentence(twinbase: Twinbase, tmp_path: Path) -> None:
    said = twinbase("db", "status", "--database-url", f"postgresql://u@/erp?host={tmp_path}")
    assert said.status == 1 and f"There is no connection to database erp on {tmp_path}" in said.err
    assert "No such file or directory" in said.err
