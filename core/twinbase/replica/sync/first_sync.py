"""The first sync of a file, and of what an update of the app added to it: new twins, new columns."""

import json
from typing import Any

from twinbase.frames import End
from twinbase.replica.apply.apply import ApplyReport
from twinbase.replica.apply.fuse import FuseBlown, note_removal
from twinbase.replica.apply.stage import Stage
from twinbase.replica.connection import Connection
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.fetch import fetch
from twinbase.replica.sync.prove import prove
from twinbase.replica.sync.pull import pull

CUTS_MAX = 10_000


async def run_first_sync(exchange: Exchange) -> None:
    """Everything in scope, page by page beside the twins, then visible at once. Goes on where it was stopped.

    What blows the fuse is asked for once more, and believed if it says the same.
    """
    exchange.status.set(phase="initial")
    try:
        end, applied = await _whole(exchange)
    except FuseBlown:
        end, applied = await _whole(exchange)
    exchange.report_apply(applied)
    if end.digests:
        await prove(exchange, end, applied)
    else:
        await pull(exchange, prove_all=True)


async def _whole(exchange: Exchange) -> tuple[End, ApplyReport]:
    stage = Stage(exchange.registry, exchange.pulled, exchange.token)
    with exchange.report.time_phase("initial"):
        await _load(exchange, stage)
    with exchange.report.time_phase("publish"):
        applied = await _publish(exchange, stage)
    assert stage.end is not None
    return stage.end, applied


async def _load(exchange: Exchange, stage: Stage) -> None:
    resume = await exchange.thread.run(stage.prepare)
    for _ in range(CUTS_MAX):
        caller = await exchange.make_request_context()
        async with exchange.server.stream_initial({"resume": resume}, caller) as body:
            resume = await exchange.thread.read(body, stage.take, exchange.count_arrived)
        if resume is None:
            return


async def _publish(exchange: Exchange, stage: Stage) -> ApplyReport:
    """What was kept cannot confirm itself: when it is not believed, it goes, and only what it said is kept."""
    try:
        return await exchange.thread.run(stage.publish)
    except FuseBlown as blown:
        await exchange.thread.run(note_removal, exchange.token, blown.removal)
        await exchange.thread.run(stage.discard)
        raise


async def catch_up(exchange: Exchange) -> None:
    """Fetch the columns and twins that an update of the app added; the cursor stays, the next pull goes on from it."""
    columns, twins = await exchange.thread.run(_missing, list(exchange.pulled))
    columns = {t: [c for c in names if c in exchange.shapes[t].columns] for t, names in columns.items()}
    for part in ({"columns": {t: names for t, names in columns.items() if names}}, {"twins": twins}):
        if any(part.values()):
            with exchange.report.time_phase("backfill"):
                await _fetch_part(exchange, part)
    if columns or twins:
        await exchange.thread.run(_not_missing, exchange.token, [*columns, *twins])


async def _fetch_part(exchange: Exchange, part: dict[str, Any]) -> None:
    caller = await exchange.make_request_context()
    await fetch(
        exchange, lambda resume: exchange.server.stream_initial({"resume": resume, **part}, caller), keep_cursor=True
    )


def _missing(connection: Connection, pulled: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    rows = connection.execute("SELECT name, backfill, loaded FROM _twinbase_twin WHERE active").fetchall()
    known = [(name, json.loads(backfill), loaded) for name, backfill, loaded in rows if name in pulled]
    columns = {name: backfill for name, backfill, loaded in known if loaded and backfill}
    return columns, [name for name, _, loaded in known if not loaded]


def _not_missing(connection: Connection, token: str, twins: list[str]) -> None:
    with begin_fenced(connection, token):
        connection.executemany(
            "UPDATE _twinbase_twin SET loaded = 1, backfill = '[]' WHERE name = ?", [(twin,) for twin in twins]
        )
