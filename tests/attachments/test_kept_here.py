"""Attachments on one device, without any network: kept once, read again, gone with the file, and never in between."""

import asyncio
import io
import os
import resource
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.attachments.gallery import gallery
from tests.crash.processes import Killable

from twinbase.errors import AttachmentMissing, DamagedAttachment, StorageFailed, UnsentWork
from twinbase.replica import Replica
from twinbase.replica.attachments.sealed_file import SealedWriter
from twinbase.replica.attachments.store import NEW, ContentStore
from twinbase.replica.connection import Connection
from twinbase.replica.file.content_tables import content_folder, read_content_key
from twinbase.replica.file.destroy import destroy_file

KEY = bytes(range(32))
CONTENT = b"a photo of a boiler" * 10_000
NAME = sha256(CONTENT).hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "anna.twin"


@asynccontextmanager
async def opened(path: Path, key: bytes = KEY) -> AsyncIterator[Replica]:
    async with await Replica.open(path, key, plugins=gallery()) as replica:
        yield replica


async def read(replica: Replica, name: str = NAME) -> bytes:
    with await replica.attachments.open(name) as file:
        return file.read()


async def test_bytes_that_were_put_are_read_after_the_next_start(path: Path) -> None:
    async with opened(path) as replica:
        assert await replica.attachments.put(CONTENT) == NAME
    async with opened(path) as replica:
        assert await read(replica) == CONTENT
        state = await replica.attachments.state(NAME)
        assert (state.where, state.is_here, state.sent, state.total) == ("here", True, 0, len(CONTENT))


@pytest.mark.parametrize("count", [0, 1, 30])
async def test_the_states_of_many_are_those_of_each(path: Path, count: int) -> None:
    async with opened(path) as replica:
        names = [await replica.attachments.put(b"%d" % number) for number in range(count)]
        missing = "0" * 64
        found = await replica.attachments.list_states([*names, *names, missing])
        assert found == {name: await replica.attachments.state(name) for name in (*names, missing)}


