"""What a plugin describes, drawn with the components of every other screen: the six kinds of blocks, and no other."""

from collections.abc import Iterable, Iterator, Mapping

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
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation.plugin_screens import make_route
from twinbase_presentation.tokens import SPACE, Hue

LEVELS: Mapping[WarnLevel, tuple[str, Hue]] = {
    "note": ("info", "primary"),
    "warning": ("warning", "amber"),
    "danger": ("warning", "red"),
}
FACT_SHARE = 0.45


def make_block_cards(blocks: Iterable[Block], page: PageView) -> list[Box]:
    """Each block on a ground of its own, for a page."""
    return [_on_ground(block, list(make_block_rows([block], page))) for block in blocks]


def make_block_rows(blocks: Iterable[Block], page: PageView) -> Iterator[Box]:
    """Blocks one below the other, for a card that has its ground already."""
    for block in blocks:
        match block:
            case TextBlock(text):
                yield Words(text, "body", "text2")
            case WarnBlock(level, sentence):
                icon, hue = LEVELS[level]
                yield TintBox(icon, sentence, hue=hue, filled=level == "danger")
            case EmptyBlock(sentence):
                yield EmptyView("info", sentence)
            case FactsBlock(facts):
                yield from divide([_make_fact(label, value) for label, value in facts.items()])
            case PictureBlock(_, caption):
                yield Row(IconMark("photo", "text2"), grow(Words(caption or page.say("Photo"), "body")), gap=SPACE.m)
            case LinesBlock(lines):
                yield from divide([_make_line(line, page) for line in lines])


def _on_ground(block: Block, rows: list[Box]) -> Box:
    if isinstance(block, WarnBlock | EmptyBlock) or not rows:
        return ColumnBox(*rows)
    return CardBox(*rows, gap=SPACE.xs)


def _make_fact(label: str, value: str) -> Box:
    row = Row(
        Words(label, "small", "text3"),
        grow(Words(value, "body", align="right")),
        gap=SPACE.m,
        edges=(0, SPACE.s, 0, SPACE.s),
        stacks=FACT_SHARE,
    )
    row.name, row.role = f"{label}: {value}", "listitem"
    return row


def _make_line(line: ListedLine, page: PageView) -> Box:
    """What leads to a screen that this app has not is only read."""
    route = make_route(line.to) if line.to is not None else None
    act = page.open_act(route) if route is not None and page.guide.knows(route) else None
    mark = make_mark(line.mark, page.guide.workday.language)
    return LineRow(line.title, line.sub, act=act, mark=mark, figure=line.figure)
