"""A screen that a plugin brings: its list, searched and narrowed, and one row of it with what can be done."""

from collections.abc import Sequence

from twinbase.screens import Block, BlocksPage, LinesBlock, ScreenFilter, TextBlock, WarnBlock
from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.flow_boxes import Halves, Wrap
from twinbase_kivy.long_page import LongPage
from twinbase_kivy.page import PageView
from twinbase_kivy.screens.blocks import draw_blocks, has_something
from twinbase_kivy.screens.today import make_act_buttons
from twinbase_kivy.search_page import SearchPage
from twinbase_kivy.widgets.cards import CardBox
from twinbase_kivy.widgets.chips import ChoiceChip
from twinbase_kivy.widgets.long_column import LongPart
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.touch import Act
from twinbase_presentation.languages import later
from twinbase_presentation.screens.brought import BroughtModel, BroughtRowModel
from twinbase_presentation.tokens import SPACE

LINE_DP = 64
"""How high a line usually is."""
NOTHING = later("Nothing like that is found.")


class BroughtPage(SearchPage, LongPage):
    """S22."""

    model: BroughtModel

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        chips = [self._make_chip(one) for one in self.model.choices]
        parts = [self._note_block(number, block) for number, block in enumerate(shown.blocks) if has_something(block)]
        return [
            Wrap(*chips, gap=SPACE.s) if chips else None,
            self.hold_list(parts) or EmptyView("search", self.say(NOTHING)),
        ]

    @property
    def has_more(self) -> bool:
        return self.model.has_more

    def _note_block(self, number: int, block: Block) -> LongPart:
        """A page of a list is a block of its own."""
        lines = len(block.lines) if isinstance(block, LinesBlock) else 1
        commands = [(one.id, one.is_enabled) for one in self.model.commands]
        return LongPart(number, (block, commands), lambda: ColumnBox(*draw_block(self, block)), LINE_DP * lines)

    def _make_chip(self, one: ScreenFilter) -> Box:
        return ChoiceChip(one.label, self._choose(one.id), chosen=one.id in self.model.filters)

    def _choose(self, filter_: str) -> Act:
        return lambda: self.guide.workday.spawn(self.model.choose(filter_))


class BroughtRowPage(PageView):
    """One row of such a screen."""

    model: BroughtRowModel

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        return draw_page(self, shown)

    def make_foot(self) -> Box | None:
        """The main act and one more side by side; what else there is stands above them."""
        commands = self.model.commands
        main, other = ([one for one in commands if one.is_main is wanted] for wanted in (True, False))
        rest = [self.command_button(one, filling="tonal") for one in (*main[1:], *other[1:])]
        buttons = make_act_buttons([*main[:1], *other[:1]], self)
        return ColumnBox(*rest, Halves(*buttons, gap=SPACE.s), gap=SPACE.s) if buttons else None


def draw_page(page: PageView, shown: BlocksPage) -> list[Box]:
    """The blocks of a page: a list, facts, a picture each on a card of its own, words and warnings as they are."""
    boxes = [box for block in shown.blocks for box in draw_block(page, block)]
    return boxes or [EmptyView("search", page.say(NOTHING))]


def draw_block(page: PageView, block: Block) -> list[Box]:
    """One of them; nothing where it has nothing."""
    drawn = draw_blocks(page, [block], page.model.commands)
    return drawn if isinstance(block, TextBlock | WarnBlock) else [CardBox(box) for box in drawn]
