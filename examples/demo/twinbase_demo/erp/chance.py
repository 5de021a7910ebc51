"""Chance as an argument: every table draws from its own stream, so the order of loading changes no value."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance(Random):
    """A stream of draws named by the seed and a subject; the same name gives the same stream."""

    def __init__(self, seed: int, *subject: object) -> None:
        super().__init__("/".join(str(part) for part in (seed, *subject)))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random() * len(choices))]

    def happens(self, share: float) -> bool:
        return self.random() < share

    def draw_between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def make_uuid(self) -> str:
        """A random UUID (version 4), written as PostgreSQL writes it."""
        digits = f"{self.getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def make_digits(self, length: int) -> str:
        return f"{int(self.random() * 10**length):0{length}d}"
