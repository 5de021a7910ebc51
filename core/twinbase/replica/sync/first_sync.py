"""The first sync of a file: everything is fetched aside, and shown at once."""

from twinbase.frames import Begin, End, Page
from twinbase.replica.apply.apply import ApplyReport
from twinbase.replica.apply.fuse import FuseBlown, note_removal
from twinbase.replica.apply.stage import Stage
from twinbase.replica.file.reread import note_reread
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.progress import FirstSyncProgress
from twinbase.replica.sync.prove import prove
from twinbase.replica.sync.pull import pull

CUTS_MAX = 10_000


async def run_first_sync(exchange: Exchange) -> None:
    """Everything in scope, page by page beside the twins, then visible at once. Goes on where it was stopped."""
    exchange.status.set(phase="initial")
    exchange.thread.note_altered()
    end, applied = await _whole(exchange)
    await exchange.thread.run(note_reread, exchange.token, exchange.clock())
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
    progress = FirstSyncProgress(exchange.pulled, stage.kept, stage.expected)

    def show(frame: Begin | Page) -> None:
        progress.note_frame(frame)
        exchange.status.set(rows=progress.rows, rows_expected=progress.expected)

    for _ in range(CUTS_MAX):
        caller = await exchange.make_request_context()
        async with exchange.server.stream_initial({"resume": resume}, caller) as body:
            resume = await exchange.thread.read(body, stage.take, show)
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
