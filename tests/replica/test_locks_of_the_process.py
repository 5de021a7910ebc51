"""A process that looks at its own open file keeps SQLite's locks on it, which POSIX takes away so easily.

SQLite before 3.51, which opens the plain files of many machines, does not notice that they are gone.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.replica.open_files import list_open_files
from tests.replica.workshop import KEY, Stamp, opened

from twinbase.errors import NotADatabase, ReplicaBusy, ReplicaError, WrongKey
from twinbase.replica import Replica
from twinbase.replica.file.examine import examine, find_damage
from twinbase.replica.file.file import wal_of
from twinbase.replica.file.keys import FileKey, key_for
from twinbase.replica.file.seals import is_key_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Closing a file takes no locks away there.")

ANOTHER_PROGRAM = """
import sys
from pathlib import Path
from twinbase.replica.file.file import ReplicaFile, connect
from twinbase.replica.file.keys import key_for
path, key, statement = Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3]
connection = connect(ReplicaFile(path, key_for(path, key) if key else None))
connection.execute("PRAGMA busy_timeout = 0")
try:
    print(*(connection.execute(statement).fetchone() or ["done"]))
except Exception as error:
    print(error)
connection.close()
"""


@pytest.fixture(params=["plain", "encrypted"])
async def replica(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Replica]:
    """With a commit behind it, and a connection that its pool keeps open."""
    async with opened(tmp_path, plain=request.param == "plain") as replica:
        await _write(replica, "first")
        yield replica


async def _write(replica: Replica, note: str) -> None:
    async with replica.session() as session:
        session.add(Stamp(note=note))
        await session.commit()


def _is_plain(replica: Replica) -> bool:
    return replica.database.file.key is None


async def _another_process(replica: Replica, statement: str = "SELECT 'done'") -> str:
    """What a process of its own is told that opens the file, runs this and closes it."""
    key = "" if _is_plain(replica) else KEY.hex()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ANOTHER_PROGRAM, str(replica.path), key, statement, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return said.decode().strip()


async def _open_again(replica: Replica) -> None:
    async with opened(replica.path.parent, plain=_is_plain(replica)):
        pass


async def _open_and_read_whole(replica: Replica) -> None:
    async with opened(replica.path.parent, plain=_is_plain(replica), check=True):
        pass


async def _open_with_a_wrong_key(replica: Replica) -> None:
    with pytest.raises((WrongKey, NotADatabase)):
        async with opened(replica.path.parent, key=bytes(32)):
            pass


async def _open_the_other_way(replica: Replica) -> None:
    with pytest.raises((WrongKey, NotADatabase)):
        async with opened(replica.path.parent, plain=not _is_plain(replica)):
            pass


async def _change_the_key_of_a_second_one(replica: Replica) -> None:
    async with opened(replica.path.parent, plain=_is_plain(replica)) as second:
        with suppress(ReplicaBusy, ReplicaError):
            await second.rekey(KEY)


async def _read_the_head(replica: Replica) -> None:
    key_for(replica.path, KEY)
    is_key_of(replica.path, FileKey(KEY, bytes(16)))


async def _examine(replica: Replica) -> None:
    examine(replica.database.file)
    assert not find_damage(replica.database.file)


Look = Callable[[Replica], Awaitable[None]]
LOOKS: list[Look] = [
    _open_again,
    _open_and_read_whole,
    _open_with_a_wrong_key,
    _open_the_other_way,
    _change_the_key_of_a_second_one,
    _read_the_head,
    _examine,
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__.strip("_"))
async def test_what_is_written_after_a_look_is_in_the_file(replica: Replica, look: Look) -> None:
    """Without its locks, the next process that closes the file takes the -wal away, and with it all later commits."""
    await look(replica)
    assert await _another_process(replica) == "done"
    assert wal_of(replica.path).exists(), "A process that closed the file believed itself to be the last one."
    await _write(replica, "second")
    assert await _another_process(replica, "SELECT count(*) FROM stamps") == "2"


@pytest.mark.parametrize("look", [_open_with_a_wrong_key, _open_the_other_way, _read_the_head])
async def test_a_write_lock_holds_through_a_look(replica: Replica, look: Look) -> None:
    async with replica.session() as session:
        session.add(Stamp(note="second"))
        await session.flush()
        await look(replica)
        await _another_process(replica)
        assert await _another_process(replica, "BEGIN IMMEDIATE") == "database is locked"
        await session.commit()
    assert await _another_process(replica, "BEGIN IMMEDIATE") == "done"


async def test_two_replicas_of_one_file_lose_nothing_that_either_wrote(replica: Replica) -> None:
    async with opened(replica.path.parent, plain=_is_plain(replica)) as second:
        await _write(second, "second")
        await _another_process(replica)
        await _write(replica, "third")
    await _another_process(replica)
    await _write(replica, "fourth")
    assert await _another_process(replica, "SELECT count(*) FROM stamps") == "4"


async def test_nothing_stays_open_when_the_last_connection_is_closed(tmp_path: Path) -> None:
    for _ in range(3):
        async with opened(tmp_path) as first:
            await _write(first, "first")
            await _read_the_head(first)
            async with opened(tmp_path) as second:
                await _write(second, "second")
            await _read_the_head(first)
        assert str(first.path) not in list_open_files()
