"""What an app does with attachments: `replica.attachments`."""

import asyncio
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from twinbase.attachment import IMAGES
from twinbase.clock import Clock
from twinbase.registry import Registry
from twinbase.replica.attachments.contents import find_content, note_used
from twinbase.replica.attachments.discard import discard_upload
from twinbase.replica.attachments.evict import evict_sent
from twinbase.replica.attachments.fetching import Fetching, NoteProgress
from twinbase.replica.attachments.keep import check_given, keep
from twinbase.replica.attachments.line import FileLine
from twinbase.replica.attachments.photo import (
    SIDE_MAX,
    THUMBNAIL_PIXELS,
    TakenPhoto,
    make_small,
    prepare_photo,
    read_small,
)
from twinbase.replica.attachments.pictures import PIXELS_MAX
from twinbase.replica.attachments.reader import ContentReader
from twinbase.replica.attachments.sealing import PIECE_BYTES
from twinbase.replica.attachments.state import (
    AttachmentState,
    AttachmentUsage,
    RefusedAttachment,
    list_refused,
    read_state,
    read_usage,
)
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.attachments.traffic import FileTraffic
from twinbase.replica.attachments.uploads import offer_upload_again
from twinbase.replica.attachments.waited import find_waited
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database, Enter
from twinbase.replica.file.content_tables import read_content_key
from twinbase.replica.report import Report

BUDGET_BYTES = 512 * 1024 * 1024


