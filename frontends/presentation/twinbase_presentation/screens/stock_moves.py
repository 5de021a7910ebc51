"""What somebody does with a product of his van: carry it to another storehouse or from there, and count it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase_mobile.reading import StorehouseLine, list_storehouses
from twinbase_presentation.acts.stock import GoodsMoved, count_goods, move_goods
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.route import Route
from twinbase_presentation.screens.stock import ProductModel
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.workday import Workday

TRANSFER, COUNT = "transfer", "count"


class TransferModel(ProductModel):
    """A product on its way from one storehouse to another."""

    def __init__(self, workday: Workday, product: UUID) -> None:
        super().__init__(workday, product)
        self.route = Route("stock", product, TRANSFER)
        self._is_saved = False
        self._houses: Sequence[StorehouseLine] = ()

    async def load(self) -> None:
        """With every storehouse that it may go to."""
        await super().load()
        me = self.workday.me
        self._houses = await self.workday.runner.read(lambda session: list_storehouses(session, me))

    @property
    def can_be_moved(self) -> bool:
        """As it can be counted, and there is somewhere else to put it."""
        return super().can_be_moved and len(self._houses) > 1

    @property
    def unmoved(self) -> str:
        say = self.workday.language.say
        return say("There is one storehouse only: it can go nowhere else.") if super().can_be_moved else super().unmoved

    async def make_form(self) -> Form:
        """How many, from where, to where; at first out of the van."""
        say, sheet, houses = self.workday.language.say, self.shown, self._houses
        choices = tuple(FieldChoice(str(one.id), one.caption) for one in houses)
        unit = sheet.unit if sheet else ""
        fields = [
            FormField("quantity", say("Quantity"), "number", is_required=True, unit=unit),
            FormField("source", say("From"), "choice", is_required=True, choices=choices),
            FormField("target", say("To"), "choice", is_required=True, choices=choices),
        ]
        if sheet is not None and sheet.is_tracked:
            fields.append(FormField("serial_number", say("Serial number"), is_required=True))
        form = Form(self.workday, self.route, fields, self._check)
        await form.load({"quantity": Decimal(1), **_begin(houses)})
        return form

    async def save(self, form: Form) -> Done:
        """Write the movement, once."""
        language, stamp = self.workday.language, make_stamp(self.workday)
        if self._is_saved:
            return Done()
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values = form.values
        moved = GoodsMoved(
            self.product,
            values["quantity"],
            UUID(values["source"]),
            UUID(values["target"]),
            values.get("serial_number") or "",
        )
        self._is_saved = True
        fault = await self.workday.runner.write(lambda session: move_goods(session, moved, stamp))
        self._is_saved = fault is None
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        await form.forget()
        return Done(language.say("Moved. It is sent as soon as possible."))

    def _check(self, values: Mapping[str, Any]) -> Iterable[FieldFault]:
        say = self.workday.language.say
        if values["quantity"] <= 0:
            yield FieldFault("quantity", say("Enter a quantity above nothing."))
        if values["source"] == values["target"]:
            yield FieldFault("target", say("It is there already: choose another storehouse."))


class CountModel(ProductModel):
    """How many of a product there are in the van."""

    def __init__(self, workday: Workday, product: UUID) -> None:
        super().__init__(workday, product)
        self.route = Route("stock", product, COUNT)

    async def make_form(self) -> Form:
        """How many; with more than one van, in which."""
        say, sheet = self.workday.language.say, self.shown
        choices = tuple(FieldChoice(str(van.storehouse_id), van.storehouse) for van in self._vans)
        unit = sheet.unit if sheet else ""
        fields = [FormField("counted", say("How many there are"), "number", is_required=True, unit=unit)]
        if len(choices) > 1:
            fields.append(FormField("storehouse", say("Where"), "choice", is_required=True, choices=choices))
        form = Form(self.workday, self.route, fields, self._check)
        await form.load({"storehouse": choices[0].text} if choices else None)
        return form

    async def save(self, form: Form) -> Done:
        """Write the difference, if there is one."""
        language, stamp = self.workday.language, make_stamp(self.workday)
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values, counted = form.values, form.values["counted"]
        storehouse = UUID(values["storehouse"]) if values.get("storehouse") else self._vans[0].storehouse_id
        difference = await self.workday.runner.write(
            lambda session: count_goods(session, self.product, storehouse, counted, stamp)
        )
        await form.forget()
        if not difference:
            return Done(language.say("Counted: it is as on paper."))
        signed = f"{'+' if difference > 0 else ''}{language.format_number(difference)}"
        return Done(language.say("Counted: {difference} against the stock on paper.", difference=signed))

    def _check(self, values: Mapping[str, Any]) -> Iterable[FieldFault]:
        if values["counted"] < 0:
            yield FieldFault("counted", self.workday.language.say("Nobody has less than nothing."))


def make_stock_commands(workday: Workday, product: UUID) -> Iterator[Command]:
    """What can be done with a product."""
    say = workday.language.say
    yield Command(TRANSFER, say("Move"), "swap", _lead(Route("stock", product, TRANSFER)), "t")
    yield Command(COUNT, say("Count"), "checklist", _lead(Route("stock", product, COUNT)), "c")


def _lead(route: Route) -> Callable[[], Awaitable[Done]]:
    async def run() -> Done:
        return Done(go=route)

    return run


def _begin(houses: Iterable[StorehouseLine]) -> dict[str, str]:
    """Out of my van; where there is one other storehouse, into that."""
    mine = next((str(one.id) for one in houses if one.is_mine), "")
    others = [str(one.id) for one in houses if str(one.id) != mine]
    return {"source": mine, "target": others[0] if len(others) == 1 else ""}
