"""Pairs: the product and its floor, measured one after the other, in turns, and what comes out of many of them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

TimedWork = Callable[[], Awaitable[float]]


@dataclass(frozen=True)
class Result:
    """One row of the speed table. `ratio` is to the floor, or, without one, the value to its limit (then `bar` is 1).

    `value` and `limit` are in `unit`; `median_seconds` is the product's time, where time is what is measured.
    """

    name: str
    what: str
    ratio: float
    bar: float
    pairs: int
    median_seconds: float | None = None
    floor_seconds: float | None = None
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return self.ratio <= self.bar


async def time_work(work: Awaitable[Any]) -> float:
    """The seconds that it took."""
    start = perf_counter()
    await work
    return perf_counter() - start


@dataclass
class Pairs:
    """Seconds of the product and of its floor, pair by pair."""

    product: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    async def measure(self, product: TimedWork, floor: TimedWork) -> None:
        """One more pair. They take turns in going first, as the second finds warmer caches."""
        if len(self.product) % 2:
            self.floor.append(await floor())
            self.product.append(await product())
        else:
            self.product.append(await product())
            self.floor.append(await floor())

    @property
    def ratios(self) -> list[float]:
        return [mine / floor for mine, floor in zip(self.product, self.floor, strict=True)]

    def make_result(self, name: str, what: str, bar: float, **detail: Any) -> Result:
        """The median of the pairs' ratios."""
        return Result(
            name,
            what,
            median(self.ratios),
            bar,
            len(self.product),
            median_seconds=median(self.product),
            floor_seconds=median(self.floor),
            detail=detail | {"ratios": [round(ratio, 3) for ratio in self.ratios]},
        )


def make_limit_result(name: str, what: str, value: float, limit: float, unit: str, pairs: int, **detail: Any) -> Result:
    """A value that must stay below a limit."""
    seconds = value / 1000 if unit == "ms" else None
    return Result(
        name,
        what,
        value / limit,
        1.0,
        pairs,
        median_seconds=seconds,
        value=value,
        limit=limit,
        unit=unit,
        detail=detail,
    )
