"""Fetch one answer whole, apply it, and keep what it says: shared by pulls and repairs.

The line may break and the server may cut: what came stays, and the rest is asked for, a bounded number of times.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from twinbase.errors import HalfAnswer
from twinbase.frames import AnyFrame, End, RowsReady
from twinbase.replica.apply.apply import ApplyReport, apply, confirm
from twinbase.replica.apply.fuse import FuseBlown, note_removal
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import read_state
from twinbase.replica.sync.answer import Collector
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.messages import Body

BREAKS_MAX = 3
SCHEMA = "schema"
"""A cause of a difference, in the server's word for it."""
Ask = Callable[[str | None], AbstractAsyncContextManager[Body]]


async def fetch(exchange: Exchange, ask: Ask, *, part: Collection[str] = ()) -> tuple[End, ApplyReport]:
    """Ask, apply, report. An answer that blows the fuse is noted: the next sync asks again, and knows what it said.

    `part`: the answer is about these twins only, under the schema agreed on now. Where we are in the whole does not
    change; but whoever answers next may have agreed on another, and then it is this that makes them differ.
    """
    try:
        return await _fetch_once(exchange, ask, part)
    except FuseBlown as blown:
        await exchange.thread.run(note_removal, exchange.token, blown.removal)
        raise


async def _fetch_once(exchange: Exchange, ask: Ask, part: Collection[str]) -> tuple[End, ApplyReport]:
    collector = Collector(exchange.token)
    try:
        end, applied = await _collect(exchange, ask, collector, part)
    except BaseException:
        await exchange.thread.run(collector.clear)
        raise
    exchange.report_apply(applied)
    return end, applied


async def _collect(
    exchange: Exchange, ask: Ask, collector: Collector, part: Collection[str]
) -> tuple[End, ApplyReport]:
    """Ask until the answer is whole; it is applied in the visit in which its end has come."""
    visit = _Visit(exchange, collector, part, asyncio.get_running_loop())
    breaks = 0
    while True:
        before = collector.resume
        try:
            async with ask(collector.resume) as body:
                applied = await exchange.thread.read(body, visit.take, exchange.count_arrived)
        except HalfAnswer:
            if collector.shown is not None:
                # What it would have proven, the next pull proves.
                return End(cursor=collector.shown.cursor, causes=collector.shown.causes), ApplyReport()
            breaks += 1
            if breaks > BREAKS_MAX or collector.resume is None:
                raise
        else:
            if applied is not None and collector.end is not None:
                return collector.end, applied
            if collector.resume == before:
                raise HalfAnswer("The server cut its answer without going on.")


@dataclass(frozen=True)
class _Visit:
    """The file's thread while an answer arrives: rows are shown when the server says that all are there, and confirmed
    by the digests at the end; or applied there."""

    exchange: Exchange
    collector: Collector
    part: Collection[str]
    loop: asyncio.AbstractEventLoop

    def take(self, connection: Connection, frames: Iterator[AnyFrame]) -> ApplyReport | None:
        self.collector.take(connection, frames, self._show)
        end = self.collector.end
        if end is None:
            return None
        if self.part:
            end = End(cursor=read_state(connection).cursor, causes={twin: [SCHEMA] for twin in self.part})
        if self.collector.shown is not None:
            return confirm(connection, self.collector.make_checkpoint(connection, end), token=self.exchange.token)
        applied = self._apply(connection, end)
        self.collector.clear(connection)
        return applied

    def _show(self, connection: Connection, ready: RowsReady) -> bool:
        """Nothing is shown that takes much away: whether that is believed, the digests at the end decide."""
        try:
            shown = self._apply(connection, End(cursor=ready.cursor, causes=ready.causes))
        except FuseBlown:
            return False
        self.loop.call_soon_threadsafe(self.exchange.report_apply, shown)
        return True

    def _apply(self, connection: Connection, end: End) -> ApplyReport:
        self.loop.call_soon_threadsafe(partial(self.exchange.status.set, phase="apply"))
        with self.exchange.report.time_phase("apply"):
            checkpoint = self.collector.make_checkpoint(connection, end)
            return apply(connection, self.exchange.shapes, checkpoint, token=self.exchange.token)
