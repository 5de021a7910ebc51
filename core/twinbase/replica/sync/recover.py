"""What the server objects to, and the way on from each objection."""

from twinbase.errors import ServerRefused
from twinbase.replica.file.content_tables import doubt_stored
from twinbase.replica.file.loss import note_loss
from twinbase.replica.outbox import offer_again
from twinbase.replica.outbox.thaw import thaw_batch, thaw_unknown
from twinbase.replica.sync.agree import agree
from twinbase.replica.sync.exchange import Exchange


async def recover(exchange: Exchange, problem: ServerRefused) -> None:
    """What to do about an objection of the server; raises it again when there is nothing to do."""
    run, token = exchange.thread.run, exchange.token
    chance = exchange.ids().int
    match problem.kind:
        case "schema-unknown":
            if await run(thaw_unknown, token, chance=chance):
                exchange.report.recovered.append("schema-unknown: what was on its way is made anew")
            await agree(exchange, anew=True)
        case "bad-cursor" | "cursor":
            await run(offer_again.start_over, token)
        case "forked" | "epoch":
            known = int(str(problem.extra.get("epoch") or 0))
            await run(offer_again.take_new_epoch, token, chance=chance, known=known)
            if lost := str(problem.extra.get("lost") or ""):
                await run(note_loss, exchange.path, lost)
            exchange.report.recovered.append(f"{problem.kind}: new epoch, unconfirmed work offered again")
        case "generation" | "gap":
            # A batch is missing in the server's memory: what it had answered is gone there, as after a restore.
            offered = await run(offer_again.offer_everything, token, chance=chance)
            await run(doubt_stored, token)
            exchange.report.recovered.append(f"{problem.kind}: {offered} mutations offered again, first sync again")
        case "bad-batch":
            exchange.limits, refused = await run(thaw_batch, token, exchange.limits, problem.detail, chance=chance)
            exchange.note_set_aside(refused, "cannot be read by the server")
            exchange.report.recovered.append(f"bad-batch: what the server cannot read is made anew ({problem.detail})")
        case "batch-too-large" | "body-too-large":
            refused = await run(offer_again.set_aside_too_large, token)
            exchange.note_set_aside(refused, "are more than the server takes at once")
            if not refused:
                limit = problem.extra.get("limit") if problem.kind == "body-too-large" else None
                sent = await run(offer_again.bytes_in_flight)
                exchange.limits = exchange.limits.halve(limit if isinstance(limit, int) else sent * 2 // 3)
            await run(offer_again.take_new_epoch, token, chance=chance)
        case _:
            raise problem
    exchange.status.set(problem=problem.detail)
