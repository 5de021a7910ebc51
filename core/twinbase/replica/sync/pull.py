"""Step 5, seen from the device: ask what changed since the cursor, apply it, prove it."""

from twinbase.frames import End, locked_twins
from twinbase.replica.apply.apply import ApplyReport
from twinbase.replica.apply.doubt import read_doubts
from twinbase.replica.file.reread import reread_file
from twinbase.replica.sync.condition import read_condition
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.fetch import fetch
from twinbase.replica.sync.prove import prove

PULLS_MAX = 3


async def pull(exchange: Exchange, *, prove_all: bool = False) -> None:
    """Ask what changed since the cursor, apply it, prove it. An answer in several parts proves nothing: pull again.

    While a twin is in doubt, everything is proven by digest, over a file that was looked at again; once a week it is
    so without any doubt.
    """
    for _ in range(PULLS_MAX):
        # Of a twin that an update of the app has taken away nobody will say any more that it is equal.
        doubts = {
            twin: why for twin, why in (await exchange.thread.run(read_doubts)).items() if twin in exchange.pulled
        }
        again = await exchange.thread.run(
            reread_file, exchange.token, exchange.pulled.values(), doubts, now=exchange.clock()
        )
        end, applied = await _pull_once(exchange, prove_all=prove_all or again or bool(doubts))
        if end.digests or end.proven_by_skip or locked_twins(end) or not exchange.pulled:
            await prove(exchange, end, applied, explained=[twin for twin, causes in doubts.items() if causes])
            return
    exchange.report.unproven.update(dict.fromkeys(exchange.pulled, "Every answer came in several parts."))


async def _pull_once(exchange: Exchange, *, prove_all: bool) -> tuple[End, ApplyReport]:
    exchange.status.set(phase="pull")
    state = await exchange.read_state()
    caller = await exchange.make_request_context()
    params = {"since": state.cursor, "acked": str(state.acked)} | ({"prove": "all"} if prove_all else {})
    params |= await exchange.thread.run(read_condition, exchange.path)
    with exchange.report.time_phase("pull"):
        return await fetch(
            exchange,
            lambda resume: exchange.server.stream_pending(params | ({"resume": resume} if resume else {}), caller),
        )
