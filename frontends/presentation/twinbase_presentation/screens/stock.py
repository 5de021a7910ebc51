"""The van and the catalogue: what is low, what is found as it is typed, and the part that goes onto a visit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Found, ProductSheet, Stock, StockLine, my_stock, read_product
from twinbase_mobile.tables import InterventionPart, Product, StockLevel, StockMovement
from twinbase_presentation.acts.parts import PartUsed, add_part, take_part_back
from twinbase_presentation.command import Done
from twinbase_presentation.faults import say_reason
from twinbase_presentation.fields import FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.workday import Workday


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product in a list; `in_van`: how much is there, in words; `is_low`: less than there should be."""

    id: UUID
    caption: str
    code: str
    family: str
    in_van: str
    is_low: bool
    is_moved: bool


@dataclass(frozen=True, slots=True)
class StockShown:
    """`low`: what has to be filled up of the `van`; `found`: what was looked for, nothing where nobody looks."""

    low: tuple[ProductRow, ...]
    van: tuple[ProductRow, ...]
    found: tuple[ProductRow, ...]


class StockModel(ScreenModel[StockShown]):
    """The van's stock, and a search in the catalogue."""

    watched = (StockLevel, StockMovement, Product)

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, Route("stock"))
        self.text = ""

    @property
    def title(self) -> str:
        return self.workday.language.say("Stock")

    async def search(self, text: str) -> None:
        """Look for these words, a code or a bar code from now on."""
        self.text = text
        await self.load()

    async def read_sheet(self, product: UUID) -> ProductSheet | None:
        """All that is known of one product; None where it is not on this device."""
        me, zone = self.workday.me, self.workday.zone
        return await self.workday.runner.read(lambda session: read_product(session, me, product, zone=zone))

    async def read(self, session: ReplicaSession, now: datetime) -> StockShown:
        vans, language = await my_stock(session, self.workday.me), self.workday.language
        lines = {line.product_id: line for van in vans for line in van.lines}
        products = await self.workday.products.find(session, self.text) if self.text.strip() else ()
        van = tuple(_row_of(line, language) for line in lines.values())
        found = tuple(_found(product, lines, language) for product in products)
        return StockShown(tuple(row for row in van if row.is_low), van, found)


class PickModel(StockModel):
    """The same list, from which a part goes onto a visit."""

    def __init__(self, workday: Workday, visit: UUID) -> None:
        super().__init__(workday)
        self.route, self.visit = Route("visit", visit, "parts"), visit

    @property
    def title(self) -> str:
        return self.workday.language.say("Add a part")


class ProductModel(ScreenModel[ProductSheet | None]):
    """One product. `shown` is None where it is not on this device."""

    watched = (StockLevel, StockMovement, Product, InterventionPart)

    def __init__(self, workday: Workday, product: UUID) -> None:
        super().__init__(workday, Route("stock", product, "product"))
        self.product = product
        self._vans: tuple[Stock, ...] = ()

    @property
    def title(self) -> str:
        return self.shown.caption or self.shown.code if self.shown else self.workday.language.say("Part")

    @property
    def gone(self) -> str:
        """What is said where it is not here."""
        return self.workday.language.say("This product is not on this device.")

    @property
    def facts(self) -> str:
        """Its code, its family, and what it costs."""
        sheet, language = self.shown, self.workday.language
        if sheet is None:
            return ""
        without = "" if sheet.price_ht is None else language.say(
            "{price} before tax", price=language.format_money(sheet.price_ht))  # fmt: skip
        return "\u00a0· ".join(part for part in (sheet.code, sheet.family, without) if part)

    @property
    def in_van(self) -> str:
        """How much of it is in the van, and how much there should be; "" where nobody counts it."""
        line = self._line
        if line is None:
            return ""
        if line.is_low:
            return _row_of(line, self.workday.language).in_van
        return _found_of(line, self.workday.language)

    @property
    def is_low(self) -> bool:
        return self._line is not None and self._line.is_low

    @property
    def can_be_moved(self) -> bool:
        """Whether somebody counts it, and there is a van of his to count it in."""
        return self.shown is not None and self.shown.stock_managed and bool(self._vans)

    @property
    def unmoved(self) -> str:
        """What is said where it cannot be moved or counted."""
        return self.workday.language.say("Nobody counts this product, or there is no van of yours.")

    @property
    def warning(self) -> str:
        """That the stock on paper cannot be."""
        if self.shown is None or self.shown.in_my_van >= 0:
            return ""
        return self.workday.language.say("The stock on paper is negative: count it.")

    async def read(self, session: ReplicaSession, now: datetime) -> ProductSheet | None:
        self._vans = await my_stock(session, self.workday.me)
        return await read_product(session, self.workday.me, self.product, zone=self.workday.zone)

    @property
    def _line(self) -> StockLine | None:
        return next((line for van in self._vans for line in van.lines if line.product_id == self.product), None)


