"""Step 7: a pull is proven when the digests are equal; what differs is repaired, bucket by bucket, in bounded rounds.

After three it is "unproven", said aloud in the report, and tried again at the next sync: never a loop, never in the
way of a push (H23).
"""

from collections.abc import Collection
from typing import Any

from twinbase.frames import End, locked_twins
from twinbase.protocol import BUCKET_BITS_MAX
from twinbase.replica.apply.apply import ApplyReport
from twinbase.replica.connection import Connection
from twinbase.replica.file.local_digest import count_buckets, local_sums
from twinbase.replica.file.names import meta_table
from twinbase.replica.file.transaction import begin_fenced
from twinbase.replica.sync.exchange import Exchange
from twinbase.replica.sync.fetch import fetch

ROUNDS_MAX = 3
BUCKETS_MAX = 6 << BUCKET_BITS_MAX
"""Of one request: their sums are well below the megabyte that a server reads."""
UNCAPTURED = "uncaptured"
"""The server's word for a twin whose digest holds for this moment alone."""


async def prove(exchange: Exchange, end: End, applied: ApplyReport, *, explained: Collection[str] = ()) -> None:
    """Compare the digests at this cursor, and repair until they are equal or the rounds are used up.

    `explained`: twins whose difference had a cause at an earlier cursor.
    """
    differing = compare(exchange, end, applied)
    unexplained = _unexplained(exchange, end, [twin for twin in differing if twin not in explained])
    rounds = 0
    while differing and rounds < ROUNDS_MAX:
        if rounds:
            await exchange.thread.run(_count_anew, exchange.token, differing)
        rounds += 1
        exchange.report.repair_rounds += 1
        end, applied, left = await _repair(exchange, differing, unexplained)
        differing, unexplained = _differing_still(exchange, end, applied, left), []
    for twin in differing:
        exchange.report.unproven[twin] = f"The digest still differs after {rounds} repairs; it is tried again."


def compare(exchange: Exchange, end: End, applied: ApplyReport) -> list[str]:
    """The twins whose digest is not the server's; notes the others as proven."""
    report = exchange.report
    report.proven.update(dict.fromkeys(end.proven_by_skip, True))
    for twin, digest in end.digests.items():
        report.proven[twin] = applied.digests.get(twin) == list(digest)
    for twin in (twin for twin, causes in end.causes.items() if UNCAPTURED in causes):
        report.unproven[twin] = "Not captured: the server does not hear of every change of its table."
    for twin in locked_twins(end):
        report.proven.pop(twin, None)
        report.unproven[twin] = "Another program keeps its table to itself on the server; it comes with a later sync."
    return [twin for twin in end.digests if not report.proven[twin]]


def _unexplained(exchange: Exchange, end: End, differing: list[str]) -> list[str]:
    """Twins that differ and the server knows no reason: counted here and there, for it alarms (H12)."""
    unexplained = [twin for twin in differing if not end.causes.get(twin)]
    exchange.report.unexplained += unexplained
    return unexplained


def _differing_still(exchange: Exchange, end: End, applied: ApplyReport, left: list[str]) -> list[str]:
    """The twins that differ after a repair. Of those `left` for the next one the server does not know that they do: it
    may say that nothing has changed in them since the cursor."""
    differing = compare(exchange, end, applied)
    waiting = [twin for twin in left if twin not in end.digests]
    exchange.report.proven.update(dict.fromkeys(waiting, False))
    return [*differing, *waiting]


async def _repair(exchange: Exchange, twins: list[str], unexplained: list[str]) -> tuple[End, ApplyReport, list[str]]:
    """The third: the twins whose sums had no room in this request."""
    exchange.status.set(phase="repair")
    sums = await exchange.thread.run(_sums, twins)
    state = await exchange.read_state()
    named = [twin for twin in unexplained if twin in sums]
    request = {"cursor": state.cursor, "acked": state.acked, "twins": sums, "unexplained": named}
    caller = await exchange.make_request_context()
    with exchange.report.time_phase("repair"):
        end, applied = await fetch(exchange, lambda resume: exchange.server.stream_repair(request, caller))
    exchange.report.repaired += applied.pulled + applied.removed
    return end, applied, [twin for twin in twins if twin not in sums]


def _count_anew(connection: Connection, token: str, twins: list[str]) -> None:
    """What a repair did not mend may be our own sums: count them from the rows' hashes."""
    with begin_fenced(connection, token):
        for twin in twins:
            count_buckets(connection, twin, meta_table(twin))


def _sums(connection: Connection, twins: list[str]) -> dict[str, Any]:
    """Of as many twins as one request has room for, and of one at least."""
    sums: dict[str, Any] = {}
    room = BUCKETS_MAX
    for twin in twins:
        found = local_sums(connection, twin)
        room -= len(found["sums"])
        if sums and room < 0:
            break
        sums[twin] = found
    return sums
