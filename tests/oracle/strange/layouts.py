"""How a table is cut in parts: by a list, by ranges, by a hash, by inheritance, or not at all."""

from dataclasses import dataclass
from random import Random

KEYED = "plain", "hash"
"""Layouts in which the key alone names a row."""


@dataclass(frozen=True)
class Layout:
    """`tail`: what CREATE TABLE ends with, `parts`: what makes each part of it, `bounds`: what ATTACH says of it."""

    name: str
    tail: str = ""
    part: str = "CREATE TABLE {part} PARTITION OF {table} {bounds}"
    bounds: tuple[str, ...] = ()
    late: str = ""
    places: int = 1

    @property
    def has_place_in_key(self) -> bool:
        """PostgreSQL wants the column by which a table is cut in every key of it."""
        return self.name in ("list", "range")

    def draw_place(self, rng: Random, part: int | None = None) -> int:
        """A place that a row may have, in this part or anywhere."""
        if part is None or not self.has_place_in_key:
            return rng.randrange(self.places)
        each = self.places // len(self.bounds)
        return part * each + rng.randrange(each)


LAYOUTS = (
    Layout("plain", places=2),
    Layout("list", " PARTITION BY LIST ({place})", bounds=("FOR VALUES IN (0)", "FOR VALUES IN (1)"),
           late="FOR VALUES IN (2)", places=2),
    Layout("range", " PARTITION BY RANGE ({place})",
           late="FOR VALUES FROM (4) TO (6)",
           bounds=("FOR VALUES FROM (0) TO (2)", "FOR VALUES FROM (2) TO (4)"), places=4),
    Layout("hash", " PARTITION BY HASH ({first})", bounds=(
        "FOR VALUES WITH (MODULUS 2, REMAINDER 0)", "FOR VALUES WITH (MODULUS 2, REMAINDER 1)"), places=2),
    Layout("inherits", part="CREATE TABLE {part} (PRIMARY KEY ({key})) INHERITS ({table})", bounds=("",), places=2),
)  # fmt: skip
