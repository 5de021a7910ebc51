"""One visit: all that is needed at the door, and before leaving."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kivy.metrics import dp

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.carded_page import CardedPage
from twinbase_kivy.flow_boxes import Halves, TwoColumns
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.blocks import make_brought_card
from twinbase_kivy.screens.today import TimerWords, make_act_buttons
from twinbase_kivy.screens.visit_cards import (
    make_checklist_card,
    make_parts_card,
    make_people_cards,
    make_written_cards,
)
from twinbase_kivy.widgets.buttons import ActTile, IconButton, PushButton
from twinbase_kivy.widgets.cards import CardBox, SectionCard, TintBox
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Command, Route
from twinbase_presentation.plugin_screens import ShownCard
from twinbase_presentation.screens.before_finish import FinishStep
from twinbase_presentation.screens.refusals import RefusedCard
from twinbase_presentation.screens.visit import VisitModel, VisitShown
from twinbase_presentation.screens.visit_rows import say_times
from twinbase_presentation.tokens import SPACE

CONTACT = ("route", "call", "message")
STATUS = ("travel", "start", "pause", "finish")
CardMaker = Callable[["VisitPage", VisitShown], Box | None]


class VisitPage(CardedPage):
    """S04."""

    card_place = "visit"
    model: VisitModel

    def list_commands(self) -> Sequence[Command]:
        return (*self.model.commands, *self.brought.list_commands(**self._about()))

    def make_head(self) -> Box:
        shown = self.model.shown
        if shown is None:
            return self.title_bar(self.model.title)
        visit, language = shown.job.visit, self.guide.workday.language
        times = say_times(visit.start, visit.end, language)
        sub = "\u00a0· ".join(part for part in (visit.number, times) if part)
        return self.title_bar(self.model.title, sub, *self._menu(), chips=self._chips(shown))

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        if shown is None:
            return [EmptyView("jobs", self.model.gone)]
        cards = [CARDS[card](self, shown) for card in shown.cards if card in CARDS]
        refused = [RefusedVisitCard(card, self) for card in shown.refused]
        brought = [make_brought_card(self, one, self._list_main(one)) for one in self.brought.cards]
        return [TwoColumns(*refused, *cards, *brought, gap=SPACE.m)]

    def make_foot(self) -> Box | None:
        acts = [one for one in self.model.commands if one.id in STATUS]
        buttons = make_act_buttons(acts, self) or self._make_share()
        return Halves(*buttons, gap=SPACE.s) if buttons else None

    def _make_share(self) -> Sequence[Box]:
        """What is left to do at a customer's once a visit is done."""
        shown = self.model.shown
        if shown is None or shown.job.visit.status != VisitStatus.DONE:
            return ()
        share = self.open_act(Route("visit", self.model.route.id, "share"))
        return [PushButton(self.say("Share the report"), share, icon="share", filling="tonal", main=True)]

    def _menu(self) -> list[Box]:
        """What is done seldom is behind the three dots."""
        assert self.model.route.id is not None
        return [
            IconButton("menu", self.say("More actions"), self.open_act(Route("visit", self.model.route.id, "menu")))
        ]

    def _about(self) -> dict[str, Any]:
        """What an action of a plugin is asked with, whether it is there."""
        return {"status": self.model.shown.job.visit.status} if self.model.shown else {"status": None}

    def _list_main(self, card: ShownCard) -> Sequence[Command]:
        return self.brought.list_main(card, **self._about())

    def _chips(self, shown: VisitShown) -> list[Box]:
        row = shown.row
        chips: list[Box] = [StatusChipBox(shown, self)]
        return chips + [ChipBox(chip.icon, chip.said, chip.tone) for chip in row.chips]


