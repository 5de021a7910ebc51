"""Opening a replica: the right key opens it, and what cannot be opened is said clearly and left untouched."""

import hashlib
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlcipher3 import dbapi2 as cipher
from sqlmodel import select
from tests.replica.workshop import KEY, NOON, Customer, Job, opened, rows

from twinbase.errors import DamagedReplica, ForeignReplica, NewerReplica, NotADatabase, WrongKey
from twinbase.replica.file.examine import find_damage
from twinbase.replica.file.keys import key_for
from twinbase.replica.file.layout import FORMAT

OTHER = b"o" * 32


def prints(folder: Path) -> dict[str, str]:
    """A fingerprint of every file in the folder, -wal and -shm too."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


async def fill(folder: Path, **options: Any) -> None:
    async with opened(folder, **options) as replica, replica.session() as session:
        session.add_all([Job(title=f"job {number}", photo=b"x" * 500) for number in range(100)])
        await session.commit()


def crash_copy(folder: Path, to: Path) -> None:
    """The folder as a power cut leaves it: taken while the file is open, with its -wal."""
    to.mkdir()
    for path in folder.iterdir():
        shutil.copy(path, to / path.name)


async def refused(folder: Path, error: type[Exception], **options: Any) -> str:
    """Opening raises `error` and changes no byte; gives the message."""
    before = prints(folder)
    with pytest.raises(error) as caught:
        async with opened(folder, **options):
            pass
    assert prints(folder) == before
    return str(caught.value)


async def test_what_was_written_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as replica, replica.read() as session:
        assert len((await session.exec(select(Job))).all()) == 100


async def test_nothing_of_it_can_be_read_without_the_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        session.add(Customer(name="Bernadette Soubirous"))
        await session.commit()
        written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"Bernadette" not in written and b"SQLite format" not in written and b"customers" not in written


async def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    await fill(tmp_path)
    assert stat.S_IMODE((tmp_path / "twin.db").stat().st_mode) == 0o600


async def test_another_key_is_refused(tmp_path: Path) -> None:
    await fill(tmp_path)
    message = await refused(tmp_path, WrongKey, key=OTHER)
    assert OTHER.hex() not in message and KEY.hex() not in message


async def test_another_key_is_refused_after_a_power_cut_too(tmp_path: Path) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    live.mkdir()
    async with opened(live) as replica, replica.session() as session:
        session.add(Job(title="in the wal"))
        await session.commit()
        crash_copy(live, copy)
    await refused(copy, WrongKey, key=OTHER)
    async with opened(copy) as replica:
        assert rows(replica, "SELECT title FROM jobs") == [("in the wal",)]


@pytest.mark.parametrize("key", [KEY, "correct horse"])
@pytest.mark.parametrize("at", [16, 17, 100, 2000, 4031, 4032, 4095])
async def test_a_first_page_that_is_damaged_is_not_taken_for_a_wrong_key(tmp_path: Path, at: int, key: Any) -> None:
    await fill(tmp_path, key=key)
    spoil(tmp_path / "twin.db", at)
    message = await refused(tmp_path, DamagedReplica, key=key)
    assert "the key is the right one" in message


@pytest.mark.parametrize("at", [0, 7, 15])
async def test_where_the_salt_may_be_damaged_nobody_is_told_to_throw_the_file_away(tmp_path: Path, at: int) -> None:
    """Every page is sealed with it, so nothing in the file can tell it from another key."""
    await fill(tmp_path)
    spoil(tmp_path / "twin.db", at)
    message = await refused(tmp_path, WrongKey)
    assert "the head of the file is damaged" in message and "keep the file" in message and "enrol" not in message


def spoil(file: Path, at: int) -> None:
    """One byte is another one."""
    content = bytearray(file.read_bytes())
    content[at] ^= 0xFF
    file.write_bytes(content)


async def test_a_passphrase_opens_what_it_closed_and_no_other_does(tmp_path: Path) -> None:
    await fill(tmp_path, key="correct horse")
    await refused(tmp_path, WrongKey, key="battery staple")
    async with opened(tmp_path, key="correct horse") as replica:
        assert rows(replica, "SELECT count(*) FROM jobs") == [(100,)]


async def test_two_files_under_one_passphrase_have_different_keys(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        async with opened(tmp_path / name, key="same words") as replica:
            assert replica.database.file.key is not None
    keys = {(tmp_path / name / "twin.db").read_bytes()[:16] for name in "ab"}
    assert len(keys) == 2


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7\n" + b"x" * 4000], ids=["short", "longer"])
async def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "twin.db").write_bytes(content)
    await refused(tmp_path, NotADatabase)
    await refused(tmp_path, NotADatabase, plain=True)


async def test_a_plain_database_is_not_taken_for_an_encrypted_one(tmp_path: Path) -> None:
    await fill(tmp_path, plain=True)
    await refused(tmp_path, NotADatabase)


async def test_somebody_elses_database_is_refused_even_with_its_key(tmp_path: Path) -> None:
    connection = cipher.connect(str(tmp_path / "twin.db"))
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    connection.execute("CREATE TABLE contacts (name TEXT)")
    connection.close()
    await refused(tmp_path, NotADatabase)


async def test_a_file_of_a_newer_layout_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        rows(replica, f"PRAGMA user_version = {FORMAT + 1}")
    await refused(tmp_path, NewerReplica)


async def test_a_file_that_lost_its_end_is_damaged(tmp_path: Path) -> None:
    await fill(tmp_path)
    path = tmp_path / "twin.db"
    path.write_bytes(path.read_bytes()[: -5 * 4096])
    await refused(tmp_path, DamagedReplica)


async def test_a_flipped_bit_is_found_by_a_check(tmp_path: Path) -> None:
    await fill(tmp_path)
    path = tmp_path / "twin.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    await refused(tmp_path, DamagedReplica, check=True)


async def test_a_damaged_catalogue_is_found_when_the_file_is_opened(tmp_path: Path) -> None:
    await fill(tmp_path)
    path = tmp_path / "twin.db"
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 + 100] ^= 1
    path.write_bytes(bytes(content))
    await refused(tmp_path, DamagedReplica)


async def test_damage_that_a_session_meets_has_the_same_name(tmp_path: Path) -> None:
    await fill(tmp_path, plain=True)
    async with opened(tmp_path, plain=True) as replica:
        (root,) = rows(replica, "SELECT rootpage FROM sqlite_master WHERE name = 'jobs'")[0]
    with (tmp_path / "twin.db").open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    async with opened(tmp_path, plain=True) as replica, replica.session() as session:
        with pytest.raises(DamagedReplica):
            await session.execute(text("SELECT * FROM jobs"))
        assert find_damage(replica.database.file)


async def test_a_sound_file_passes_the_check(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, check=True) as replica:
        assert find_damage(replica.database.file) == []


async def test_a_file_belongs_to_one_account_of_one_server(tmp_path: Path) -> None:
    async with opened(tmp_path, server="https://a", account="anna"):
        pass
    await refused(tmp_path, ForeignReplica, server="https://a", account="bob")
    await refused(tmp_path, ForeignReplica, server="https://b", account="anna")
    async with opened(tmp_path) as replica:
        assert rows(replica, "SELECT server, account FROM _twinbase_state") == [("https://a", "anna")]


async def test_a_first_start_without_network_learns_later_whose_file_it_is(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, server="https://a", account="anna"):
        pass
    await refused(tmp_path, ForeignReplica, account="bob")


async def test_plain_sqlite_must_be_said_aloud(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain=True"):
        async with opened(tmp_path, key=None):
            pass
    await fill(tmp_path, plain=True)
    with closing(sqlite3.connect(tmp_path / "twin.db")) as plain:
        assert plain.execute("SELECT count(*) FROM jobs").fetchone() == (100,)


@pytest.mark.parametrize("key", [b"short", "", b"k" * 64])
async def test_a_key_that_is_none_is_refused_before_a_file_is_made(tmp_path: Path, key: Any) -> None:
    with pytest.raises(ValueError):
        async with opened(tmp_path, key=key):
            pass
    assert list(tmp_path.iterdir()) == []


async def test_a_start_that_died_at_once_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "twin.db").touch()
    await fill(tmp_path)


async def test_opening_again_writes_nothing(tmp_path: Path) -> None:
    await fill(tmp_path)
    before = prints(tmp_path)
    async with opened(tmp_path):
        pass
    assert prints(tmp_path) == before


async def test_after_a_change_of_key_only_the_new_one_opens(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as replica:
        await replica.rekey(OTHER)
        assert rows(replica, "SELECT count(*) FROM jobs") == [(100,)]
    await refused(tmp_path, WrongKey)
    async with opened(tmp_path, key=OTHER) as replica:
        await replica.rekey("words now")
    async with opened(tmp_path, key="words now") as replica:
        assert find_damage(replica.database.file) == []


REKEY = """
import sys
from pathlib import Path
from twinbase.replica.file.file import ReplicaFile
from twinbase.replica.file.keys import key_for
from twinbase.replica.file.rekey import rekey
path = Path(sys.argv[1])
file = ReplicaFile(path, key_for(path, bytes(range(32))))
print("go", flush=True)
rekey(file, b"o" * 32)
"""


def _size(path: Path) -> int:
    """0 when there is no such file: the other process may remove it between two looks."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("frames", [40, 10_000])
