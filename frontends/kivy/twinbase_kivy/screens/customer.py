"""One customer: how to reach him, his sites and what stands there, what is to come and what was."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.carded_page import CardedPage
from twinbase_kivy.flow_boxes import Halves, TwoColumns
from twinbase_kivy.marks import mark_of
from twinbase_kivy.screens.blocks import make_brought_card
from twinbase_kivy.screens.customer_cards import make_customer_cards
from twinbase_kivy.screens.visit_lines import make_visit_line
from twinbase_kivy.widgets.buttons import ActTile, PushButton
from twinbase_kivy.widgets.cards import CardBox, SectionCard, TintBox, divide
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import Words
from twinbase_mobile.reading import Equipment, Site
from twinbase_presentation import Command, Route
from twinbase_presentation.screens.customer import CustomerModel, CustomerShown, say_appliance, say_cover
from twinbase_presentation.tokens import SPACE

TILES = ("route", "call", "message", "mail")


class CustomerPage(CardedPage):
    """S11, one of them."""

    card_place = "customer"
    model: CustomerModel

    def make_head(self) -> Box:
        shown = self.model.shown
        if shown is None:
            return self.title_bar(self.model.title)
        chips = [ChipBox(one.icon, one.said, one.tone) for one in shown.chips]
        return self.title_bar(self.model.title, shown.summary, chips=chips)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        if shown is None:
            return [EmptyView("customers", self.model.gone)]
        return [
            self._make_tiles(),
            TwoColumns(
                *(SiteCard(site, self) for site in shown.facts.sites),
                self._make_elsewhere(shown),
                self._make_coming(shown),
                *make_customer_cards(self, shown),
                *(make_brought_card(self, one, self.brought.list_main(one)) for one in self.brought.cards),
                gap=SPACE.m,
                narrow_dp=640,
            ),
            *(self.command_button(one, filling="tonal") for one in self._list_seldom()),
        ]

    def say_facts(self, one: Equipment) -> str:
        """Which appliance it is, where, since when, and what is still covered of it."""
        language = self.guide.workday.language
        return "\n".join(part for part in (say_appliance(one, language), say_cover(one.covered, language)) if part)

    def _make_tiles(self) -> Box | None:
        found = [self.find_command(id_) for id_ in TILES]
        tiles = [ActTile(one.icon, one.label, self.act_of(one)) for one in found if one is not None]
        return CardBox(Halves(*tiles, gap=SPACE.s), edges=(SPACE.m,) * 4) if tiles else None

    def _make_elsewhere(self, shown: CustomerShown) -> Box | None:
        """Appliances of which nobody knows where they stand."""
        rows = [make_appliance(one, self) for one in shown.facts.elsewhere]
        if not rows:
            return None
        return SectionCard("appliance", self.say("Equipment"), *divide(rows), count=str(len(rows)))

    def _make_coming(self, shown: CustomerShown) -> Box | None:
        """The next visits, as the list of jobs has them, but with their day."""
        language, rows = self.guide.workday.language, []
        for row in shown.coming:
            start = row.visit.start
            day = language.format_day(start.date()) if start else self.say("No date")
            rows.append(ColumnBox(Words(day, "label", "text3"), make_visit_line(self, row), gap=0))
        if not rows:
            return None
        return SectionCard("planning", self.say("Visits to come"), *divide(rows), count=str(len(rows)))

    def _list_seldom(self) -> Sequence[Command]:
        """A correction for the office, and what plugins let somebody do that stands on no card of theirs."""
        on_cards = [one.id for card in self.brought.cards for one in self.brought.list_main(card)]
        return [one for one in self.list_commands() if one.id not in (*TILES, *on_cards)]


class SiteCard(SectionCard):
    """An address: how one gets in, to be corrected by whoever stands there, and what stands there."""

    def __init__(self, site: Site, page: CustomerPage) -> None:
        street = ", ".join(part for part in (*site.address, f"{site.zip_code} {site.city}".strip()) if part)
        edit = page.open_act(Route("customer", site.id, "access"))
        rows = [make_appliance(one, page) for one in site.equipment]
        label = page.say("Correct the access") if site.access_notes else page.say("Say how one gets in")
        super().__init__(
            "home",
            site.label or (page.say("Main site") if site.is_main else page.say("Site")),
            Words(street, "body", "text2") if street else None,
            TintBox("access", site.access_notes, hue="amber") if site.access_notes else None,
            ColumnBox(Words(page.say("Equipment"), "label", "text3"), *divide(rows), gap=SPACE.xs) if rows else None,
            PushButton(label, edit, icon="access", filling="text", small=True),
            act=mark_of(site.mark, page.guide.workday.language),
        )


def make_appliance(one: Equipment, page: CustomerPage) -> Box:
    """An appliance with what tells it from others."""
    mark = mark_of(one.mark, page.guide.workday.language)
    act = page.open_act(Route("equipment", one.id))
    return LineRow(one.caption or one.product or one.code, page.say_facts(one), icon="appliance", mark=mark, act=act)
