"""Digests: row count and sums of row hashes, in two 24-bit halves so that no sum overflows 64 bits (H13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HALF_BITS = 24
HALF_MASK = (1 << HALF_BITS) - 1


@dataclass(frozen=True, slots=True)
class Digest:
    """Equal digests mean: the same rows with the same content (up to a chance of 2**-48)."""

    rows: int = 0
    high: int = 0
    low: int = 0

    def __add__(self, other: "Digest") -> "Digest":
        return Digest(self.rows + other.rows, self.high + other.high, self.low + other.low)

    def __sub__(self, other: "Digest") -> "Digest":
        return Digest(self.rows - other.rows, self.high - other.high, self.low - other.low)

    def as_list(self) -> list[int]:
        return [self.rows, self.high, self.low]


def digest_of(hashes: Iterable[int]) -> Digest:
    """The digest of rows with these 48-bit hashes."""
    rows = high = low = 0
    for row_hash in hashes:
        rows += 1
        high += row_hash >> HALF_BITS
        low += row_hash & HALF_MASK
    return Digest(rows, high, low)


def bucket_of(row_hash: int, bits: int) -> int:
    return row_hash & ((1 << bits) - 1)


def bits_for(rows: int, rows_per_bucket: int = 16, bits_max: int = 12) -> int:
    """How finely to compare a twin of that many rows: about sixteen rows a bucket, 4,096 buckets at most."""
    return min(bits_max, max(0, (rows // rows_per_bucket).bit_length()))


def fold(sums: Sequence[Digest], bits: int) -> list[Digest]:
    """Sums over many buckets folded to 2**bits buckets (the low bits of a hash name its bucket at every fineness)."""
    folded = [Digest()] * (1 << bits)
    for bucket, digest in enumerate(sums):
        index = bucket & ((1 << bits) - 1)
        folded[index] = folded[index] + digest
    return folded
