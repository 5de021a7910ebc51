"""What a snapshot cannot see: read from its text, and asked of PostgreSQL."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Snapshot:
    """A pg_snapshot: transactions below `xmax` and not in `xip` were visible, if they committed at all."""

    xmin: int
    xmax: int
    xip: tuple[int, ...]

    def sees(self, xid: int) -> bool:
        return xid < self.xmax and xid not in self.xip

    def add_own(self, xid: int) -> "Snapshot":
        """The same, but it sees the transaction `xid` too; those that began between are still unseen."""
        between = range(self.xmax, xid)
        return Snapshot(self.xmin, max(self.xmax, xid + 1), tuple(x for x in (*self.xip, *between) if x != xid))

    def __str__(self) -> str:
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, self.xip))}"


def parse_snapshot(text: str) -> Snapshot:
    """A snapshot from its text form, `xmin:xmax:xip,…`; ValueError when it is none."""
    xmin, xmax, xip = text.split(":")
    snapshot = Snapshot(int(xmin), int(xmax), tuple(int(xid) for xid in xip.split(",") if xid))
    if not 0 < snapshot.xmin <= snapshot.xmax or any(not snapshot.xmin <= x < snapshot.xmax for x in snapshot.xip):
        raise ValueError(f"not a snapshot: {text!r}")
    return snapshot


SNAPSHOT_SQL = (
    # A standby does not know what is open on the primary: it may say things twice, but leaves no hole (H1).
    "CASE WHEN pg_is_in_recovery() THEN format('%1$s:%1$s:', pg_snapshot_xmin(pg_current_snapshot()))"
    " ELSE pg_current_snapshot()::text END"
)
"""What the transaction sees, as text that `parse_snapshot` reads."""


def unseen_sql(xid: str, *, xmax: str = "$1", xip: str = "$2") -> str:
    """Whether a snapshot cannot see the transaction that the column `xid` names: the one spelling of that question.

    Bind `Snapshot.xmax` and `Snapshot.xip` (xid8 and xid8[]). It must be the bound array: with a sub-select in its
    place PostgreSQL reads the whole table, and with `NOT pg_visible_in_snapshot` all that came after an old open
    transaction. Two index scans answer it, in time proportional to the changes, whatever is still open (H18).
    """
    return f"({xid} >= CAST({xmax} AS xid8) OR {xid} = ANY (CAST({xip} AS xid8[])))"


def any_unseen_sql(versions: str, *, xmax: str = "$1", xip: str = "$2") -> str:
    """Whether a version table holds any row that a snapshot cannot see.

    Both halves walk the index in its order to one row, whatever the planner believes about the table: the newest
    version, and the first one at or after each transaction that was open.
    """
    newest = f"SELECT xid FROM {versions} ORDER BY xid DESC LIMIT 1"
    of_open = f"SELECT v.xid FROM {versions} v WHERE v.xid >= o.xid ORDER BY v.xid LIMIT 1"
    return (
        f"(coalesce(({newest}) >= CAST({xmax} AS xid8), false)"
        f" OR EXISTS (SELECT FROM unnest(CAST({xip} AS xid8[])) AS o (xid)"
        f" CROSS JOIN LATERAL ({of_open}) f WHERE f.xid = o.xid))"
    )