async def test_a_file_is_put_without_being_read_whole_and_stays_where_it_is(path: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "IMG_0001.jpg"
    chosen.write_bytes(CONTENT)
    async with opened(path) as replica:
        assert await replica.attachments.put(chosen) == NAME
        assert await read(replica) == CONTENT
        with pytest.raises(FileNotFoundError):
            await replica.attachments.put(tmp_path / "IMG_0002.jpg")
    assert chosen.read_bytes() == CONTENT


@pytest.mark.parametrize("given", ["IMG_0001.jpg", None, 7, bytearray(b"bytes")])
async def test_what_is_neither_bytes_nor_a_path_is_said(path: Path, given: Any) -> None:
    async with opened(path) as replica:
        for keep in (replica.attachments.put, replica.attachments.take_photo):
            with pytest.raises(TypeError, match=f"Path of a file, and not {type(given).__name__}"):
                await keep(given)


async def test_the_same_content_is_kept_once(path: Path) -> None:
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
        await replica.attachments.put(CONTENT)
        assert (await replica.attachments.read_usage()).bytes == len(CONTENT)
    assert len(files_of(path)) == 1


async def test_any_part_is_read_as_python_reads_a_file(path: Path) -> None:
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
        with await replica.attachments.open(NAME) as file:
            assert (file.seek(-7, io.SEEK_END), file.read()) == (len(CONTENT) - 7, CONTENT[-7:])
            assert (file.seek(65_530), file.read(20)) == (65_530, CONTENT[65_530:65_550])


async def test_what_this_device_never_had_is_elsewhere(path: Path) -> None:
    async with opened(path) as replica:
        assert (await replica.attachments.state(NAME)).where == "elsewhere"
        with pytest.raises(AttachmentMissing, match=NAME):
            await replica.attachments.open(NAME)


async def test_a_flipped_bit_says_which_attachment_it_is(path: Path) -> None:
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
        (file,) = files_of(path)
        kept = bytearray(file.read_bytes())
        kept[1000] ^= 1
        file.write_bytes(kept)
        with pytest.raises(DamagedAttachment, match=NAME):
            await read(replica)


async def test_another_key_of_the_file_reads_them_as_before(path: Path) -> None:
    other = bytes(reversed(KEY))
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
        await replica.rekey(other)
        assert await read(replica) == CONTENT
    async with opened(path, other) as replica:
        assert await read(replica) == CONTENT


async def test_a_destroyed_file_leaves_none_of_them(path: Path) -> None:
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
    destroy_file(path)
    assert list(path.parent.iterdir()) == []


async def test_who_signs_out_leaves_none_of_them(path: Path) -> None:
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
        with pytest.raises(UnsentWork, match="1 attachments"):
            await replica.sign_out()
        await replica.sign_out(lose_unsent=True)
    assert not content_folder(path).exists()


async def test_a_copy_of_the_file_alone_says_that_they_are_elsewhere(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.twin"
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
    shutil.copyfile(path, copy)
    async with opened(copy) as replica:
        state = await replica.attachments.state(NAME)
        assert (state.where, state.is_here) == ("elsewhere", False)
        with pytest.raises(AttachmentMissing):
            await replica.attachments.open(NAME)
        assert await replica.attachments.put(CONTENT) == NAME
        assert await read(replica) == CONTENT


async def test_a_copy_of_all_of_it_reads_them_and_goes_its_own_way(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.twin"
    async with opened(path) as replica:
        await replica.attachments.put(CONTENT)
    shutil.copyfile(path, copy)
    shutil.copytree(content_folder(path), content_folder(copy))
    destroy_file(path)
    async with opened(copy) as replica:
        assert await read(replica) == CONTENT


async def test_a_file_of_before_attachments_learns_them(path: Path) -> None:
    async with opened(path) as replica:
        for table in ("content_key", "content", "upload"):
            await replica.database.write(_drop, f"_twinbase_{table}")
    async with opened(path) as replica:
        assert await replica.attachments.put(CONTENT) == NAME
        assert await read(replica) == CONTENT


async def test_two_files_have_two_keys(path: Path, tmp_path: Path) -> None:
    async with opened(path) as one, opened(tmp_path / "bob.twin") as other:
        assert await one.database.look(read_content_key) != await other.database.look(read_content_key)


STEPS: dict[str, tuple[Any, str, bool]] = {
    "before its last piece": (SealedWriter, "finish", False),
    "before it is put in its place": (ContentStore, "publish", False),
    "before it is renamed": (os, "replace", False),
    "after it was renamed": (os, "replace", True),
    "before it is noted": (ContentStore, "publish", True),
}


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_it_is_there_whole_or_not_at_all(path: Path, step: str) -> None:
    async with opened(path):
        pass
    assert await Killable(_put_and_die, str(path), step).ended() == -signal.SIGKILL
    async with opened(path) as replica:
        assert not list((content_folder(path) / NEW).iterdir())
        assert (await replica.attachments.state(NAME)).where in ("elsewhere", "here")
        assert await replica.attachments.put(CONTENT) == NAME
        assert await read(replica) == CONTENT
    assert len(files_of(path)) == 1


@pytest.mark.parametrize("byte", [1, 20, 70_000, 131_091, 190_000])
async def test_killed_by_the_system_at_a_byte_it_is_not_there(path: Path, byte: int) -> None:
    """The limit is of every file that the process writes: of SQLite's too, where that is what comes first."""
    async with opened(path):
        pass
    assert await Killable(_put_up_to, str(path), byte, True).ended() == -signal.SIGXFSZ
    async with opened(path) as replica:
        assert (await replica.attachments.state(NAME)).where == "elsewhere"
        await replica.attachments.put(CONTENT)
        assert await read(replica) == CONTENT


@pytest.mark.parametrize("byte", [1, 70_000, 190_000])
async def test_without_room_it_says_so_and_keeps_what_was_there(path: Path, byte: int) -> None:
    async with opened(path) as replica:
        await replica.attachments.put(b"what was there")
    assert await Killable(_put_up_to, str(path), byte, False).ended() == 0
    async with opened(path) as replica:
        assert await read(replica, sha256(b"what was there").hexdigest()) == b"what was there"
        assert (await replica.attachments.state(NAME)).where == "elsewhere"


async def test_two_that_put_the_same_at_once_keep_it_once(path: Path) -> None:
    async with opened(path) as one, opened(path) as other:
        kept = await asyncio.gather(one.attachments.put(CONTENT), other.attachments.put(CONTENT))
        assert list(kept) == [NAME, NAME]
        assert await read(one) == await read(other) == CONTENT
    assert len(files_of(path)) == 1


async def test_a_budget_below_nothing_is_none(path: Path) -> None:
    async with opened(path) as replica:
        with pytest.raises(ValueError, match="-1"):
            replica.attachments.budget_bytes = -1


async def test_what_is_unsent_stays_however_little_room_there_is(path: Path) -> None:
    async with opened(path) as replica:
        replica.attachments.budget_bytes = 0
        await replica.attachments.put(CONTENT)
        usage = await replica.attachments.read_usage()
        assert (usage.bytes, usage.unsent_bytes, usage.budget_bytes) == (len(CONTENT), len(CONTENT), 0)
        assert await read(replica) == CONTENT


def _drop(connection: Connection, table: str) -> None:
    connection.execute(f"DROP TABLE {table}")


def files_of(path: Path) -> list[Path]:
    """The contents that lie beside a file."""
    return list(ContentStore(path, KEY).list_names())


def _put_and_die(path: str, step: str) -> None:
    """The life of a process that is killed in the middle of keeping a content."""
    owner, name, dies_after = STEPS[step]
    go_on = getattr(owner, name)

    def die(*given: Any) -> None:
        if dies_after:
            go_on(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, die)
    _run_put(path)


def _put_up_to(path: str, byte: int, dies: bool) -> None:
    """The life of a process whose files cannot become longer than that."""

    async def run() -> None:
        async with opened(Path(path)) as replica:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL if dies else signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (byte, byte))
            with pytest.raises(StorageFailed):
                await replica.attachments.put(CONTENT)
            os._exit(0)  # Closing would write the -wal into the file, which is longer.

    asyncio.run(run())


def _run_put(path: str) -> None:
    async def run() -> None:
        async with opened(Path(path)) as replica:
            await replica.attachments.put(CONTENT)

    asyncio.run(run())
