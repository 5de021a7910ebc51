"""How much is measured: the real table, or a smoke test that ends in seconds."""

from dataclasses import dataclass

PARTS = ("initial", "empty", "idle", "changed", "push", "news", "capture", "large")
"""Of the table, in its order."""


@dataclass(frozen=True, slots=True)
class BenchSizes:
    """Rows of each measurement, and how often it is repeated."""

    rows: int = 50_000
    large: int = 500_000
    huge: int = 1_000_000
    late: int = 200_000
    captured: int = 200_000
    changed: int = 100
    mutations: int = 1_000
    transactions: int = 100
    pairs: int = 9
    empty_pulls: int = 200
    listeners: int = 499
    news: int = 60


QUICK = BenchSizes(
    rows=500,
    large=1_000,
    huge=2_000,
    late=400,
    captured=2_000,
    changed=10,
    mutations=24,
    transactions=4,
    pairs=1,
    empty_pulls=3,
    listeners=12,
    news=4,
)
