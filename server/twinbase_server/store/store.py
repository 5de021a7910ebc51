"""Objects are written whole or not at all, read in parts, and taken away. What is written is durable."""

import asyncio
import errno
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from twinbase.errors import TwinbaseError
from twinbase_server.store.address import Bucket, StoreAddress
from twinbase_server.store.disk import Disk

PIECE_BYTES = 256 * 1024
"""As content is read, and sent on."""
PART_BYTES = 5 * 2**20
"""As content is handed to S3, which takes no smaller parts."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OF_SYSTEM = re.compile(r"\(os error (\d+)\)")
# What stores that speak S3 say: MinIO, Ceph, Garage, and whoever answers with the status.
_FULL_WORDS = ("StorageFull", "QuotaExceeded", "InsufficientStorage", "507 ")


class StoreFailed(TwinbaseError):
    """The store of content does not do what was asked."""


class StoreFull(StoreFailed):
    """The store of content has no room."""


class ObjectMissing(StoreFailed):
    """The store of content does not have an object that it took."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's name, and when it was written."""

    name: str
    written_at: datetime


class FileStore:
    """A store. All its methods raise StoreFailed or a kind of it."""

    def __init__(self, objects: ObjectStore, disk: Disk | None = None) -> None:
        """`disk`: where the objects lie, if they lie on one of this machine."""
        self._objects, self._disk = objects, disk

    async def write(self, name: str, body: bytes | AsyncIterator[bytes]) -> None:
        """Write an object, in the place of one that has its name."""
        with _translate_errors():
            if isinstance(body, bytes):
                await obstore.put_async(self._objects, name, body, use_multipart=False)
            else:
                await obstore.put_async(self._objects, name, body, chunk_size=PART_BYTES, max_concurrency=2)
            if self._disk is not None:
                await asyncio.to_thread(self._disk.flush_object, name)

    async def read(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of an object, from `start` to before `end`."""
        with _translate_errors():
            part: Any = {} if end is None else {"range": (start, end)}
            if end is None and start:
                part = {"range": {"offset": start}}
            found = await obstore.get_async(self._objects, name, options=part)
            async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)

    async def remove(self, name: str) -> None:
        """Take an object away; one that is not there is as gone as asked."""
        try:
            with _translate_errors():
                await obstore.delete_async(self._objects, name)
        except ObjectMissing:
            return

    async def list_objects(self, prefix: str) -> AsyncIterator[StoredObject]:
        """The objects below a prefix."""
        with _translate_errors():
            async for some in obstore.list(self._objects, prefix):
                for one in some:
                    yield StoredObject(one["path"], one["last_modified"])

    async def remove_leftovers(self, before: datetime) -> None:
        """Take away what was begun before then and never became an object, where the store does not so by itself."""
        with _translate_errors():
            if self._disk is not None:
                await asyncio.to_thread(self._disk.remove_leftovers, before)


def open_store(address: StoreAddress, key_id: str = "", secret: str = "") -> FileStore:
    """The store at an address. Raises StoreFailed for a directory that cannot be used; a bucket is not asked yet."""
    if isinstance(address, Bucket):
        return FileStore(_open_bucket(address, key_id, secret))
    _check_directory(address)
    return FileStore(LocalStore(address), Disk(address))


def _open_bucket(bucket: Bucket, key_id: str, secret: str) -> ObjectStore:
    """What is not given here is read from AWS's own variables, or from the machine's role."""
    given = {"endpoint": bucket.endpoint, "region": bucket.region, "access_key_id": key_id, "secret_access_key": secret}
    options: dict[str, Any] = {name: value for name, value in given.items() if value}
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        virtual_hosted_style_request=not bucket.endpoint,
        client_options={
            "allow_http": bucket.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(seconds=60),
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
        **options,
    )


def _check_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StoreFailed(f"{path} is no directory that can be written to: {error.strerror}.") from error


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Whoever asks is told whether there is no room, or whether it is about the moment."""
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissing from error
    except (BaseError, OSError, ValueError) as error:
        raise (StoreFull if _is_full(error) else StoreFailed)(_describe(error)) from error


def _is_full(error: Exception) -> bool:
    said = _OF_SYSTEM.search(str(error))
    number = getattr(error, "errno", None) or (int(said[1]) if said else 0)
    return number in _FULL or any(word in str(error) for word in _FULL_WORDS)


def _describe(error: Exception) -> str:
    """Its kind: the text may hold addresses and names."""
    return f"({type(error).__name__})"
