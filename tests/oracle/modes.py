"""The oracle's three modes (H12): repair alone converges, the cursor alone loses nothing, both surprise nobody."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

from tests.oracle import accidents, locks, ordinary, reloads, updates
from tests.oracle.acts import ACTS
from tests.oracle.replacing import replace_everywhere
from tests.oracle.simulation import Act, Simulation
from tests.oracle.strange import tables
from tests.oracle.strange.acts import capture_is_taken_off
from tests.oracle.strange.parts import part_comes_and_goes
from tests.oracle.writers import WRITES_IN_SCOPE

from twinbase.replica.sync import prove
from twinbase_server.feed import delta, proof

LEFT_TO_REPAIR = (
    ordinary.time_passes, ordinary.server_clock_is_wrong, ordinary.tombstones_are_collected,
    ordinary.claims_go_missing, reloads.table_is_loaded_in_a_repair, capture_is_taken_off, part_comes_and_goes,
    locks.erp_keeps_a_table, updates.columns_are_added, updates.server_is_updated, updates.server_is_rolled,
    updates.app_is_updated,
)  # fmt: skip
"""Scopes move, and capture that is installed anew forgets what it saw: the cursor alone cannot know. And a twin whose
table is locked is left out of an answer, to be repaired after it. So is a key that is spelled anew, which is
another row to a device: in that mode everybody spells alike."""

HARD = (*[ordinary.office_opens] * 2, *[ordinary.office_ends] * 2, *[accidents.device_dies_between_two_commits] * 2)
"""What commits late, and what dies before it is kept, is the cursor's hardest part: without repair there is more."""


@contextmanager
def in_mode(mode: str, sim: Simulation) -> Iterator[tuple[Act, ...]]:
    """Switch a part of the engine off for a while; gives the acts that the mode allows."""
    match mode:
        case "cursor":
            sim.office.writes, sim.office.moves = WRITES_IN_SCOPE, False
            sim.deletes = False
            alike = patch.object(tables, tables.choose_spelling.__name__, _spell_alike)
            with replace_everywhere(prove.prove, _compare_only), alike:
                yield (*[act for act in ACTS if act not in LEFT_TO_REPAIR], *HARD)
        case "repair":
            with patch.object(delta, "_remaining", _nothing), replace_everywhere(proof.is_daily_proof_due, _always):
                yield ACTS
        case _:
            yield ACTS


async def _compare_only(exchange: Any, end: Any, applied: Any, **_: Any) -> None:
    """Repair off: what the cursor does not bring does not come."""
    for twin in prove.compare(exchange, end, applied):
        exchange.report.unproven[twin] = "Repair is off."


def _spell_alike(spellings: Sequence[str], _: Random) -> str:
    return spellings[0]


def _nothing(*_: Any) -> list[Any]:
    """Cursor off: no change is delivered by version."""
    return []


def _always(*_: Any) -> bool:
    return True
