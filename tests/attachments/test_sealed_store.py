"""The store of a device's attachments: any content, any part of it, and never a byte that is not as it was written."""

import io
import os
import resource
import signal
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.crash.processes import Killable

from twinbase.errors import AttachmentMissing, DamagedAttachment
from twinbase.replica.attachments.sealed_file import SealedWriter
from twinbase.replica.attachments.sealing import HEADER_BYTES, PIECE_BYTES, SEALED_BYTES, WrongSeal, measure_sealed
from twinbase.replica.attachments.store import NEW, ContentStore, remove_left_over

KEY = bytes(range(32))
EDGES = (0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 3 * PIECE_BYTES + 17)
SIZES = st.sampled_from(EDGES) | st.integers(0, 3 * PIECE_BYTES)


@pytest.fixture
def store(tmp_path: Path) -> ContentStore:
    return ContentStore(tmp_path / "anna.twin", KEY)


def content_of(size: int) -> bytes:
    """Content that is the same at no two places, near enough."""
    return b"".join(sha256(n.to_bytes(4, "big")).digest() for n in range(size // 32 + 1))[:size]


def keep(store: ContentStore, content: bytes, cuts: list[int] | None = None) -> str:
    """Write content in chunks of any lengths, and put it in its place."""
    name, source = sha256(content).hexdigest(), io.BytesIO(content)
    chunks = [source.read(cut) for cut in cuts or []]
    store.publish(store.write(name, [*chunks, source.read()]))
    return name


@given(size=SIZES, cuts=st.lists(st.integers(0, PIECE_BYTES * 2), max_size=5))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, size: int, cuts: list[int]) -> None:
    store = ContentStore(tmp_path_factory.mktemp("store") / "anna.twin", KEY)
    name = keep(store, content_of(size), cuts)
    with store.open(name) as reader:
        assert reader.size == size
        assert reader.read() == content_of(size)
    assert store.verify(name)
    assert measure_sealed(store.path_of(name).stat().st_size).content == size


@given(size=SIZES, reads=st.lists(st.tuples(st.integers(0, 4 * PIECE_BYTES), st.integers(0, PIECE_BYTES + 9))))
def test_any_part_is_read_without_the_rest(
    tmp_path_factory: pytest.TempPathFactory, size: int, reads: list[tuple[int, int]]
) -> None:
    store = ContentStore(tmp_path_factory.mktemp("store") / "anna.twin", KEY)
    expected = io.BytesIO(content_of(size))
    with io.BufferedReader(store.open(keep(store, content_of(size)))) as reader:
        for offset, length in reads:
            expected.seek(offset)
            reader.seek(offset)
            assert reader.read(length) == expected.read(length)


@given(size=SIZES, where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_said_and_never_read(
    tmp_path_factory: pytest.TempPathFactory, size: int, where: float, bit: int
) -> None:
    store = ContentStore(tmp_path_factory.mktemp("store") / "anna.twin", KEY)
    name = keep(store, content_of(size))
    kept = bytearray(store.path_of(name).read_bytes())
    kept[int(where * len(kept))] ^= 1 << bit
    store.path_of(name).write_bytes(kept)
    assert_damaged(store, name, content_of(size))


@given(size=SIZES, left=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_is_said_and_never_read(
    tmp_path_factory: pytest.TempPathFactory, size: int, left: float
) -> None:
    store = ContentStore(tmp_path_factory.mktemp("store") / "anna.twin", KEY)
    name = keep(store, content_of(size))
    whole = store.path_of(name).stat().st_size
    os.truncate(store.path_of(name), int(left * whole))
    with pytest.raises(DamagedAttachment, match=name):
        store.open(name)


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_file_that_was_cut_between_two_pieces_is_said_at_once(store: ContentStore, pieces: int) -> None:
    name = keep(store, content_of(3 * PIECE_BYTES))
    os.truncate(store.path_of(name), HEADER_BYTES + pieces * SEALED_BYTES)
    with pytest.raises(DamagedAttachment, match=name):
        store.open(name)


def test_pieces_that_were_swapped_are_said(store: ContentStore) -> None:
    name = keep(store, content_of(3 * PIECE_BYTES))
    kept = store.path_of(name).read_bytes()
    head, first, second = kept[:HEADER_BYTES], *(kept[HEADER_BYTES + n * SEALED_BYTES :][:SEALED_BYTES] for n in (0, 1))
    store.path_of(name).write_bytes(head + second + first + kept[HEADER_BYTES + 2 * SEALED_BYTES :])
    assert_damaged(store, name, content_of(3 * PIECE_BYTES))


def test_a_file_in_the_place_of_another_one_is_said(store: ContentStore) -> None:
    """Two photos of one size: whoever swaps the files shows the wrong one, or so he thinks."""
    one, other = keep(store, b"one photo"), keep(store, b"the other")
    store.path_of(one).write_bytes(store.path_of(other).read_bytes())
    with pytest.raises(DamagedAttachment, match=one):
        store.open(one)


def test_a_piece_of_an_earlier_file_of_the_same_content_is_said(store: ContentStore) -> None:
    """Each file has a key of its own: pieces cannot be mixed, even of the same content under the same name."""
    name = keep(store, content_of(2 * PIECE_BYTES))
    first = store.path_of(name).read_bytes()
    keep(store, content_of(2 * PIECE_BYTES))
    second = store.path_of(name).read_bytes()
    cut = HEADER_BYTES + SEALED_BYTES
    store.path_of(name).write_bytes(second[:cut] + first[cut:])
    assert_damaged(store, name, content_of(2 * PIECE_BYTES))


def test_neither_names_nor_files_say_what_is_in_them(store: ContentStore) -> None:
    content = b"a signature, a face, a number plate" * 100
    name = keep(store, content)
    place = store.path_of(name)
    assert name not in str(place) and content[:20] not in place.read_bytes()
    assert place.stat().st_mode & 0o077 == 0 and place.parent.stat().st_mode & 0o077 == 0
    assert ContentStore(store.folder.parent / "bob.twin", bytes(32)).name_of(name) != place.name


def test_content_of_another_hash_is_not_kept(store: ContentStore) -> None:
    with pytest.raises(ValueError, match="changed while it was read"):
        store.write(sha256(b"as it was").hexdigest(), [b"as it is"])
    assert list(store.list_names()) == [] and list((store.folder / NEW).iterdir()) == []


def test_what_is_not_here_is_missing(store: ContentStore) -> None:
    name = sha256(b"elsewhere").hexdigest()
    with pytest.raises(AttachmentMissing, match=name):
        store.open(name)


@pytest.mark.parametrize("length", [0, 1, HEADER_BYTES, HEADER_BYTES + 15, HEADER_BYTES + SEALED_BYTES + 16])
def test_a_length_that_no_file_can_have_is_said(length: int) -> None:
    with pytest.raises(WrongSeal):
        measure_sealed(length)


def write_until(folder: str, size: int, bytes_max: int, *, dies: bool) -> None:
    """The life of a process that writes a content. At that byte the system kills it, or says that there is no room."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if dies else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))
    store = ContentStore(Path(folder, "anna.twin"), KEY)
    try:
        keep(store, content_of(size))
    except OSError:
        assert list((store.folder / NEW).iterdir()) == [], "What was written of it is in the way."


KILLED_AT = (1, HEADER_BYTES, HEADER_BYTES + 1, HEADER_BYTES + SEALED_BYTES, 100_000, HEADER_BYTES + 2 * SEALED_BYTES)


@pytest.mark.parametrize("byte", KILLED_AT)
async def test_killed_at_a_byte_it_leaves_nothing(store: ContentStore, tmp_path: Path, byte: int) -> None:
    content = content_of(2 * PIECE_BYTES + 5)
    assert await Killable(_die, str(tmp_path), len(content), byte).ended() == -signal.SIGXFSZ
    assert not store.holds(sha256(content).hexdigest())
    remove_left_over(store.folder.parent / "anna.twin")
    assert list((store.folder / NEW).iterdir()) == []
    assert store.verify(keep(store, content))


def _die(folder: str, size: int, byte: int) -> None:
    write_until(folder, size, byte, dies=True)


def _fill(folder: str, size: int, byte: int) -> None:
    write_until(folder, size, byte, dies=False)


async def test_a_disk_that_is_full_leaves_nothing_half(store: ContentStore, tmp_path: Path) -> None:
    content = content_of(2 * PIECE_BYTES)
    assert await Killable(_fill, str(tmp_path), len(content), PIECE_BYTES).ended() == 0
    assert not store.holds(sha256(content).hexdigest())


def test_what_another_process_is_writing_stays(store: ContentStore) -> None:
    new = store.write(sha256(b"at this moment").hexdigest(), [b"at this moment"])
    remove_left_over(store.folder.parent / "anna.twin")
    store.publish(new)
    assert store.verify(new.sha256)


@given(size=SIZES, came=st.floats(0, 1), torn=st.integers(0, SEALED_BYTES))
def test_a_fetch_goes_on_after_the_last_whole_piece(
    tmp_path_factory: pytest.TempPathFactory, size: int, came: float, torn: int
) -> None:
    """Cut anywhere, with a piece that was written by half: what is whole stays, and the rest is asked for."""
    path, content = tmp_path_factory.mktemp("part") / "part", content_of(size)
    for _ in _broken_off(path, content[: int(came * size)]):
        os.truncate(path, max(0, path.stat().st_size - torn))
    with path.open("r+b", buffering=0) as file:
        writer = SealedWriter(file, KEY, "name")
        assert writer.size <= int(came * size)
        writer.write(content[writer.size :])
        assert writer.finish() == sha256(content).hexdigest()


def _broken_off(path: Path, content: bytes) -> Iterator[None]:
    path.touch()
    with path.open("r+b", buffering=0) as file:
        SealedWriter(file, KEY, "name").write(content)
        yield


def assert_damaged(store: ContentStore, name: str, content: bytes) -> None:
    """Reading it raises, and whatever was read before that is right."""
    read = bytearray()
    with pytest.raises(DamagedAttachment, match=name), store.open(name) as reader:
        while piece := reader.read(PIECE_BYTES // 2):
            read += piece
    assert content.startswith(bytes(read)) and len(read) < max(len(content), 1)