class Attachments:
    """The bytes that rows name by their SHA-256: kept encrypted beside the file, sent after their row, fetched when
    they are asked for.

    Put the bytes first, then save the row with the hash that was answered: a sync sends both, the row first.
    """

    def __init__(self, database: Database, registry: Registry, clock: Clock, line: FileLine, enter: Enter) -> None:
        self._database, self._clock, self._enter, self._registry = database, clock, enter, registry
        self._opened: ContentStore | None = None
        self._used: dict[str, datetime] = {}
        self._budget_bytes = BUDGET_BYTES
        self._watchers: list[Callable[[str], None]] = []
        self._fetches: dict[str, asyncio.Lock] = {}
        self.traffic = FileTraffic(database, registry, clock, line, self._open_store, self._fetch_whole)
        self.traffic.note_moved = self._tell
        self._fetching = Fetching(database, registry, clock, line, self._open_store)

    @property
    def budget_bytes(self) -> int:
        """How many bytes of attachments this device keeps (512 MiB). What the server has goes when there are more, that
        which was not opened for longest first; what is unsent stays, however much it is. Set it."""
        return self._budget_bytes

    @budget_bytes.setter
    def budget_bytes(self, given: int) -> None:
        if given < 0:
            raise ValueError(f"A budget is a number of bytes, not {given}.")
        self._budget_bytes = given

    @property
    def metered(self) -> bool:
        """Whether the network costs money, as only the app can know: while it does, nothing is sent by itself. Rows
        are, and what a person asks to `fetch` comes. Set it whenever the network changes."""
        return self.traffic.metered

    @metered.setter
    def metered(self, given: bool) -> None:
        was_metered, self.traffic.metered = self.traffic.metered, given
        if was_metered and not given:
            self._database.announce_write()  # Whoever syncs by itself need not wait for the regular time.

    async def put(self, content: bytes | Path) -> str:
        """Keep bytes, or those of a file; answers their SHA-256, for the row. What is here already is not kept twice.

        When it returns, they survive a power cut. Call it before a session begins to write, not inside of one: it needs
        the write lock for a moment. Raises ValueError for a file that changes meanwhile, FileNotFoundError where there
        is none, and StorageFailed when there is no room.
        """
        with self._enter(ValueError, TypeError, FileNotFoundError, IsADirectoryError):
            check_given(content)
            store = await self._open_store()
            sha256 = await keep(self._database, store, content, self._clock())
            self.traffic.note_put()
            await self._make_room(sha256)
            return sha256

    async def take_photo(
        self,
        picture: bytes | Path,
        *,
        side_max: int = SIDE_MAX,
        keep_gps: bool = False,
        keep_original: bool = False,
        pixels_max: int = PIXELS_MAX,
    ) -> TakenPhoto:
        """Keep a picture as a row may name it, and its thumbnail; answers what the row needs to know.

        It is turned upright, its longer side is `side_max` at most, and what the camera has noted in it is left out:
        where it was taken too, unless `keep_gps`; then `lat` and `lon` say it, and the picture as well.
        `keep_original`: in full size, and no pixel of a JPEG is touched; with `keep_gps`, byte for byte.
        Raises UnreadablePicture for what is no JPEG, PNG or WebP, for one that is broken, and for one of more than
        `pixels_max` pixels, which is never decoded; PicturesNotInstalled without `twinbase[photos]`.
        """
        with self._enter(ValueError, TypeError, FileNotFoundError, IsADirectoryError):
            check_given(picture)
            if side_max < 1:
                raise ValueError(f"The longer side of a picture is at least 1 pixel, not {side_max}.")
            prepared = await asyncio.to_thread(
                prepare_photo, picture, side_max=side_max, keep_gps=keep_gps, keep_original=keep_original,
                pixels_max=pixels_max,
            )  # fmt: skip
            sha256 = await self.put(prepared.kept.content)
            store = await self._open_store()
            await keep(self._database, store, prepared.thumbnail, self._clock(), thumbnail_of=sha256)
            return prepared.describe_photo(sha256)

    async def thumbnail(self, sha256: str, px: int = THUMBNAIL_PIXELS) -> bytes | None:
        """A JPEG of the picture, its longer side at most `px`; None of what is no picture, and where this device has
        neither the picture nor its thumbnail: `fetch(…, preview_only=True)` brings one. It is made once, and kept in
        the size of 320. Raises UnreadablePicture as `take_photo` does."""
        with self._enter(ValueError):
            if px < 1:
                raise ValueError(f"The longer side of a thumbnail is at least 1 pixel, not {px}.")
            store = await self._open_store()
            content = await self._database.look(find_content, sha256)
            small = content.thumbnail if content is not None else None
            if px <= THUMBNAIL_PIXELS and small is not None and store.holds(small):
                return await asyncio.to_thread(read_small, store, small, px)
            if not store.holds(sha256) or (content is not None and content.mime not in IMAGES):
                return None if small is None or not store.holds(small) else await asyncio.to_thread(store.read, small)
            made = await asyncio.to_thread(make_small, store, sha256, max(px, THUMBNAIL_PIXELS))
            if px > THUMBNAIL_PIXELS:
                return made
            small = await keep(self._database, store, made, self._clock(), thumbnail_of=sha256)
            return await asyncio.to_thread(read_small, store, small, px)

    async def fetch(self, *sha256: str, preview_only: bool = False, progress: NoteProgress | None = None) -> None:
        """Have these attachments on this device: first the small picture of each, then the whole. What is here already
        is not asked for, and what came before a line broke is not asked for again.

        Nothing of the whole is kept before its hash was compared; a small picture is the server's own, and has none.
        `progress`: called with the hash, how many bytes have
        come, and of how many. Raises AttachmentMissing for one that no row here names, or that the server has not got
        yet; Offline, HalfAnswer, NotSignedIn or ServerRefused as `sync` does.
        """
        with self._enter():
            for name in sha256:
                if await self._fetching.fetch_preview(name):
                    self._tell(name)
            for name in sha256 if not preview_only else ():
                if await self._fetch_whole(name, progress):
                    await self._make_room(name)

    async def _fetch_whole(self, sha256: str, progress: NoteProgress | None = None) -> bool:
        async with self._fetches.setdefault(sha256, asyncio.Lock()):
            has_come = await self._fetching.fetch_content(sha256, progress)
        if has_come:
            self._tell(sha256)
        return has_come

    def watch(self, watcher: Callable[[str], None]) -> Callable[[], None]:
        """Call `watcher` in the event loop with the hash of every attachment that has moved: another part of it was
        sent, it was refused, or it came. The function that is returned stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    async def open(self, sha256: str) -> io.BufferedReader:
        """Read an attachment as Python reads a file: `read`, `seek`, `with`. Only what is read is deciphered.

        Raises AttachmentMissing when it is not on this device (`fetch` it), and DamagedAttachment, here or while it is
        read, for one that is not as it was written: no wrong byte is ever read.
        """
        with self._enter():
            store = await self._open_store()
            reader: ContentReader = await asyncio.to_thread(store.open, sha256)
            self._used[sha256] = self._clock()
            return io.BufferedReader(reader, PIECE_BYTES)

    async def state(self, sha256: str) -> AttachmentState:
        """Where its bytes are: here, on their way, at the server, or refused."""
        with self._enter():
            store = await self._open_store()
            return await self._database.look(_read_state, store, sha256)

    async def list_states(self, sha256s: Iterable[str]) -> dict[str, AttachmentState]:
        """The same of many at once, by their hash: a page of photos opens the file once and not once for each."""
        with self._enter():
            store = await self._open_store()
            return await self._database.look(_read_states, store, set(sha256s))

    async def offer_again(self, sha256: str) -> None:
        """Send what the server has refused once more, with the next sync: it may take it by now, as it said."""
        with self._enter():
            await self._database.write(offer_upload_again, sha256)
            self.traffic.note_put()
            self._database.announce_write()

    async def list_refused(self) -> list[RefusedAttachment]:
        """What will not be sent, each with the sentence that says why; also what belongs to a row that is not on this
        device any more. It stays until somebody discards it, or it is taken after all."""
        with self._enter():
            return await self._database.look(list_refused)

    async def discard(self, sha256: str) -> bool:
        """Give up what was refused: it is offered no more, and its bytes go for good unless another row here needs
        them. Whether there was such an attachment."""
        with self._enter():
            store = await self._open_store()
            was_refused: bool = await self._database.write(discard_upload, store, self._registry, sha256)
            self.traffic.note_put()
            self._tell(sha256)
            return was_refused

    async def read_usage(self) -> AttachmentUsage:
        """How much room they take."""
        with self._enter():
            return await self._database.look(read_usage, self._budget_bytes)

    async def _open_store(self) -> ContentStore:
        if self._opened is None:
            key = await self._database.look(read_content_key)
            self._opened = ContentStore(self._database.file.path, key)
        return self._opened

    async def send_waiting(self, report: Report) -> bool:
        """What every sync does after the rows; an app need not. Whether there was anything to look at."""
        looked = await self.traffic.send_waiting(report)
        if looked:
            await self._make_room()
        return looked

    def _tell(self, sha256: str, size: int = 0) -> None:
        for watcher in list(self._watchers):
            watcher(sha256)

    async def _make_room(self, spared: str = "") -> None:
        """Keep within the budget."""
        if (await self._database.look(read_usage, self._budget_bytes)).bytes > self._budget_bytes:
            store = await self._open_store()
            await self._database.write(_evict, store, self._registry, self._take_used(), self._budget_bytes, spared)

    def _take_used(self) -> dict[str, datetime]:
        used, self._used = self._used, {}
        return used


def _read_state(connection: Connection, store: ContentStore, sha256: str) -> AttachmentState:
    return read_state(connection, sha256, is_here=store.holds(sha256))


def _read_states(connection: Connection, store: ContentStore, sha256s: Iterable[str]) -> dict[str, AttachmentState]:
    return {sha256: _read_state(connection, store, sha256) for sha256 in sha256s}


def _evict(
    connection: Connection,
    store: ContentStore,
    registry: Registry,
    used: dict[str, datetime],
    budget_bytes: int,
    spared: str,
) -> None:
    note_used(connection, used)
    evict_sent(connection, store, budget_bytes, {spared, *find_waited(connection, registry)})
