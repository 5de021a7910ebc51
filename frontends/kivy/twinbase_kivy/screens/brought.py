"""A screen that a plugin brings: its list, searched and narrowed by its filters, and one row of it."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.flow_boxes import Halves, Wrap
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.panes import leave_parent
from twinbase_kivy.screens.blocks import make_block_cards
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.search_field import SearchField
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_presentation.screens.brought import BroughtModel, BroughtRowModel
from twinbase_presentation.tokens import SPACE


class BroughtPage(PageView):
    """S22."""

    model: BroughtModel

    def __init__(self, model: BroughtModel, guide: Guide, *, has_back: bool = False) -> None:
        say = guide.workday.language.say
        self.search = SearchField(say("Search"), say("Erase"), self.look_for)
        super().__init__(model, guide, has_back=has_back)

    def look_for(self, text: str) -> None:
        """Look for these words, from the first letter on."""
        self.guide.workday.spawn(self.model.search(text))

    def make_head(self) -> Box:
        leave_parent(self.search)
        field = ColumnBox(self.search, edges=(self.edge, 0, self.edge, SPACE.s))
        return ColumnBox(self.title_bar(self.model.title), field)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        chips = [
            ChoiceChip(one.label, self._choose(one.id), chosen=one.id in self.model.filters)
            for one in self.model.choices
        ]
        number = "" if shown.total is None else self._say_total(shown.total)
        return [
            Wrap(*chips, gap=SPACE.s) if chips else None,
            *make_block_cards(shown.blocks, self),
            Words(number, "small", "text3", align="centre") if number else None,
        ]

    def press_key(self, said: str) -> bool:
        """Ctrl and F: type what is looked for."""
        if said == "ctrl+f":
            self.search.start()
            return True
        return False

    def _say_total(self, total: int) -> str:
        return self.guide.workday.language.count("{n} line in all", "{n} lines in all", total)

    def _choose(self, filter_: str) -> Act:
        return lambda: self.guide.workday.spawn(self.model.choose(filter_))


class BroughtRowPage(PageView):
    """One row of it, with what can be done about it at the bottom."""

    model: BroughtRowModel

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        faults = [TintBox("refused", fault, hue="red") for fault in self.faults.values()]
        return [*faults, *make_block_cards(shown.blocks, self)]

    def make_foot(self) -> Box | None:
        acts = self.model.commands
        buttons = [self.command_button(one, filling="filled" if one.is_main else "tonal", main=True) for one in acts]
        return Halves(*buttons, gap=SPACE.s) if buttons else None
