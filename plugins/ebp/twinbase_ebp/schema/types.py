"""Canonical types: the few that a value can have, whatever database it comes from, and what PostgreSQL calls them."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?P<family>[a-z0-9]+)(?:\((?P<sizes>\d+(?:,\d+)?)\))?")
_PLAIN = {
    "bool": "boolean",
    "int16": "smallint",
    "int32": "integer",
    "int64": "bigint",
    "float64": "double precision",
    "uuid": "uuid",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "time": "time",
    "date": "date",
    "blob": "bytea",
}
_INTEGERS = ("int16", "int32", "int64")
# What PostgreSQL takes for numeric(p,s); beyond it a column is simply numeric.
_MOST_DIGITS = 1000


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical type taken apart: `decimal(28,8)` is family decimal of sizes (28, 8); no sizes: no limit."""

    family: str
    sizes: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.family}({','.join(map(str, self.sizes))})" if self.sizes else self.family


def parse(text: str) -> Canonical:
    """The type that this text names; ValueError for one that does not exist."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no canonical type.")
    sizes = tuple(int(size) for size in (found["sizes"] or "").split(",") if size)
    allowed = {"text": (0, 1), "decimal": (0, 2)}.get(found["family"], (0,) if found["family"] in _PLAIN else ())
    if len(sizes) not in allowed:
        raise ValueError(f"{text!r} is no canonical type.")
    return Canonical(found["family"], sizes)


def pg_type(text: str) -> str:
    """What PostgreSQL calls the canonical type."""
    canonical = parse(text)
    if canonical.family == "text":
        return f"varchar({canonical.sizes[0]})" if canonical.sizes else "text"
    if canonical.family == "decimal":
        return str(Canonical("numeric", canonical.sizes))
    return _PLAIN[canonical.family]


def join(one: str, other: str) -> str | None:
    """The smallest type that holds every value of both; None when they are of different kinds.

    `join("text(20)", "text(40)")` is `text(40)`, `join("int32", "uuid")` is None. An integer and a decimal are of
    different kinds: a program that reads one does not read the other.
    """
    left, right = parse(one), parse(other)
    if one == other:
        return one
    if left.family in _INTEGERS and right.family in _INTEGERS:
        return max(left.family, right.family, key=_INTEGERS.index)
    if left.family != right.family:
        return None
    return str(Canonical(left.family, _joined(left, right)))


def _joined(left: Canonical, right: Canonical) -> tuple[int, ...]:
    if not left.sizes or not right.sizes:
        return ()
    if left.family == "text":
        return (max(left.sizes[0], right.sizes[0]),)
    scale = max(left.sizes[1], right.sizes[1])
    whole = max(left.sizes[0] - left.sizes[1], right.sizes[0] - right.sizes[1])
    return (whole + scale, scale) if whole + scale <= _MOST_DIGITS else ()
