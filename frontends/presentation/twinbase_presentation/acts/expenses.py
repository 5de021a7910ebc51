"""A technician's expenses: written, corrected, taken away while they are drafts, handed over to the office."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import claim_fault
from twinbase_mobile.rules.rows import values_of
from twinbase_mobile.tables import Expense
from twinbase_mobile.tables.kinds import Claim
from twinbase_presentation.acts.stamp import Stamp


async def write_expense(session: ReplicaSession, stamp: Stamp, values: Mapping[str, Any]) -> Reason | None:
    """A new one, as a draft. Answers why it cannot be, and then writes nothing."""
    expense = Expense(colleague_id=stamp.me, client_created_at=stamp.now, **values)
    if fault := claim_fault(None, expense):
        return fault
    session.add(expense)
    return None


async def correct_expense(session: ReplicaSession, id_: UUID, values: Mapping[str, Any]) -> Reason | None:
    """Change one that is a draft, or was sent back: that makes it a draft again."""
    expense = await session.get_one(Expense, id_)
    before, changes = dict(values_of(expense)), {**values, "state": Claim.DRAFT}
    if fault := claim_fault(before, {**before, **changes}):
        return fault
    for name, value in changes.items():
        setattr(expense, name, value)
    return None


async def delete_expense(session: ReplicaSession, id_: UUID) -> Reason | None:
    """Take one away that is still a draft, or was sent back. One that is gone already is no fault."""
    expense = await session.get(Expense, id_)
    if expense is None:
        return None
    if fault := claim_fault(expense, None):
        return fault
    await session.delete(expense)
    return None


async def submit_expenses(session: ReplicaSession, ids: Iterable[UUID]) -> Reason | None:
    """Hand them over to the office, all of them or none."""
    expenses = [await session.get_one(Expense, id_) for id_ in ids]
    for expense in expenses:
        before = dict(values_of(expense))
        if fault := claim_fault(before, {**before, "state": Claim.SUBMITTED}):
            return fault
    for expense in expenses:
        expense.state = Claim.SUBMITTED
    return None
