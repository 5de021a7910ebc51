"""One expense, new or a draft: what it was for, how much, how it was paid, and the ways of the day for kilometres."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import my_day
from twinbase_mobile.rules.claims import is_draft
from twinbase_mobile.rules.rows import values_of
from twinbase_mobile.tables import Expense, Intervention
from twinbase_mobile.tables.kinds import ExpenseKind, PaidWith
from twinbase_presentation.acts.expenses import correct_expense, write_expense
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.expense_choices import (
    CENT,
    KINDS,
    SuggestedWay,
    compute_vat,
    list_visits,
    list_ways,
    read_rates,
)
from twinbase_presentation.screens.receipt import NO_RECEIPT, Receipt
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday

TENTH = Decimal("0.1")
AMOUNT_MAX, KILOMETRES_MAX = Decimal("99999999.99"), Decimal("999999.9")
"""What the columns hold."""
MERCHANT_MAX, COMMENT_MAX = 120, 500


@dataclass(frozen=True, slots=True)
class ExpenseShown:
    """`known`: the columns as they are, nothing for a new one. `fault`: why it cannot be changed here any more.

    `said_back`: why the office has sent it back, "" where it has not.
    """

    known: Mapping[str, Any]
    rates: Mapping[UUID, Decimal]
    visits: tuple[FieldChoice, ...]
    ways: tuple[SuggestedWay, ...]
    fault: str
    said_back: str


class ExpenseModel(ScreenModel[ExpenseShown]):
    """One expense. `open` it, `make_form`, and `save` the form."""

    watched = (Expense, Intervention)

    def __init__(self, workday: Workday, id_: UUID | None = None) -> None:
        super().__init__(workday, Route("expense", id_))
        self.id = id_

    @property
    def title(self) -> str:
        say = self.workday.language.say
        return say("New expense") if self.id is None else say("Expense")

    async def read(self, session: ReplicaSession, now: datetime) -> ExpenseShown:
        say, row = self.workday.language.say, None
        fault, said_back = "", ""
        if self.id is not None:
            row = await session.get(Expense, self.id)
            if row is None or row.colleague_id != self.workday.me:
                row, fault = None, say("This expense is not on this device any more.")
            elif not is_draft(row):
                fault = say("What is submitted can no longer be changed here; ask the office.")
            else:
                said_back = row.rejection_reason or ""
        day = row.expense_on if row else now.date()
        visits = (await my_day(session, self.workday.me, day, now=now, zone=self.workday.zone)).visits
        return ExpenseShown(
            known={} if row is None else dict(values_of(row)),
            rates=await read_rates(session, row),
            visits=await list_visits(session, visits, row),
            ways=tuple(list_ways(visits, self.workday.language)),
            fault=fault,
            said_back=said_back,
        )

    async def make_form(self, *, has_receipt: bool = True) -> Form:
        """What is asked of an expense; of kilometres, how many and which way in place of VAT. `has_receipt`: where a
        picture can be chosen."""
        say, language, shown = self.workday.language.say, self.workday.language, self.shown
        assert shown is not None
        kinds = tuple(FieldChoice(kind.value, say_word(language, kind)) for kind in KINDS)
        means = tuple(FieldChoice(one.value, say_word(language, one)) for one in PaidWith)
        none = FieldChoice("", say("None"))
        rates = [FieldChoice(str(id_), f"{language.format_number(rate)}\u00a0%") for id_, rate in shown.rates.items()]
        fields = [
            FormField("category", say("Kind of expense"), "choice", is_required=True, choices=kinds),
            FormField("amount_ttc", say("Amount"), "number", unit="€"),
            FormField("vat_rate_id", say("VAT"), "choice", choices=(none, *rates)),
            FormField("vat_amount", say("Of this VAT"), "number", unit="€"),
            FormField("distance_km", say("Distance"), "number", unit="km"),
            FormField("way", say("From where to where")),
            FormField("paid_with", say("Paid with"), "choice", choices=means, text=PaidWith.PERSONAL.value),
            FormField("expense_on", say("Day"), "day", is_required=True),
            FormField("merchant", say("Merchant")),
            FormField("intervention_id", say("For the visit"), "choice", choices=(none, *shown.visits)),
            FormField("comment", say("Comment"), "long_text"),
        ]
        if has_receipt:
            fields.append(FormField("receipt", say("Receipt")))
        form = Form(self.workday, Route("expense", self.id, "form"), fields, self._check)
        given = {name: value for name, value in shown.known.items() if name in [field.name for field in fields]}
        rate = shown.rates.get(given["vat_rate_id"]) if given.get("vat_rate_id") else None
        if rate is not None and given["vat_amount"] == compute_vat(given["amount_ttc"], rate):
            # It was reckoned, and is again when the amount is corrected.
            given["vat_amount"] = None
        receipt = Receipt.find(shown.known)
        given |= {"receipt": receipt.text} if receipt and has_receipt else {}
        await form.load({"expense_on": self.workday.today, "paid_with": PaidWith.PERSONAL, **given})
        return form

    def choose_way(self, form: Form, way: SuggestedWay) -> None:
        """Take over a way of the day; how many kilometres the meter says is left to be typed."""
        form.fill("category", ExpenseKind.MILEAGE.value)
        form.fill("way", way.label)
        form.fill("intervention_id", str(way.visit))

    def say_vat(self, form: Form) -> str:
        """How much VAT is in the amount at the chosen rate, "" where nothing can be said."""
        amount, rate = _read_number(form, "amount_ttc", self.workday.language), self._find_rate(form)
        if amount is None or rate is None or form.find("vat_amount").text.strip():
            return ""
        money = self.workday.language.format_money(compute_vat(amount, rate))
        return self.workday.language.say("of this {money} of VAT", money=money)

    async def save(self, form: Form) -> Done:
        """Write what stands in the form."""
        language, stamp, id_ = self.workday.language, make_stamp(self.workday), self.id
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values = self._columns_of(form)

        async def write(session: ReplicaSession) -> Any:
            customer = None
            if values["intervention_id"] is not None:
                visit = await session.get(Intervention, values["intervention_id"])
                customer = visit.customer_id if visit else None
            columns = {**values, "customer_id": customer}
            if id_ is None:
                return await write_expense(session, stamp, columns)
            return await correct_expense(session, id_, columns)

        fault = await self.workday.runner.write(write)
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        await form.forget()
        await self.load()
        return Done(language.say("Expense kept."), go=Route("expenses"))

    def _columns_of(self, form: Form) -> dict[str, Any]:
        values = form.values
        is_way = values["category"] == ExpenseKind.MILEAGE
        amount, rate = values["amount_ttc"] or Decimal(0), None if is_way else self._find_rate(form)
        vat = None if is_way else values["vat_amount"]
        visit, way = values["intervention_id"], (values["way"] or "") if is_way else ""
        comment = "\n".join(part for part in (way.strip(), (values["comment"] or "").strip()) if part)
        receipt = Receipt.parse(values["receipt"] or "") if "receipt" in values else Receipt.find(self._known)
        return {
            **(receipt.columns if receipt else NO_RECEIPT),
            "category": ExpenseKind(values["category"]),
            "amount_ttc": amount,
            "vat_amount": compute_vat(amount, rate) if vat is None and rate is not None else vat,
            "vat_rate_id": None if is_way or not values["vat_rate_id"] else UUID(values["vat_rate_id"]),
            "distance_km": values["distance_km"] if is_way else None,
            "paid_with": PaidWith(values["paid_with"] or PaidWith.PERSONAL),
            "expense_on": values["expense_on"],
            "merchant": (values["merchant"] or "").strip() or None,
            "intervention_id": UUID(visit) if visit else None,
            "comment": comment or None,
        }

    def _check(self, values: Mapping[str, Any]) -> Iterable[FieldFault]:
        """What the columns hold and the rules take, said where it is typed."""
        say = self.workday.language.say
        is_way = values["category"] == ExpenseKind.MILEAGE
        amount, vat, distance = values["amount_ttc"], values["vat_amount"], values["distance_km"]
        if not is_way and (amount is None or amount <= 0):
            yield FieldFault("amount_ttc", say("Enter an amount above nothing."))
        if is_way and (distance is None or distance <= 0):
            yield FieldFault("distance_km", say("Enter how many kilometres it was."))
        for name, value, most in (("amount_ttc", amount, AMOUNT_MAX), ("vat_amount", vat, AMOUNT_MAX)):
            if value is not None and not (0 <= value <= most and value == value.quantize(CENT)):
                yield FieldFault(name, say("Enter an amount in euros and cents."))
        if not is_way and vat is not None and amount is not None and vat > amount:
            yield FieldFault("vat_amount", say("There is no more VAT than the amount."))
        if is_way and distance is not None and (distance > KILOMETRES_MAX or distance != distance.quantize(TENTH)):
            yield FieldFault("distance_km", say("Enter kilometres with one decimal at most."))
        if values["expense_on"] > self.workday.today:
            yield FieldFault("expense_on", say("This day is still to come."))
        yield from self._check_lengths(values)

    def _check_lengths(self, values: Mapping[str, Any]) -> Iterable[FieldFault]:
        long = self.workday.language.say("This is too long; shorten it.")
        if len(values["merchant"] or "") > MERCHANT_MAX:
            yield FieldFault("merchant", long)
        if len(values["comment"] or "") + len(values["way"] or "") >= COMMENT_MAX:
            yield FieldFault("comment", long)

    @property
    def _known(self) -> Mapping[str, Any]:
        return self.shown.known if self.shown else {}

    def _find_rate(self, form: Form) -> Decimal | None:
        field = form.find("vat_rate_id")
        rates = self.shown.rates if self.shown else {}
        return next((rate for id_, rate in rates.items() if str(id_) == field.text), None)


def _read_number(form: Form, name: str, language: Language) -> Decimal | None:
    try:
        return language.parse_number(form.find(name).text)
    except (ValueError, InvalidOperation):
        return None
