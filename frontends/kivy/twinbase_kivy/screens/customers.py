"""The customers: found by words, near, or under contract; a row opens all that is known of one."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.flow_boxes import Wrap
from twinbase_kivy.list_page import ListPage
from twinbase_kivy.long_page import LongPage, cut_rows
from twinbase_kivy.row_box import Row
from twinbase_kivy.search_page import SearchPage
from twinbase_kivy.widgets.cards import CardBox, divide
from twinbase_kivy.widgets.chips import ChipBox, ChoiceChip
from twinbase_kivy.widgets.long_column import LongPart
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import ChosenLine
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Route
from twinbase_presentation.languages import later
from twinbase_presentation.screens.customers import CustomerRow, CustomersModel
from twinbase_presentation.screens.jobs import JobsChip
from twinbase_presentation.tokens import RADIUS, SPACE

LINE_DP = 76
"""How high a customer usually is."""


class CustomersPage(SearchPage, ListPage, LongPage):
    """S11, the list."""

    model: CustomersModel
    detail = "customer"

    hint = later("Name, town, telephone…")

    def find_first(self) -> UUID | None:
        shown = self.model.shown
        return shown.rows[0].id if shown is not None and shown.rows else None

    def make_head(self) -> Box:
        shown, language = self.model.shown, self.guide.workday.language
        sub = language.count("{n} customer", "{n} customers", shown.total) if shown is not None else ""
        return self.search_head(sub)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        return [
            Wrap(*(self._make_chip(chip) for chip in shown.chips), gap=SPACE.s),
            Words(shown.measured, "small", "text3") if shown.measured else None,
            self.hold_list([self._note_card(rows) for rows in cut_rows(shown.rows)]),
            self._make_nothing(shown.nothing) if shown.nothing else None,
            Words(shown.limit, "small", "text3", align="centre") if shown.limit else None,
        ]

    def _note_card(self, rows: Sequence[CustomerRow]) -> LongPart:
        chosen = next((row.id for row in rows if self.guide.is_wide and row.id == self.chosen), None)
        return LongPart(rows[0].id, (rows, chosen), partial(self._make_card, rows, chosen), LINE_DP * len(rows))

    def _make_card(self, rows: Sequence[CustomerRow], chosen: UUID | None) -> Box:
        lines: list[Box] = [
            CustomerLineBox(row, self.open_act(Route("customer", row.id)), chosen=row.id == chosen) for row in rows
        ]
        return CardBox(*divide(lines, SPACE.l), gap=0, edges=(0, 0, 0, 0))

    def _make_chip(self, chip: JobsChip) -> Box:
        number = "" if chip.count is None else f"\u00a0{self.guide.workday.language.format_number(chip.count)}"
        return ChoiceChip(chip.label + number, self._choose(chip.id), chosen=chip.is_on)

    def _choose(self, chip: str) -> Act:
        return lambda: self.guide.workday.spawn(self.model.choose(chip))

    def _make_nothing(self, sentence: str) -> Box:
        """Where something was asked for, the way back to all of them."""
        if not self.model.text and self.model.chip == "all":
            return EmptyView("customers", sentence)
        return EmptyView("customers", sentence, self.say("Show all"), self._clear)

    def _clear(self) -> None:
        self.model.text = ""
        self.search.clear()
        self._choose("all")()


class CustomerLineBox(ChosenLine):
    """Who, where, how far; chips only for what is unusual. All of it is one target."""

    def __init__(self, row: CustomerRow, act: Act, *, chosen: bool) -> None:
        self.is_chosen = chosen
        hint = "text2" if chosen else "text3"
        chips = [ChipBox(one.icon, one.said, one.tone, small=True) for one in row.chips]
        texts = ColumnBox(
            Words(row.name, "subtitle", lines_max=2),
            Words(row.place, "small", hint, lines_max=1) if row.place else None,
            Wrap(*chips, gap=6, edges=(0, 4, 0, 0)) if chips else None,
            gap=2,
        )
        inside = Row(
            grow(texts),
            Words(row.distance, "label", hint) if row.distance else None,
            IconMark("next", hint, 22),
            gap=SPACE.m,
            edges=(SPACE.l, SPACE.m, SPACE.s, SPACE.m),
        )
        name = ", ".join(part for part in (row.name, row.place, row.distance) if part)
        super().__init__(act, inside, name=name, role="link", radius=RADIUS.card, least=64)