async def test_a_change_of_key_that_is_killed_leaves_a_file_that_one_of_the_keys_opens(
    tmp_path: Path, frames: int
) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        session.add_all([Job(title=f"job {number}", photo=b"x" * 9000) for number in range(150)])
        await session.commit()
    process = subprocess.Popen(
        [sys.executable, "-c", REKEY, str(tmp_path / "twin.db")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "go\n"
    wal = tmp_path / "twin.db-wal"
    with process, process.stdout:
        while process.poll() is None and _size(wal) < frames * 4096:
            pass
        process.kill()
    opened_by = []
    for key in (KEY, OTHER):
        try:
            async with opened(tmp_path, key=key) as replica:
                assert rows(replica, "SELECT count(*) FROM jobs") == [(150,)]
                opened_by.append(key)
        except WrongKey:
            continue
    assert len(opened_by) == 1


async def test_an_error_of_the_cipher_driver_is_an_error_of_sqlalchemy(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica, replica.session() as session:
        job = Job(title="J")
        await session.execute(text("INSERT INTO stamps (id, note) VALUES ('x', 'n')"))
        with pytest.raises(IntegrityError):
            await session.execute(text("INSERT INTO stamps (id, note) VALUES ('x', 'n')"))
        assert job.title == "J" and replica.clock() == NOON


def test_a_passphrase_is_one_whichever_way_the_keyboard_writes_its_accents(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(16))
    composed, apart = "caf\u00e9 d'\u00e9t\u00e9", "cafe\u0301 d'e\u0301te\u0301"
    assert composed != apart and key_for(path, composed) == key_for(path, apart) != key_for(path, "cafe d'ete")
