"""A -wal that is damaged, cut or gone takes committed edits with it; nobody else has them, so it is always said."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text
from sqlmodel import func, select
from tests.replica.workshop import Job, opened, rows

from twinbase.errors import DamagedReplica
from twinbase.replica import Replica
from twinbase.replica.file.examine import find_damage

EDITS = 5
Damage = Callable[[bytearray, Random], bytes]


def _flip(wal: bytearray, rng: Random) -> bytes:
    wal[rng.randrange(len(wal))] ^= 1 << rng.randrange(8)
    return bytes(wal)


def _cut(wal: bytearray, rng: Random) -> bytes:
    return bytes(wal[: rng.randrange(len(wal))])


def _blank(wal: bytearray, rng: Random) -> bytes:
    start = rng.randrange(len(wal))
    return bytes(wal[:start]) + bytes(len(wal) - start)


DAMAGES: dict[str, Damage] = {"flip": _flip, "cut": _cut, "blank": _blank}


async def _save(replica: Replica, title: str) -> None:
    async with replica.session() as session:
        session.add(Job(title=title, photo=b"x" * 3000))
        await session.commit()


async def _count(replica: Replica) -> int:
    async with replica.read() as session:
        return int((await session.exec(select(func.count()).select_from(Job))).one())


async def _crashed(folder: Path) -> Path:
    """A folder as a power cut leaves it: one edit in the file, EDITS more in its -wal."""
    live, crashed = folder / "live", folder / "crashed"
    live.mkdir()
    async with opened(live) as replica:
        await _save(replica, "before")
    async with opened(live) as replica:
        for number in range(EDITS):
            await _save(replica, f"edit {number}")
        crashed.mkdir()
        for path in live.iterdir():
            shutil.copy(path, crashed / path.name)
    return crashed


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_whatever_becomes_of_the_wal_no_edit_is_lost_in_silence(tmp_path: Path, damage: Damage) -> None:
    crashed = await _crashed(tmp_path)
    wal = (crashed / "twin.db-wal").read_bytes()
    for seed in range(16):
        folder = tmp_path / f"seed {seed}"
        shutil.copytree(crashed, folder)
        (folder / "twin.db-wal").write_bytes(damage(bytearray(wal), Random(seed)))
        (folder / "twin.db-shm").unlink(missing_ok=True)
        try:
            async with opened(folder) as replica:
                here, said = await _count(replica), replica.status.now.lost
        except DamagedReplica:
            continue
        assert here == 1 + EDITS or ("missing in this file" in said and "type again" in said), f"seed {seed}: {here}"
        assert bool(said) is (here < 1 + EDITS)


async def test_a_wal_that_is_partly_in_the_file_already_leaves_no_torn_file_in_use(tmp_path: Path) -> None:
    """SQLite moves pages of a long -wal into the file and keeps it; its beginning alone would put old ones back."""
    live, crashed, saved = tmp_path / "live", tmp_path / "crashed", 40
    live.mkdir()
    async with opened(live) as replica:
        for number in range(saved):
            await _save(replica, f"edit {number}")
        rows(replica, "PRAGMA wal_checkpoint(PASSIVE)")
        crashed.mkdir()
        for path in live.iterdir():
            shutil.copy(path, crashed / path.name)
    wal = (crashed / "twin.db-wal").read_bytes()
    for seed in range(10):
        folder = tmp_path / f"seed {seed}"
        shutil.copytree(crashed, folder)
        (folder / "twin.db-wal").write_bytes(_cut(bytearray(wal), Random(seed)))
        (folder / "twin.db-shm").unlink(missing_ok=True)
        try:
            async with opened(folder) as replica:
                here, said = await _count(replica), replica.status.now.lost
                sound = find_damage(replica.database.file) == []
        except DamagedReplica:
            continue
        assert sound and (here == saved or said), f"seed {seed}: {here} of {saved}"


async def test_a_wal_that_is_gone_is_said_until_somebody_has_read_it(tmp_path: Path) -> None:
    crashed = await _crashed(tmp_path)
    (crashed / "twin.db-wal").unlink()
    async with opened(crashed) as replica:
        assert f"The {EDITS} newest edits are missing" in replica.status.now.lost
        await _save(replica, "typed again")
    async with opened(crashed) as replica:
        assert f"The {EDITS} newest edits are missing" in replica.status.now.lost
        await replica.forget_loss()
        assert replica.status.now.lost == ""
    async with opened(crashed) as replica:
        assert replica.status.now.lost == "" and await _count(replica) == 2


async def test_what_is_left_of_a_damaged_wal_is_kept(tmp_path: Path) -> None:
    crashed = await _crashed(tmp_path)
    wal = bytearray((crashed / "twin.db-wal").read_bytes())
    wal[40] ^= 1
    (crashed / "twin.db-wal").write_bytes(wal)
    async with opened(crashed) as replica:
        assert "twin.db-wal.lost-1: keep it" in replica.status.now.lost
    assert (crashed / "twin.db-wal.lost-1").read_bytes() == wal


async def test_a_sound_file_says_nothing_however_it_was_left(tmp_path: Path) -> None:
    crashed = await _crashed(tmp_path)
    async with opened(crashed) as replica:
        assert (await _count(replica), replica.status.now.lost) == (1 + EDITS, "")
        async with replica.session() as session:
            await session.execute(text("INSERT INTO jobs (id, title, done) VALUES ('x', 'never', 0)"))
            await session.rollback()
        await _save(replica, "one more")
        async with replica.session() as session:
            await session.execute(text("DELETE FROM jobs"))
            await session.commit()
    async with opened(crashed) as replica:
        assert replica.status.now.lost == ""
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(crashed / "twin.db", tmp_path / "elsewhere" / "twin.db")
    async with opened(tmp_path / "elsewhere") as replica:
        assert replica.status.now.lost == ""


async def test_a_new_file_in_the_place_of_an_old_one_has_lost_nothing(tmp_path: Path) -> None:
    crashed = await _crashed(tmp_path)
    for name in ("twin.db", "twin.db-wal", "twin.db-shm"):
        (crashed / name).unlink()
    async with opened(crashed) as replica:
        await _save(replica, "the first of a new file")
    async with opened(crashed) as replica:
        assert replica.status.now.lost == ""


@pytest.mark.parametrize("note", [b"", b"{", b"\x00" * 256, b'{"replica":1,"seq":"x"}'])
async def test_a_note_that_cannot_be_read_says_nothing(tmp_path: Path, note: bytes) -> None:
    crashed = await _crashed(tmp_path)
    (crashed / "twin.db.reach").write_bytes(note)
    async with opened(crashed) as replica:
        assert replica.status.now.lost == ""


async def test_what_a_person_commits_is_on_the_disk_and_the_note_says_no_word_of_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as replica:
        await _save(replica, "Bernadette Soubirous")
        async with replica.session() as session:
            assert (await session.execute(text("PRAGMA synchronous"))).scalar_one() == 2
        assert rows(replica, "PRAGMA synchronous") == [(1,)]
    note = (tmp_path / "twin.db.reach").read_bytes()
    assert b'"seq":1' in note and b"Bernadette" not in note
    assert (tmp_path / "twin.db.reach").stat().st_mode & 0o777 == 0o600
