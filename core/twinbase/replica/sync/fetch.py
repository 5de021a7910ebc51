"""Fetch one answer whole, apply it, and keep what it says: shared by pulls and repairs.

The line may break and the server may cut: what came stays, and the rest is asked for, a bounded number of times.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial

from twinbase.errors import HalfAnswer
from twinbase.frames import AnyFrame, End
from twinbase.replica.apply.apply import ApplyReport, apply
from twinbase.replica.apply.fuse import FuseBlown, note_removal
from twinbase.replica.connection import Connection
from twinbase.replica.file.state import read_state
from twinbase.replica.sync.answer import Collector
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.server import Body

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
        applied = await _collect(exchange, ask, collector, part)
    except BaseException:
        await exchange.thread.run(collector.clear)
        raise
    exchange.report_apply(applied)
    assert collector.end is not None
    return collector.end, applied


async def _collect(exchange: Exchange, ask: Ask, collector: Collector, part: Collection[str]) -> ApplyReport:
    """Ask until the answer is whole; it is applied in the visit in which its end has come."""
    say_apply = partial(asyncio.get_running_loop().call_soon_threadsafe, partial(exchange.status.set, phase="apply"))

    def take(connection: Connection, frames: Iterator[AnyFrame]) -> ApplyReport | None:
        collector.take(connection, frames)
        if not collector.is_whole:
            return None
        say_apply()
        with exchange.report.time_phase("apply"):
            return _apply(connection, exchange, collector, part)

    breaks = 0
    while True:
        before = collector.resume
        try:
            async with ask(collector.resume) as body:
                applied = await exchange.thread.read(body, take, exchange.count_arrived)
        except HalfAnswer:
            breaks += 1
            if breaks > BREAKS_MAX or collector.resume is None:
                raise
        else:
            if applied is not None:
                return applied
            if collector.resume == before:
                raise HalfAnswer("The server cut its answer without going on.")


def _apply(connection: Connection, exchange: Exchange, collector: Collector, part: Collection[str]) -> ApplyReport:
    checkpoint = collector.make_checkpoint(connection)
    if part:
        causes = {twin: [SCHEMA] for twin in part}
        checkpoint = replace(checkpoint, end=End(cursor=read_state(connection).cursor, causes=causes))
    applied = apply(connection, exchange.shapes, checkpoint, token=exchange.token)
    collector.clear(connection)
    return applied
