"""A technician's expenses, by how far they have come, with sums that are exact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.tables import Customer, Expense, Intervention
from twinbase_mobile.tables.kinds import Claim, ExpenseKind, PaidWith

ENTRIES_MAX = 2000


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    id: UUID
    expense_on: date
    category: ExpenseKind
    amount_ttc: Decimal
    vat_amount: Decimal | None
    currency: str
    merchant: str
    paid_with: PaidWith
    distance_km: Decimal | None
    visit: str
    customer: str
    comment: str
    has_receipt: bool
    rejection_reason: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in one currency."""

    currency: str
    amount_ttc: Decimal
    vat_amount: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class ExpensesOfState:
    """The expenses of one state, newest first, and their sums by currency."""

    state: Claim
    lines: tuple[ExpenseLine, ...]
    totals: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class Expenses:
    """All of them, in the order of their states. `to_be_paid_back`: paid with one's own money and not refused."""

    states: tuple[ExpensesOfState, ...]
    to_be_paid_back: tuple[Total, ...]


async def my_expenses(session: ReplicaSession, me: UUID) -> Expenses:
    """Those that are on this device: the last thirty days, and older ones that are not paid back. Two queries."""
    e, v, c = columns_of(Expense), columns_of(Intervention), columns_of(Customer)
    query = (
        select_columns(
            Expense,
            *pick(
                Expense,
                "id",
                "expense_on",
                "category",
                "amount_ttc",
                "vat_amount",
                "currency",
                "merchant",
                "paid_with",
                "distance_km",
                "comment",
                "receipt_sha256",
                "rejection_reason",
                "state",
            ),
            v.title.label("visit"),
            c.name.label("customer"),
        )
        .outerjoin(Intervention, e.intervention_id == v.id)
        .outerjoin(Customer, e.customer_id == c.id)
        .where(e.colleague_id == me)
        .order_by(e.expense_on.desc(), e.id.desc())
        .limit(ENTRIES_MAX)
    )
    rows = (await session.execute(query)).mappings().all()
    known = await read_marks(session, Expense)
    by_state: dict[Claim, list[ExpenseLine]] = {state: [] for state in Claim}
    for row in rows:
        by_state[row["state"]].append(_line(row, known))
    states = tuple(ExpensesOfState(state, tuple(its), _totals(its)) for state, its in by_state.items() if its)
    due = (line for state in states if state.state not in _SETTLED for line in state.lines)
    return Expenses(states, _totals(line for line in due if line.paid_with == PaidWith.PERSONAL))


_SETTLED = (Claim.REIMBURSED, Claim.REJECTED)


def _line(row: Mapping[Any, Any], known: Marks) -> ExpenseLine:
    return ExpenseLine(
        id=row["id"],
        expense_on=row["expense_on"],
        category=row["category"],
        amount_ttc=row["amount_ttc"],
        vat_amount=row["vat_amount"],
        currency=row["currency"],
        merchant=row["merchant"] or "",
        paid_with=row["paid_with"],
        distance_km=row["distance_km"],
        visit=row["visit"] or "",
        customer=row["customer"] or "",
        comment=row["comment"] or "",
        has_receipt=row["receipt_sha256"] is not None,
        rejection_reason=row["rejection_reason"] or "",
        mark=known.mark_of(Expense, row["id"]),
    )


def _totals(lines: Iterable[ExpenseLine]) -> tuple[Total, ...]:
    """By currency; decimals add up exactly."""
    by_currency: dict[str, list[ExpenseLine]] = defaultdict(list)
    for line in lines:
        by_currency[line.currency].append(line)
    return tuple(_total(currency, its) for currency, its in sorted(by_currency.items()))


def _total(currency: str, lines: list[ExpenseLine]) -> Total:
    amounts = (line.amount_ttc for line in lines)
    vat = (line.vat_amount or Decimal(0) for line in lines)
    return Total(currency, sum(amounts, Decimal(0)), sum(vat, Decimal(0)), len(lines))
