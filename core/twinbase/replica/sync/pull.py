"""Step 5, seen from the device: ask what changed since the cursor, apply it, prove it."""

from twinbase.frames import End, locked_twins
from twinbase.replica.apply.apply import ApplyReport
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.fetch import fetch
from twinbase.replica.sync.prove import prove
from twinbase.replica.sync.start import PullStart, find_start

PULLS_MAX = 3


async def pull(exchange: Exchange, start: PullStart | None = None, *, prove_all: bool = False) -> None:
    """Ask what changed since the cursor, apply it, prove it. An answer in several parts proves nothing: pull again.

    While a twin is in doubt, everything is proven by digest, over a file that was looked at again; once a week it is
    so without any doubt. `start`: where this one starts, if that was looked at already.
    """
    for _ in range(PULLS_MAX):
        start = start or await find_start(exchange)
        doubts = start.doubts
        end, applied = await _pull_once(exchange, start, prove_all=prove_all or start.was_reread or bool(doubts))
        if end.digests or end.proven_by_skip or locked_twins(end) or not exchange.pulled:
            await prove(exchange, end, applied, explained=[twin for twin, causes in doubts.items() if causes])
            return
        start = None
    exchange.report.unproven.update(dict.fromkeys(exchange.pulled, "Every answer came in several parts."))


async def _pull_once(exchange: Exchange, start: PullStart, *, prove_all: bool) -> tuple[End, ApplyReport]:
    exchange.status.set(phase="pull")
    caller = exchange.name_caller(start.state)
    params = {"since": start.state.cursor, "acked": str(start.state.acked)} | ({"prove": "all"} if prove_all else {})
    params |= start.condition
    with exchange.report.time_phase("pull"):
        return await fetch(
            exchange,
            lambda resume: exchange.server.stream_pending(params | ({"resume": resume} if resume else {}), caller),
        )
