"""The oracle's three modes (H12): repair alone converges, the cursor alone loses nothing, both surprise nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tests.oracle import simulation
from tests.oracle.office import WRITES_IN_SCOPE
from tests.oracle.simulation import ACTS, Act, Simulation

from twinbase.replica import prove
from twinbase_server import feed

SCOPE_MOVES = (
    simulation.time_passes, simulation.tombstones_are_collected, simulation.claims_go_missing,
)  # fmt: skip


@contextmanager
def in_mode(mode: str, sim: Simulation) -> Iterator[tuple[Act, ...]]:
    """Switch a part of the engine off for a while; gives the acts that the mode allows."""
    match mode:
        case "cursor":
            sim.office.writes = WRITES_IN_SCOPE
            sim.deletes = False
            with patch.object(prove, "prove", _compare_only):
                yield tuple(act for act in ACTS if act not in SCOPE_MOVES)
        case "repair":
            with patch.object(feed, "_remaining", _nothing), patch.object(feed, "is_daily_proof_due", _always):
                yield ACTS
        case _:
            yield ACTS


async def _compare_only(exchange: Any, end: Any, applied: Any) -> None:
    """Repair off: what the cursor does not bring does not come."""
    for twin in prove.compare(exchange, end, applied):
        exchange.report.unproven[twin] = "Repair is off."


def _nothing(*_: Any) -> list[Any]:
    """Cursor off: no change is delivered by version."""
    return []


def _always(*_: Any) -> bool:
    return True
