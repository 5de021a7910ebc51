"""What a plugin describes, drawn: the six kinds of blocks, and no other."""

from collections.abc import Iterable, Mapping, Sequence

from twinbase.screens import (
    Block,
    EmptyBlock,
    FactsBlock,
    LinesBlock,
    ListedLine,
    PictureBlock,
    TextBlock,
    WarnBlock,
    WarnLevel,
)
from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.marks import make_mark
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.block_picture import BlockPicture
from twinbase_kivy.widgets.cards import SectionCard, TintBox, divide
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Command
from twinbase_presentation.plugin_screens import ShownCard, make_route
from twinbase_presentation.tokens import SPACE, Hue

LEVELS: Mapping[WarnLevel, tuple[str, Hue]] = {
    "note": ("info", "primary"),
    "warning": ("warning", "amber"),
    "danger": ("warning", "red"),
}
LABEL_SHARE = 0.5


def draw_blocks(page: PageView, blocks: Iterable[Block], commands: Sequence[Command] = ()) -> list[Box]:
    """All of them, one below the other. `commands`: what can be done where there is nothing yet."""
    return [ColumnBox(*_draw(page, block, commands), gap=SPACE.s) for block in blocks if has_something(block)]


def make_brought_card(page: PageView, shown: ShownCard, acts: Sequence[Command]) -> Box:
    """A card of a plugin's. `acts`: what it lets somebody do from there."""
    spec, card = shown.spec, shown.card
    blocks = draw_blocks(page, card.blocks, page.list_commands())
    buttons = [page.command_button(one, filling="tonal") for one in acts]
    count = "" if card.count is None else str(card.count)
    return SectionCard(spec.icon, spec.title, *blocks, *buttons, count=count)


def has_something(block: Block) -> bool:
    """Whether anything of it is drawn: a list without lines is not."""
    return not isinstance(block, LinesBlock) or bool(block.lines)


def _draw(page: PageView, block: Block, commands: Sequence[Command]) -> list[Box]:
    match block:
        case TextBlock(text):
            return [Words(text, "body", "text2")]
        case WarnBlock(level, sentence):
            icon, hue = LEVELS[level]
            return [TintBox(icon, sentence, hue=hue, filled=level == "danger")]
        case EmptyBlock(sentence, action):
            found = next((one for one in commands if one.id == action), None)
            act = page.command_button(found, filling="tonal") if found else None
            return [Words(sentence, "body", "text3"), *([act] if act else [])]
        case FactsBlock(facts):
            return [_draw_fact(label, value) for label, value in facts.items()]
        case PictureBlock(sha256, caption):
            return [BlockPicture(sha256, caption, page.guide.workday)]
        case LinesBlock(lines):
            return divide([_draw_line(page, line) for line in lines])
    return []


def _draw_fact(label: str, value: str) -> Box:
    """The label at the left; where letters are large the value stands below it."""
    return Row(
        grow(Words(label, "small", "text3")), Words(value, "body", align="right"), gap=SPACE.m, stacks=LABEL_SHARE
    )


def _draw_line(page: PageView, line: ListedLine) -> Box:
    """A line that leads somewhere does so only where this app knows the place."""
    route = make_route(line.to) if line.to is not None else None
    leads = route is not None and page.guide.knows(route)
    return LineRow(
        line.title,
        line.sub,
        act=page.open_act(route) if route is not None and leads else None,
        mark=make_mark(line.mark, page.guide.workday.language),
        figure=line.figure,
    )
