"""The thread of a sync: it owns a raw connection, and all that a sync does to the file happens in it.

A visit of the thread costs as much as a dozen statements: what follows one another without a question to the server is
one visit. The next sync takes the thread over, connection and all, for opening an encrypted file costs more than a sync
that finds nothing new.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Concatenate, ParamSpec, TypeVar

from twinbase.errors import HalfAnswer
from twinbase.frames import AnyFrame, Begin, Page, read_frames
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database
from twinbase.replica.file.file import translate_errors
from twinbase.replica.sync.messages import Body
from twinbase.replica.sync.pipe import AnswerPipe, read_lines

Answer = TypeVar("Answer")
Given = ParamSpec("Given")


class FileThread:
    """Runs functions of a raw connection, one at a time, in a thread of its own. It connects when it first has to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="twinbase-sync")
        self._connection: Connection | None = None
        self._is_altered = False

    async def run(
        self, work: Callable[Concatenate[Connection, Given], Answer], *arguments: Given.args, **options: Given.kwargs
    ) -> Answer:
        """`work(connection, …)`; when the caller is cancelled it is still carried to its end, as a transaction must.

        Raises StorageFailed, ReplicaLocked or DamagedReplica when the file cannot be written or read.
        """

        def translated_work() -> Answer:
            with translate_errors(self._database.file):
                return work(self._connected(), *arguments, **options)

        return await asyncio.get_running_loop().run_in_executor(self._executor, translated_work)

    async def read(
        self,
        body: Body,
        consume: Callable[[Connection, Iterator[AnyFrame]], Answer],
        arrived: Callable[[Begin | Page], None],
    ) -> Answer:
        """`consume(connection, frames)` while the answer arrives: download and writing overlap.

        `arrived` is called in the event loop, with the begin and with every page.
        """
        loop = asyncio.get_running_loop()
        feed = AnswerPipe(loop)

        def consume_counted(connection: Connection, frames: Iterator[AnyFrame]) -> Answer:
            return consume(connection, _counted(frames, lambda frame: loop.call_soon_threadsafe(arrived, frame)))

        pump = asyncio.create_task(_pump(body, feed))
        try:
            return await self.run(_consume, feed, body.encoding, consume_counted)
        finally:
            feed.end(HalfAnswer("The sync was stopped."))
            pump.cancel()
            with suppress(asyncio.CancelledError):
                await pump

    def note_altered(self) -> None:
        """The connection was set for work that is not every sync's: it goes with this one."""
        self._is_altered = True

    async def give_back(self) -> None:
        """The sync has ended well: the next one of this file may take the thread over."""
        if self._is_altered or not self._database.keep(self):
            await self.close()

    async def close(self) -> None:
        """Wait for what still runs, and let go of the file."""
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._executor, self._disconnect))
        self._executor.shutdown(wait=False)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _consume(
    connection: Connection, feed: AnswerPipe, encoding: str, consume: Callable[[Connection, Iterator[AnyFrame]], Answer]
) -> Answer:
    try:
        return consume(connection, read_frames(read_lines(feed, encoding=encoding)))
    finally:
        feed.abandon()


def _counted(frames: Iterator[AnyFrame], arrived: Callable[[Begin | Page], object]) -> Iterator[AnyFrame]:
    for frame in frames:
        if isinstance(frame, Begin | Page):
            arrived(frame)
        yield frame


async def _pump(body: Body, feed: AnswerPipe) -> None:
    try:
        async for chunk in body.read_chunks():
            await feed.put(chunk)
            if feed.is_abandoned:
                return
    except Exception as error:
        feed.end(error)
        return
    feed.end()


@asynccontextmanager
async def open_file_thread(database: Database) -> AsyncIterator[FileThread]:
    """A thread with a connection for the time of one sync."""
    kept = database.take_kept()
    thread = kept if isinstance(kept, FileThread) else FileThread(database)
    try:
        yield thread
    except BaseException:
        await thread.close()
        raise
    await thread.give_back()
