"""The sync page: what waits for somebody, what is to be sent, what was decided, and the proof."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.flow_boxes import Halves, TwoColumns
from twinbase_kivy.marks import make_mark
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import CardBox, SectionCard, TintBox, divide
from twinbase_kivy.widgets.picture import PictureBox
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Route
from twinbase_presentation.screens.decided import DecidedCard
from twinbase_presentation.screens.outbox import OutboxGroup
from twinbase_presentation.screens.pictures import read_small_picture
from twinbase_presentation.screens.refusals import RefusedCard
from twinbase_presentation.screens.refused_files import RefusedFileCard
from twinbase_presentation.screens.sync_page import ParkedLine, SyncModel
from twinbase_presentation.tokens import SPACE

TYPED_SHOWN = 4


class SyncPage(PageView):
    """S17."""

    model: SyncModel

    def make_head(self) -> Box:
        line = self.model.status_line
        sub = line.left.said if line.left else self.model.proven_at
        acts = [IconButton("refresh", one.label, self.act_of(one)) for one in self.model.commands]
        return self.title_bar(self.model.title, sub, *acts)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        fault = self.faults.get("sync")
        cards = [
            *(RefusedCardView(card, self) for card in self.model.refused),
            *(RefusedFileView(card, self) for card in self.model.refused_files),
            ParkedCard(shown.parked, self) if shown.parked else None,
            *(DecidedCardView(card, self) for card in shown.decided),
            OutboxCard(shown.to_send, self) if shown.to_send else None,
            ProofCard(self),
        ]
        return [TintBox("info", fault, hue="grey") if fault else None, TwoColumns(*cards, gap=SPACE.m, narrow_dp=700)]


class RefusedCardView(CardBox):
    """Work that is not finished: what it is, what was typed, the sentence of the server, and both ways on."""

    def __init__(self, card: RefusedCard, page: SyncPage) -> None:
        at = page.say_when(card.at)
        say = page.guide.workday.language.say
        given = [say("{kind}: {name}", kind=one.label, name=one.text) for one in card.typed[:TYPED_SHOWN]]
        typed = "\u00a0· ".join(given)
        super().__init__(
            Row(
                IconMark("refused", "red"),
                grow(Words(card.title, "subtitle", "red")),
                Words(at, "small", "text3") if at else None,
                gap=SPACE.m,
                stacks=0.3,
            ),
            Row(
                _make_picture(page, card.sha256, card.title) if card.sha256 else None,
                grow(Words(typed, "body")),
                gap=SPACE.m,
            )
            if typed or card.sha256
            else None,
            Row(
                IconMark("office", "text3", 20),
                grow(Words(page.say("“{sentence}”").format(sentence=card.sentence), "small", "text2")),
                gap=SPACE.m,
                side="top",
            ),
            Halves(
                PushButton(
                    page.say("Discard"), lambda: page.do(page.model.discard(card.id)), filling="outlined", hue="red"
                ),
                PushButton(page.say("Correct"), page.open_act(Route("sync", card.id, "correct")), icon="edit"),
                gap=SPACE.s,
            ),
            gap=SPACE.m,
            hue="red",
        )
        self.name, self.role = card.title, "alert"


class RefusedFileView(CardBox):
    """An attachment that is on this device alone: what it is, why it is not taken, and both ways on."""

    def __init__(self, card: RefusedFileCard, page: SyncPage) -> None:
        discard = lambda: page.do(page.model.discard_file(card.sha256))  # noqa: E731
        offer = lambda: page.do(page.model.offer_file(card.sha256))  # noqa: E731
        super().__init__(
            Row(IconMark("refused", "red"), grow(Words(card.title, "subtitle", "red")), gap=SPACE.m),
            Row(
                _make_picture(page, card.sha256, card.title) if card.is_here else None,
                grow(Words(card.sentence, "small", "text2")),
                gap=SPACE.m,
                side="top",
            ),
            Halves(
                PushButton(page.say("Discard"), discard, filling="outlined", hue="red"),
                PushButton(page.say("Send again"), offer, icon="sync") if card.is_here else None,
                gap=SPACE.s,
            ),
            gap=SPACE.m,
            hue="red",
        )
        self.name, self.role = card.title, "alert"


def _make_picture(page: SyncPage, sha256: str, name: str) -> Box:
    """What the card is about, as it looks: nobody decides about a number of megabytes."""
    workday = page.guide.workday
    return PictureBox(workday, sha256, lambda: read_small_picture(workday, sha256), name=name)


class ParkedCard(SectionCard):
    """Goes along by itself as soon as what it waits for is decided."""

    def __init__(self, parked: Sequence[ParkedLine], page: SyncPage) -> None:
        rows: list[Box] = [LineRow(one.title, one.sentence) for one in parked]
        super().__init__("parked", page.say("Waits for a decision"), *divide(rows), count=str(len(parked)), hue="amber")


class DecidedCardView(SectionCard):
    """What was decided for somebody, and the way to have his own back."""

    def __init__(self, card: DecidedCard, page: SyncPage) -> None:
        both = any(line.kept == "both" for line in card.lines)
        put_back = lambda: page.do(page.model.put_back(card.id))  # noqa: E731
        back = PushButton(page.say("Put mine back"), put_back, icon="undo", filling="tonal", hue="violet")
        super().__init__(
            "conflict",
            page.say("Written twice") if both else page.say("Decided for you"),
            Words(card.title, "body"),
            *(Words(line.sentence, "small", "text2") for line in card.lines),
            *(TintBox("flag", flag, hue="amber") for flag in card.flags),
            Words(card.office, "small", "text3") if card.office else None,
            back if card.can_put_back else None,
            hue="violet",
        )


class OutboxCard(SectionCard):
    """In the order in which it is sent, under the visit that it belongs to."""

    def __init__(self, groups: Sequence[OutboxGroup], page: SyncPage) -> None:
        language = page.guide.workday.language
        parts: list[Box] = []
        for group in groups:
            lines: list[Box] = [
                LineRow(
                    line.title,
                    page.say_when(line.at),
                    mark=make_mark(line.state, language, wide=page.guide.is_wide, percent=line.percent),
                )
                for line in group.lines
            ]
            parts.append(ColumnBox(Words(group.heading, "label", "text3"), *divide(lines), gap=SPACE.xs))
        count = sum(len(group.lines) for group in groups)
        super().__init__("pending", page.say("To send"), *parts, count=str(count), gap=SPACE.m)


class ProofCard(SectionCard):
    """Whether this device holds what the server holds."""

    def __init__(self, page: SyncPage) -> None:
        shown = page.model.shown
        assert shown is not None
        proven = not shown.proof.unproven
        all_sent = page.say("Everything is sent.") if shown.is_all_sent else ""
        super().__init__(
            "proof" if proven else "warning",
            page.say("Proof"),
            Words(all_sent, "body", "green") if all_sent else None,
            Words(page.model.headline, "body", "text2"),
            Words(page.model.proven_at, "small", "text3") if page.model.proven_at else None,
            None
            if proven
            else TintBox("info", page.say("A table differs from the server; the next sync repairs it."), hue="amber"),
            icon_hue="green" if proven else "amber",
        )
