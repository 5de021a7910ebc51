"""`twinbase.deliveries`: which are next, and what became of each. The order of one row's deliveries is kept."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from twinbase.delivery import DeliveryOutcome, WaitingDelivery
from twinbase_server.database.connection import Connection
from twinbase_server.database.forgetting import forget_rows
from twinbase_server.jobs.task import clean_text, pause_after

SOONEST = timedelta(seconds=1)


async def take_next(connection: Connection, destination: str, most: int, now: datetime) -> list[WaitingDelivery]:
    """Those to hand over now, oldest first: of each row the first that waits, when its pause is over.

    They count as tried from now on: whoever crashes after this has perhaps handed them over.
    """
    return [_waiting(row) for row in await connection.fetch(_NEXT, destination, now, most)]


async def take_sent(
    connection: Connection, destination: str, most: int, now: datetime, every: timedelta
) -> list[WaitingDelivery]:
    """Those that were handed over and may have come back; each is looked at again after `every`."""
    return [_waiting(row) for row in await connection.fetch(_SENT, destination, now, most, now + every)]


async def note_answers(
    connection: Connection,
    destination: str,
    asked: Sequence[WaitingDelivery],
    answers: Sequence[DeliveryOutcome],
    now: datetime,
    look_at: datetime,
) -> dict[str, int]:
    """What became of those that were asked about; an answer for another one counts for nothing. Answers how many.

    `look_at`: when to ask whether it has come back, of those that are sent.
    """
    tries = {one.id: one.attempts for one in asked}
    counted = [answer for answer in answers if answer.id in tries]
    await connection.executemany(
        _NOTE,
        [
            (
                one.id,
                destination,
                one.state,
                clean_text(str(one.said or "")),
                now,
                _try_at(one, tries[one.id], now) if one.state == "waiting" else look_at,
            )
            for one in counted
        ],
    )
    return Counter(answer.state for answer in counted)


def _try_at(answer: DeliveryOutcome, tries: int, now: datetime) -> datetime:
    """Never at once: what is due in the run that asks is handed over in that run, again and again."""
    return now + max(answer.retry_after or pause_after(tries + 1), SOONEST)


async def postpone(connection: Connection, unanswered: Sequence[WaitingDelivery], said: str, now: datetime) -> None:
    """Nobody said what became of these: they wait on, and longer each time."""
    await connection.executemany(_POSTPONE, [(one.id, said, now + pause_after(one.attempts + 1)) for one in unanswered])


async def find_due_destinations(connection: Connection, now: datetime, final: Sequence[str]) -> set[str]:
    """The destinations for which something is due. At the `final` ones nothing is to be asked of what was sent."""
    return {row["destination"] for row in await connection.fetch(_WITH_WORK, now, list(final))}


async def prune(connection: Connection, final: Sequence[str], before: datetime) -> int:
    """Forget what was acknowledged before; and what was sent, to destinations that never acknowledge (`final`)."""
    acknowledged = await forget_rows(connection, _PRUNE.format(old=_ACKNOWLEDGED, limit="$2"), before)
    return acknowledged + await forget_rows(connection, _PRUNE.format(old=_HANDED, limit="$3"), before, list(final))


def _waiting(row: Any) -> WaitingDelivery:
    return WaitingDelivery(
        id=row["id"],
        twin=row["twin"],
        key=tuple(json.loads(row["key"])),
        action=row["action"],
        payload=json.loads(row["payload"]),
        author=row["author"],
        attempts=row["tried"],
    )


# Nothing overtakes: a delivery is next when no earlier one of its row is still on the way out.
_FIRST = """
d.state = 'waiting' AND d.next_at <= {now} AND NOT EXISTS (
    SELECT FROM twinbase.deliveries e
    WHERE e.destination = d.destination AND e.twin = d.twin AND e.row_key = d.row_key AND e.n < d.n
    AND e.state IN ('waiting', 'held'))
"""
_WAITING = "d.id, d.n, d.twin, d.key::text, d.action, d.payload::text, d.author"
_NEXT = f"""
WITH next AS (
    SELECT d.id FROM twinbase.deliveries d WHERE d.destination = $1 AND {_FIRST.format(now="$2")} ORDER BY d.n LIMIT $3
), tried AS (
    UPDATE twinbase.deliveries d SET attempts = attempts + 1 FROM next WHERE d.id = next.id
    RETURNING {_WAITING}, d.attempts - 1 AS tried
)
SELECT * FROM tried ORDER BY n
"""
_SENT = f"""
WITH next AS (
    SELECT d.id FROM twinbase.deliveries d WHERE d.destination = $1 AND d.state = 'sent' AND d.next_at <= $2
    ORDER BY d.n LIMIT $3
), looked AS (
    UPDATE twinbase.deliveries d SET next_at = $4 FROM next WHERE d.id = next.id
    RETURNING {_WAITING}, d.attempts AS tried
)
SELECT * FROM looked ORDER BY n
"""
# Held while it was on its way: what has become of it counts, and if that is nothing it stays held.
_NOTE = """
UPDATE twinbase.deliveries
SET state = $3, said = $4, next_at = $6,
    sent_at = CASE WHEN $3 IN ('sent', 'acknowledged') THEN coalesce(sent_at, $5) ELSE sent_at END,
    acknowledged_at = CASE WHEN $3 = 'acknowledged' THEN $5::timestamptz END
WHERE id = $1 AND destination = $2 AND (state IN ('waiting', 'sent') OR (state = 'held' AND $3 <> 'waiting'))
"""
_POSTPONE = "UPDATE twinbase.deliveries SET said = $2, next_at = $3 WHERE id = $1 AND state = 'waiting'"
_WITH_WORK = f"""
SELECT DISTINCT d.destination FROM twinbase.deliveries d
WHERE ({_FIRST.format(now="$1")}) OR (d.state = 'sent' AND d.next_at <= $1 AND d.destination <> ALL ($2::text[]))
"""
_PRUNE = """
WITH gone AS (
    DELETE FROM twinbase.deliveries WHERE id IN (
        SELECT id FROM twinbase.deliveries WHERE {old} LIMIT {limit} FOR UPDATE SKIP LOCKED)
    RETURNING id)
SELECT count(*) FROM gone
"""
_ACKNOWLEDGED = "state = 'acknowledged' AND acknowledged_at < $1"
_HANDED = "state = 'sent' AND sent_at < $1 AND destination = ANY ($2::text[])"
