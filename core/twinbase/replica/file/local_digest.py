"""The device's digest, kept bucket by bucket over the last server image, never over local edits (H25)."""

from collections.abc import Iterable
from typing import Any

from twinbase.digest import HALF_BITS, HALF_MASK, Digest, bits_for, bucket_of, fold
from twinbase.protocol import BUCKET_BITS_MAX
from twinbase.replica.connection import Connection

_CHANGE = """INSERT INTO _twinbase_bucket (twin, bucket, rows, hi, lo) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (twin, bucket) DO UPDATE
SET rows = rows + excluded.rows, hi = hi + excluded.hi, lo = lo + excluded.lo"""

DIGEST = "SELECT total(rows), sum(hi), sum(lo) FROM _twinbase_bucket WHERE twin = ?"


class Changes:
    """What an apply changes in the sums of one twin; written once, at its end."""

    def __init__(self) -> None:
        self._sums: dict[int, list[int]] = {}
        self.rows = 0

    def add(self, row_hash: int) -> None:
        self._count(row_hash, 1)

    def remove(self, row_hash: int) -> None:
        self._count(row_hash, -1)

    def _count(self, row_hash: int, sign: int) -> None:
        sums = self._sums.setdefault(bucket_of(row_hash, BUCKET_BITS_MAX), [0, 0, 0])
        sums[0] += sign
        sums[1] += sign * (row_hash >> HALF_BITS)
        sums[2] += sign * (row_hash & HALF_MASK)
        self.rows += sign

    def write(self, connection: Connection, twin: str) -> None:
        connection.executemany(_CHANGE, [(twin, bucket, *sums) for bucket, sums in self._sums.items() if any(sums)])


def local_digest(connection: Connection, twin: str) -> Digest:
    """Rows and sums of a twin, from its buckets."""
    return read_digest(*connection.execute(DIGEST, (twin,)).fetchone())


def read_digest(rows: float, high: int | None, low: int | None) -> Digest:
    """The digest that a row of the query DIGEST says."""
    return Digest(int(rows), int(high or 0), int(low or 0))


def count_rows(connection: Connection, twin: str) -> int:
    return local_digest(connection, twin).rows


def local_sums(connection: Connection, twin: str) -> dict[str, Any]:
    """What a repair request says of a twin: its sums, as finely as its rows deserve."""
    sums = [Digest()] * (1 << BUCKET_BITS_MAX)
    query = "SELECT bucket, rows, hi, lo FROM _twinbase_bucket WHERE twin = ?"
    for bucket, rows, high, low in connection.execute(query, (twin,)):
        sums[bucket] = Digest(rows, high, low)
    bits = bits_for(sum(digest.rows for digest in sums))
    return {"bits": bits, "sums": [digest.as_list() for digest in fold(sums, bits)]}


def count_buckets(connection: Connection, twin: str, meta: str) -> None:
    """Count the sums of a whole twin anew, in one pass over its meta table."""
    connection.execute("DELETE FROM _twinbase_bucket WHERE twin = ?", (twin,))
    connection.execute(
        "INSERT INTO _twinbase_bucket (twin, bucket, rows, hi, lo)"
        f" SELECT ?, hash & {(1 << BUCKET_BITS_MAX) - 1}, count(*),"
        f" sum(hash >> {HALF_BITS}), sum(hash & {HALF_MASK}) FROM {meta} GROUP BY 2",
        (twin,),
    )


def is_different(here: Digest, there: Iterable[int]) -> bool:
    return here.as_list() != list(there)