class PartModel(ProductModel):
    """One product, to be added to a visit."""

    def __init__(self, workday: Workday, visit: UUID, product: UUID) -> None:
        super().__init__(workday, product)
        self.route, self.visit = Route("visit", visit, f"parts/{product}"), visit

    async def make_form(self) -> Form:
        """How many, which one, who pays."""
        say, sheet = self.workday.language.say, self.shown
        fields = [
            FormField("quantity", say("Quantity"), "number", is_required=True, unit=sheet.unit if sheet else ""),
            FormField("billable", say("Billable"), "flag"),
        ]
        if sheet is not None and sheet.is_tracked:
            fields.append(FormField("serial_number", say("Serial number"), is_required=True))
        form = Form(self.workday, self.route, fields, self._check)
        await form.load({"quantity": Decimal(1), "billable": True})
        return form

    async def add(self, form: Form) -> Done:
        """Write the part, and take it out of the van, in one local transaction."""
        language, stamp = self.workday.language, make_stamp(self.workday)
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values = form.values
        storehouse = self._vans[0].storehouse_id if self._vans else None
        used = PartUsed(
            self.product, values["quantity"], storehouse, values.get("serial_number") or "", values["billable"]
        )
        fault = await self.workday.runner.write(lambda session: add_part(session, self.visit, used, stamp))
        if fault is not None:
            return Done(fault=say_reason(language, fault))
        await form.forget()
        await self.load()
        return Done(said=language.say("Part added."), go=Route("visit", self.visit, "parts"))

    async def take_back(self, part: UUID) -> Done:
        """Delete a part that is on the visit; it can be undone for some seconds."""
        stamp = make_stamp(self.workday)

        async def write() -> None:
            await self.workday.runner.write(lambda session: take_part_back(session, part, stamp))

        return await self.workday.held.hold(self.workday.language.say("Part deleted."), write, part)

    def _check(self, values: Mapping[str, Any]) -> Iterable[FieldFault]:
        if values["quantity"] <= 0:
            yield FieldFault("quantity", self.workday.language.say("Enter a quantity above nothing."))


def _row_of(line: StockLine, language: Language) -> ProductRow:
    here = language.format_number(line.here)
    said = f"{here}\u00a0{line.unit}".strip()
    if line.is_low and line.minimum is not None:
        minimum = language.format_number(line.minimum)
        said = language.say("Below the minimum: {here} of {minimum}", here=here, minimum=minimum)
    return ProductRow(line.product_id, line.caption, line.code, "", said, line.is_low, line.moved != 0)


def _found(product: Found, lines: Mapping[UUID, StockLine], language: Language) -> ProductRow:
    line = lines.get(product.id)
    if line is None:
        return ProductRow(product.id, product.caption, product.code, product.family, "", False, False)
    said = _found_of(line, language)
    return ProductRow(product.id, product.caption, product.code, product.family, said, line.is_low, line.moved != 0)


def _found_of(line: StockLine, language: Language) -> str:
    here = f"{language.format_number(line.here)}\u00a0{line.unit}".strip()
    return language.say("{quantity} in the van", quantity=here)