class StatusChipBox(ChipBox):
    """The status in a word, and for how long it runs."""

    def __init__(self, shown: VisitShown, page: PageView) -> None:
        row = shown.row
        hue = "primary" if row.tone == "red" else row.tone
        super().__init__(row.status_icon, row.status, hue)
        if shown.since is not None:
            timer = TimerWords(shown.since, page.guide, "small", hue)
            self.hold([*self.parts(), Words("·", "small", hue), timer])


class RefusedVisitCard(CardBox):
    """What the server refused of this visit: what was typed, and its sentence."""

    def __init__(self, card: RefusedCard, page: PageView) -> None:
        super().__init__(
            Row(IconMark("refused", "red"), grow(Words(card.title, "subtitle", "red")), gap=SPACE.m),
            Row(IconMark("office", "text2", 20), grow(Words(card.sentence, "small", "text2")), gap=SPACE.s, side="top"),
            PushButton(page.say("Correct"), page.open_act(Route("sync")), icon="edit", small=True, filling="tonal"),
            gap=SPACE.m,
            hue="red",
        )
        self.name, self.role = card.title, "alert"


def _before_finish(page: VisitPage, shown: VisitShown) -> Box | None:
    done, needed = shown.progress
    title, count = page.say("Before you finish"), f"{done}\u00a0/\u00a0{needed}"
    return SectionCard("before_finish", title, *(StepRow(step, page) for step in shown.steps), count=count, gap=SPACE.s)


class StepRow(Row):
    """One thing to do before leaving, with the button that leads there."""

    def __init__(self, step: FinishStep, page: PageView) -> None:
        leads = step.act and page.guide.knows(step.go)
        super().__init__(
            IconMark("done", "green") if step.is_done else IconMark("open_circle", "outline"),
            grow(
                ColumnBox(
                    Words(step.label, "body", "text3" if step.is_done else "text"),
                    None if step.is_needed or step.is_done else Words(page.say("not required"), "small", "text3"),
                )
            ),
            ChipBox("check", page.say("Done already"), "green") if step.is_done else None,
            PushButton(step.act, page.open_act(step.go), filling="tonal", small=True) if leads else None,
            gap=SPACE.m,
            stacks=0.38,
        )
        self.name, self.role = step.label, "listitem"

    def height_for(self, width: float) -> float:
        return max(super().height_for(width), round(dp(SPACE.target_in_row)))


def _customer(page: VisitPage, shown: VisitShown) -> Box | None:
    job, visit = shown.job, shown.job.visit
    place = visit.place
    street = ", ".join((*place.address[:2], f"{place.zip_code} {place.city}".strip()))
    found = [page.find_command(id_) for id_ in CONTACT]
    tiles = [ActTile(one.icon, one.label, page.act_of(one)) for one in found if one]
    contact = job.contact
    person = "\u00a0· ".join(part for part in (contact.name, contact.function) if part) if contact else ""
    extra = "\u00a0· ".join(part for part in (place.label, *place.address[2:]) if part)
    return SectionCard(
        "home",
        visit.customer or page.say("Customer"),
        ColumnBox(
            Words(street.strip(", "), "body", "text2") if street else None,
            Words(extra, "small", "text3") if extra else None,
            Row(IconMark("person", "text3", 18), grow(Words(person, "small", "text3")), gap=6) if person else None,
            gap=SPACE.xs,
        ),
        TintBox("access", place.access_notes, hue="amber") if place.access_notes else None,
        Halves(*tiles, gap=SPACE.s) if tiles else None,
        gap=SPACE.m - 2,
    )


def _instructions(page: VisitPage, shown: VisitShown) -> Box | None:
    texts = [text for text in (shown.job.instructions, shown.job.office_notes) if text]
    return SectionCard(
        "instruction", page.say("Instruction from the office"), *(Words(text, "body", "text2") for text in texts)
    )


CARDS: Mapping[str, CardMaker] = {
    "before_finish": _before_finish,
    "customer": _customer,
    "instructions": _instructions,
    "checklist": make_checklist_card,
    "parts": make_parts_card,
    **make_written_cards(),
    **make_people_cards(),
}
