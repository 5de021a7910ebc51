"""The office makes rules of its own, and people decide about what the server did not take."""

from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.oracle.rules import end_rules, make_rule, slice_of

from twinbase.replica import EditNotWaiting, RowGone

if TYPE_CHECKING:
    from tests.oracle.person import Mine
    from tests.oracle.simulation import Simulation

OF_A_RULE = ("database-rule", "database", "not-written")
"""Why a mutation was refused when the customer's own code is the reason."""
NEVER = ("unknown-twin", "unknown-column", "read-only", "operation", "malformed")
"""Why no mutation of our own devices may ever be refused: a server that does not know something lets it wait."""


async def office_makes_a_rule(sim: "Simulation", rng: Random) -> None:
    """From now on a trigger objects to what devices do to certain rows, or skips it, or writes something else."""
    sim.office.ruled.add(await make_rule(sim.office.connection, rng))


async def office_ends_its_rules(sim: "Simulation", rng: Random) -> None:
    await end_rules(sim.office.connection)


async def person_decides(sim: "Simulation", rng: Random) -> None:
    """Somebody looks at what waits for him."""
    await decide(sim.somebody(rng), rng)


async def decide(mine: "Mine", rng: Random) -> None:
    """Each local transaction that was refused is typed again, or what is to blame is thrown away; and so is what lost a
    conflict.

    A file that has a copy types again with a log of its own: two who write the same again are two, and not one.
    """
    for edit in await mine.device.replica.waiting_edits():
        with suppress(EditNotWaiting, RowGone):
            if edit.state == "conflict":
                await mine.device.replica.discard(edit.id)
            elif edit.twin == "logs":
                await _type_again(mine, edit, UUID(int=rng.getrandbits(128), version=4))
            elif edit.state == "refused" and edit.twin != "stocks" and not mine.has_copy and rng.random() < 0.5:
                await mine.device.replica.discard(edit.id)


async def _type_again(mine: "Mine", edit: Any, log: UUID) -> None:
    await mine.device.replica.correct(edit.id, {"id": log})
    mine.logs.discard(UUID(str(edit.key[0])))
    mine.held.pop(UUID(str(edit.key[0])), None)
    mine.note(log)


def judge_waiting(ruled: set[tuple[str, int, bool]], waiting: list[Any]) -> list[str]:
    """What is wrong with what waits for a person: said without a sentence, for a reason that is none, or held up by a
    rule that is about other rows."""
    found = []
    for edit in waiting:
        if edit.state != "conflict" and not (edit.reason and edit.detail):
            found.append(f"an edit of {edit.twin} is {edit.state}, and nobody is told why")
        if edit.reason in NEVER:
            found.append(f"an edit of {edit.twin} was refused for good: {edit.reason}, {edit.detail}")
        if edit.reason in OF_A_RULE and not (_is_ruled(ruled, edit) or _is_ruled_late(ruled, edit, waiting)):
            found.append(f"an edit of {edit.twin} was refused, and no rule speaks of its row: {edit.reason}")
    return found


def _is_ruled(ruled: set[tuple[str, int, bool]], edit: Any, late: tuple[bool, ...] = (False, True)) -> bool:
    """Parts go with their job, so their rules are its rules."""
    tables = ("jobs", "parts") if edit.twin in ("jobs", "parts") else (edit.twin,)
    return any((table, slice_of(edit.key[0]), when) in ruled for table in tables for when in late)


def _is_ruled_late(ruled: set[tuple[str, int, bool]], edit: Any, waiting: list[Any]) -> bool:
    """What a rule says at the end of a local transaction names no row: one edit is said to be refused for all of it,
    and the one that the rule is about waits behind."""
    return any(_is_ruled(ruled, other, (True,)) for other in waiting if other.behind == edit.id)
