"""Expenses by how far they have come, with their sums, and what is to be paid back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import ExpenseLine, ExpensesOfState, Total, my_expenses
from twinbase_mobile.tables import Customer, Expense, Intervention
from twinbase_mobile.tables.kinds import Claim, ExpenseKind
from twinbase_presentation.acts.expenses import delete_expense, submit_expenses
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday

CHANGEABLE = (Claim.DRAFT, Claim.REJECTED)
EXPENSE_ICONS: dict[ExpenseKind, str] = {
    ExpenseKind.MEAL: "meal",
    ExpenseKind.LODGING: "hotel",
    ExpenseKind.FUEL: "fuel",
    ExpenseKind.PARKING: "parking",
    ExpenseKind.TOLL: "toll",
    ExpenseKind.MILEAGE: "kilometres",
    ExpenseKind.SUPPLIES: "supplies",
    ExpenseKind.OTHER: "expenses",
}


@dataclass(frozen=True, slots=True)
class ExpenseRow:
    """One of them in a list. `amount`: in words, kilometres where the office reckons the money."""

    line: ExpenseLine
    title: str
    sub: str
    amount: str
    icon: str
    can_change: bool

    @property
    def id(self) -> UUID:
        return self.line.id


@dataclass(frozen=True, slots=True)
class ExpenseGroup:
    """Those of one state, with their sum in words."""

    state: Claim
    heading: str
    total: str
    rows: tuple[ExpenseRow, ...]


@dataclass(frozen=True, slots=True)
class ExpensesShown:
    """What was sent back comes first, then drafts; `due`: what is to be paid back, in words; `drafts`: what can be
    handed over."""

    groups: tuple[ExpenseGroup, ...]
    due: str
    drafts: tuple[UUID, ...]

    @property
    def rows(self) -> tuple[ExpenseRow, ...]:
        """All of them, in the order in which they stand there."""
        return tuple(row for group in self.groups for row in group.rows)


class ExpensesModel(ScreenModel[ExpensesShown]):
    """The list of expenses."""

    watched = (Expense, Intervention, Customer)

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, Route("expenses"))

    @property
    def title(self) -> str:
        return self.workday.language.say("Expenses")

    @property
    def commands(self) -> Sequence[Command]:
        say, shown = self.workday.language.say, self.shown
        if shown is None:
            return ()
        number = len(shown.drafts)
        label = self.workday.language.count("Send {n} expense to the office", "Send {n} expenses to the office", number)
        why_not = "" if number else say("There is nothing to submit.")
        return (
            Command("add", say("New expense"), "add", self._open_new, "n", is_main=True),
            Command("submit", label, "send", self.submit, why_not=why_not, badge=number),
        )

    async def read(self, session: ReplicaSession, now: datetime) -> ExpensesShown:
        language = self.workday.language
        found = await my_expenses(session, self.workday.me)
        states = sorted(found.states, key=lambda one: ORDER.index(one.state))
        drafts = next((one.lines for one in states if one.state == Claim.DRAFT), ())
        return ExpensesShown(
            groups=tuple(_make_group(one, language) for one in states),
            due=say_totals(found.to_be_paid_back, language),
            drafts=tuple(line.id for line in drafts),
        )

    async def submit(self) -> Done:
        """Hand all drafts over to the office. What is being deleted is no draft any more."""
        language = self.workday.language
        await self.workday.held.release()
        await self.load()
        ids = self.shown.drafts if self.shown else ()
        fault = await self.workday.runner.write(lambda session: submit_expenses(session, ids))
        await self.load()
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        return Done(language.count("{n} expense handed over.", "{n} expenses handed over.", len(ids)))

    async def delete(self, id_: UUID) -> Done:
        """Take one away; it can be undone for some seconds."""

        async def write() -> None:
            await self.workday.runner.write(lambda session: delete_expense(session, id_))

        return await self.workday.held.hold(self.workday.language.say("Expense deleted."), write, id_)

    async def _open_new(self) -> Done:
        return Done(go=Route("expense"))


ORDER = (Claim.REJECTED, Claim.DRAFT, Claim.SUBMITTED, Claim.APPROVED, Claim.REIMBURSED)


def say_totals(totals: Iterable[Total], language: Language) -> str:
    """Sums by currency: what is in francs is added to no euros."""
    return " + ".join(language.format_money(one.amount_ttc, one.currency) for one in totals)


def _make_group(states: ExpensesOfState, language: Language) -> ExpenseGroup:
    rows = tuple(_make_row(line, states.state, language) for line in states.lines)
    return ExpenseGroup(states.state, say_word(language, states.state), say_totals(states.totals, language), rows)


def _make_row(line: ExpenseLine, state: Claim, language: Language) -> ExpenseRow:
    kilometres = "" if line.distance_km is None else f"{language.format_number(line.distance_km)}\u00a0km"
    money = language.format_money(line.amount_ttc, line.currency)
    what = line.merchant or line.comment.partition("\n")[0] or line.visit or line.customer
    paid = "" if line.paid_with == "personal" else say_word(language, line.paid_with)
    receipt = language.say("with a receipt") if line.has_receipt else ""
    sub = (language.format_day(line.expense_on), what, paid, kilometres if line.amount_ttc else "", receipt)
    return ExpenseRow(
        line=line,
        title=say_word(language, line.category),
        sub="\u00a0· ".join(part for part in sub if part),
        amount=kilometres if kilometres and not line.amount_ttc else money,
        icon=EXPENSE_ICONS[line.category],
        can_change=state in CHANGEABLE,
    )
