"""The van and the catalogue: what is low, what is there, what is found; and the same list for a part of a visit."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box
from twinbase_kivy.flow_boxes import TwoColumns
from twinbase_kivy.marks import make_mark
from twinbase_kivy.search_page import SearchPage
from twinbase_kivy.widgets.cards import CardBox, SectionCard, divide
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_mobile.reading import ProductSheet
from twinbase_presentation import Language, Route
from twinbase_presentation.languages import later
from twinbase_presentation.screens.stock import PickModel, ProductRow, StockModel
from twinbase_presentation.tokens import SPACE


class StockPage(SearchPage):
    """S14."""

    model: StockModel
    hint = later("Part, code, bar code…")

    def make_head(self) -> Box:
        shown, language = self.model.shown, self.guide.workday.language
        number = len(shown.van) if shown is not None else 0
        sub = language.count("{n} product in the van", "{n} products in the van", number) if number else ""
        return self.search_head(sub)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        if self.model.text.strip():
            found = [self._make_row(row) for row in shown.found]
            nothing = EmptyView("search", self.say("No product of this device matches."))
            return [CardBox(*divide(found), gap=SPACE.xs) if found else nothing]
        if not shown.van:
            return [EmptyView("stock", self.say("Nothing is in the van. Look for a product above."))]
        full = [row for row in shown.van if not row.is_low]
        return [TwoColumns(*self._order(self._make_low(shown.low), self._make_van(full)), gap=SPACE.m, narrow_dp=700)]

    def find_route(self, row: ProductRow) -> Route:
        """Where a touch on a product leads."""
        return Route("stock", row.id, "product")

    def _order(self, low: Box | None, van: Box | None) -> tuple[Box | None, Box | None]:
        """What is to be ordered stands first."""
        return low, van

    def _make_low(self, low: Sequence[ProductRow]) -> Box | None:
        rows = [self._make_row(row) for row in low]
        title, count = self.say("Below the minimum"), str(len(rows))
        return SectionCard("warning", title, *divide(rows), count=count, icon_hue="amber") if rows else None

    def _make_van(self, van: Sequence[ProductRow]) -> Box | None:
        rows = [self._make_row(row) for row in van]
        return SectionCard("stock", self.say("In the van"), *divide(rows), count=str(len(rows))) if rows else None

    def _make_row(self, row: ProductRow) -> Box:
        """How much is there: a figure where it is one, words where there is something to say."""
        is_figure = not row.is_low and not self.model.text.strip()
        code = "\u00a0· ".join(part for part in (row.code, row.family) if part)
        said = "\n".join(part for part in (code, "" if is_figure else row.in_van) if part)
        return LineRow(
            row.caption or row.code,
            said,
            act=self.open_act(self.find_route(row)),
            mark=make_mark("pending" if row.is_moved else "", self.guide.workday.language),
            figure=row.in_van if is_figure else "",
            sub_colour="amber" if row.is_low else "text3",
        )


class PartsPage(StockPage):
    """The same, to take a part onto a visit."""

    model: PickModel

    def _order(self, low: Box | None, van: Box | None) -> tuple[Box | None, Box | None]:
        """What can be taken stands first: of what lacks there is often none."""
        return van, low

    def find_route(self, row: ProductRow) -> Route:
        return Route("visit", self.model.visit, f"parts/{row.id}")


def list_facts(sheet: ProductSheet, language: Language) -> list[Box]:
    """A product in lines: where it lies, my van first, and where it was used last."""
    unit = f"\u00a0{sheet.unit}" if sheet.unit else ""
    places: list[Box] = [
        LineRow(
            one.storehouse,
            language.say("Minimum: {n}", n=language.format_number(one.minimum)) if one.minimum is not None else "",
            icon="local_shipping" if one.is_mine else "storage",
            mark=make_mark("pending" if one.moved else "", language),
            figure=f"{language.format_number(one.here)}{unit}",
        )
        for one in sheet.places
    ]
    uses: list[Box] = [
        LineRow(
            one.visit,
            "\u00a0· ".join(
                part for part in (one.customer, language.format_date(one.start.date()) if one.start else "") if part
            ),
            figure=f"{language.format_number(one.quantity)}{unit}",
        )
        for one in sheet.uses
    ]
    return [
        *([SectionCard("stock", language.say("Where it lies"), *divide(places))] if places else []),
        *([SectionCard("history", language.say("Last used"), *divide(uses))] if uses else []),
    ]
