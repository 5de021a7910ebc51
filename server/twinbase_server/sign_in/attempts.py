"""Failed sign-ins, counted in PostgreSQL for all processes.

A try is counted as a failure before the password is looked at, and taken back when it was right: of a thousand that
come at once no more are looked at than of a thousand one after the other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

import asyncpg

from twinbase_server.accounts import normalise_email
from twinbase_server.database.connection import Connection
from twinbase_server.problems import ProblemError
from twinbase_server.sign_in.delays import DELAYS, EnrolmentAttempt, LinkAttempt, SignInAttempt

FORGOTTEN_AFTER = timedelta(days=1)
KEPT_MAX = 200_000
Counts = Mapping[str, bytes]


async def note_attempt(
    connection: Connection, attempt: SignInAttempt | EnrolmentAttempt | LinkAttempt, now: datetime
) -> Counts:
    """Count a try; answers under what, for `forgive_attempt`. Raises `too-many-sign-ins` when it has to wait."""
    counts = dict(attempt.list_counts())
    counted = False
    while not counted:
        async with connection.transaction():
            await connection.execute(_BEGIN, list(counts), list(counts.values()), now)
            rows = await connection.fetch(_LOCK, list(counts), list(counts.values()))
            # A right password may take what was counted for its account away between the two: then begin anew.
            if counted := len(rows) == len(counts):
                await _count(connection, counts, rows, now)
    return counts


async def _count(connection: Connection, counts: Counts, rows: Sequence[asyncpg.Record], now: datetime) -> None:
    wait = max(row["next_at"] for row in rows) - now
    if wait > timedelta():
        seconds = ceil(wait.total_seconds())
        raise ProblemError("too-many-sign-ins", f"Try again in {seconds} s.", headers={"Retry-After": str(seconds)})
    failures = {row["kind"]: _failures(row["failures"], row["last_at"], now) + 1 for row in rows}
    waits = [DELAYS[kind].find_wait(failures[kind]) for kind in counts]
    await connection.execute(
        _COUNT, list(counts), list(counts.values()), [failures[kind] for kind in counts], now, waits
    )


async def forgive_attempt(connection: Connection, counts: Counts) -> None:
    """It was the right password. What was counted for this account goes; of an address only this one try does, or who
    owns one account could guess at all others."""
    await connection.execute(_FORGIVE, list(counts), list(counts.values()))
    await take_attempt_back(connection, counts)


async def take_attempt_back(connection: Connection, counts: Counts) -> None:
    """As if it had not been made; what was counted before stays."""
    await connection.execute(_TAKE_BACK, list(counts), list(counts.values()))


async def is_known_device(connection: Connection, replica: object, email: str) -> bool:
    """Whether the device is one of this account's."""
    email = normalise_email(email)
    return "\x00" not in email and bool(await connection.fetchval(_KNOWN, replica, email))


async def forget_attempts(connection: Connection, now: datetime) -> None:
    """What was counted long ago goes, and of very many the oldest."""
    await connection.execute("DELETE FROM twinbase.attempt WHERE last_at < $1", now - FORGOTTEN_AFTER)
    await connection.execute(_FORGET_OLDEST, KEPT_MAX)


def _failures(counted: int, last_at: datetime, now: datetime) -> int:
    return counted if now - last_at < FORGOTTEN_AFTER else 0


_NAMED = "unnest($1::text[], $2::bytea[]) AS n (kind, name)"
_BEGIN = f"""
INSERT INTO twinbase.attempt (kind, name, failures, last_at, next_at)
SELECT kind, name, 0, $3::timestamptz, $3 FROM {_NAMED} ORDER BY kind ON CONFLICT DO NOTHING
"""
_LOCK = f"""
SELECT a.kind, a.failures, a.last_at, a.next_at FROM twinbase.attempt a JOIN {_NAMED} USING (kind, name)
ORDER BY a.kind FOR UPDATE OF a
"""
_COUNT = """
UPDATE twinbase.attempt a SET failures = n.failures, last_at = $4::timestamptz, next_at = $4 + n.wait
FROM unnest($1::text[], $2::bytea[], $3::int[], $5::interval[]) AS n (kind, name, failures, wait)
WHERE (a.kind, a.name) = (n.kind, n.name)
"""
_FORGIVE = f"""
DELETE FROM twinbase.attempt a USING {_NAMED} WHERE (a.kind, a.name) = (n.kind, n.name) AND a.kind <> 'address'
"""
_TAKE_BACK = f"""
UPDATE twinbase.attempt a SET failures = greatest(a.failures - 1, 0), next_at = a.last_at
FROM {_NAMED} WHERE (a.kind, a.name) = (n.kind, n.name)
"""
_KNOWN = "SELECT EXISTS (SELECT FROM twinbase.replica WHERE id = $1 AND account = $2 AND revoked_at IS NULL)"
_FORGET_OLDEST = """
DELETE FROM twinbase.attempt WHERE last_at < (
    SELECT last_at FROM twinbase.attempt ORDER BY last_at DESC OFFSET $1 LIMIT 1)
"""
