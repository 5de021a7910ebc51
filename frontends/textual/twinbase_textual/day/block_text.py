"""What a plugin describes, as text: the six kinds of blocks, and no other."""

from collections.abc import Iterable, Iterator, Sequence

from textual.content import Content

from twinbase.screens import Block, EmptyBlock, FactsBlock, LinesBlock, ListedLine, PictureBlock, TextBlock, WarnBlock
from twinbase_presentation import Language
from twinbase_textual.day.glyphs import find_mark, join_parts
from twinbase_textual.day.pane_lines import PaneItem, PaneLine, PaneNote

LEVELS = {"note": "$tone-primary", "warning": "$tone-amber", "danger": "bold $tone-red"}


def compose_blocks(blocks: Iterable[Block], language: Language) -> Content:
    """All of them, one below the other."""
    return Content("\n").join([line for block in blocks for line in _compose(block, language)])


def _compose(block: Block, language: Language) -> Iterator[Content]:
    match block:
        case TextBlock(text):
            yield Content(text)
        case WarnBlock(level, sentence):
            yield Content.styled(f"! {sentence}", LEVELS[level])
        case EmptyBlock(sentence):
            yield Content.styled(sentence, "$tone-hint")
        case FactsBlock(facts):
            for label, value in facts.items():
                yield Content.assemble((f"{label}  ", "$tone-hint"), value)
        case PictureBlock(_, caption):
            yield Content.styled(join_parts(language.say("Photo"), caption), "$tone-hint")
        case LinesBlock(lines):
            yield from (_compose_line(line) for line in lines)


def _compose_line(line: ListedLine) -> Content:
    glyph, tone = find_mark(line.mark)
    return Content.assemble(
        (f"{glyph} ", f"$tone-{tone}"),
        line.title,
        (f"  {join_parts(line.sub, line.figure)}" if line.sub or line.figure else "", "$tone-grey"),
    )


def make_block_items(blocks: Sequence[Block], language: Language) -> Iterator[PaneItem]:
    """The blocks of a screen as lines of a list: those of a `LinesBlock` can be chosen, by their number."""
    number = 0
    for block in blocks:
        if not isinstance(block, LinesBlock):
            yield PaneNote("\n".join(line.plain for line in _compose(block, language)))
            continue
        for line in block.lines:
            mark, tone = find_mark(line.mark)
            yield PaneLine(str(number), line.title, line.sub, end=line.figure, mark=mark, mark_tone=tone)
            number += 1


def list_lines(blocks: Sequence[Block]) -> list[ListedLine]:
    """The lines of all blocks, in the order of their numbers."""
    return [line for block in blocks if isinstance(block, LinesBlock) for line in block.lines]
