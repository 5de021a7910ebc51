"""Today: the visit that somebody works on, and what comes after it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kivy.clock import Clock

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.flow_boxes import Halves, Wrap
from twinbase_kivy.list_page import ListPage
from twinbase_kivy.marks import mark_of
from twinbase_kivy.page import Guide, PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.screens.visit_lines import make_visit_line
from twinbase_kivy.widgets.buttons import ActTile
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide, group_title
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.notices import BannerRow, EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Touchable
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_presentation import Command, Route
from twinbase_presentation.screens.today import Hero, TodayModel, VisitGroup
from twinbase_presentation.tokens import RADIUS, SPACE
from twinbase_presentation.words import say_word

CONTACT = ("route", "call", "message")


class TimerWords(Words):
    """How long something runs: now minus its beginning, so that a kill changes nothing."""

    def __init__(self, since: datetime, guide: Guide, style: str = "label", colour: str = "green") -> None:
        self._since, self._guide = since, guide
        super().__init__(self._count(), style, colour)  # type: ignore[arg-type]
        Clock.schedule_interval(self._tick, 1)

    def _tick(self, _seconds: float) -> bool:
        """Ends by itself where it is shown no more."""
        if self.get_parent_window() is None:
            return False
        self.say(self._count())
        return True

    def _count(self) -> str:
        seconds = max(int((self._guide.workday.read_now() - self._since).total_seconds()), 0)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class TodayPage(ListPage):
    """S03."""

    model: TodayModel

    def find_first(self) -> UUID | None:
        shown = self.model.shown
        return shown.hero.row.id if shown is not None and shown.hero is not None else None

    def make_head(self) -> Box:
        shown = self.model.shown
        chips = self.status_chips(self.model.status_line)
        return self.title_bar(
            self.model.title, shown.summary if shown else "", self.search_button(), self.plus_button(), chips=chips
        )

    def press_key(self, said: str) -> bool:
        """Something new."""
        if said == "n":
            self.guide.go(Route("today", None, "new"))
            return True
        return False

    def list_keys(self) -> Sequence[tuple[str, str]]:
        return ("n", self.say("New")), *super().list_keys()

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        hero = shown.hero if not self.guide.is_wide else None
        needs = self.model.status_line.needs_you
        banner = BannerRow(needs.said, self.open_act(needs.go)) if needs else None
        return [
            banner if self.guide.is_wide else None,
            HeroCard(hero, self) if hero else None,
            banner if not self.guide.is_wide else None,
            TintBox("warning", shown.warning, hue="amber") if shown.warning else None,
            *(part for group in shown.groups for part in self._group(group, hero)),
            *self._requests(),
            EmptyView("today", shown.nothing) if shown.nothing else None,
            self._proof(),
        ]

    def _group(self, group: VisitGroup, hero: Hero | None) -> list[Box]:
        """The visit of the card at the top stands in no group below it."""
        rows = [row for row in group.rows if hero is None or row.id != hero.row.id]
        if not rows:
            return []
        is_late = group.id == "late"
        lines = [
            make_visit_line(self, row, chosen=self.guide.is_wide and row.id == self.chosen, says_day=is_late)
            for row in rows
        ]
        return [group_title(group.heading), CardBox(*divide(lines, 76), gap=0, edges=(0, 0, 0, 0))]

    def _requests(self) -> list[Box]:
        shown = self.model.shown
        if shown is None or not shown.requests:
            return []
        language = self.guide.workday.language
        lines: list[Box] = [
            LineRow(
                one.incident.caption or one.customer,
                say_word(language, one.incident.status),
                icon="flag",
                mark=mark_of(one.incident.mark, language),
            )
            for one in shown.requests
        ]
        return [group_title(self.say("My requests")), CardBox(*divide(lines), gap=SPACE.xs)]

    def _proof(self) -> Box | None:
        if not self.model.proof:
            return None
        return Row(
            IconMark("proof", "green", 18),
            grow(Words(self.model.proof, "small", "text3")),
            gap=SPACE.s,
            edges=(SPACE.xs, SPACE.s, 0, 0),
        )


class HeroCard(CardBox):
    """The visit under way, or the next one: how to get in, how to get there, and what to do now."""

    def __init__(self, hero: Hero, page: TodayPage) -> None:
        self.page = page
        visit, under_way = hero.row.visit, hero.since is not None
        hue = "green" if hero.row.tone == "green" else hero.row.tone if hero.row.tone != "red" else "primary"
        head = Row(
            IconMark("running" if under_way else "clock", hue),
            grow(Words(hero.heading, "label", hue)),
            TimerWords(hero.since, page.guide) if hero.since else None,
            gap=SPACE.s,
            stacks=0.55,
        )
        where = ", ".join((*visit.place.address[:2], visit.place.city))
        super().__init__(
            head,
            HeroTitle(hero, page),
            Wrap(*(ChipBox(one.icon, one.said, one.tone) for one in hero.row.chips), gap=SPACE.s)
            if hero.row.chips
            else None,
            Row(IconMark("place", "text3", 20), grow(Words(where, "small", "text3")), gap=SPACE.s) if where else None,
            TintBox("access", hero.access, hue="amber") if hero.access else None,
            self._tiles(),
            self._acts(),
            gap=SPACE.m - 2,
            radius=RADIUS.hero,
        )

    def _tiles(self) -> Box | None:
        found = [self.page.find_command(id_) for id_ in CONTACT]
        tiles = [ActTile(one.icon, one.label, self.page.act_of(one)) for one in found if one is not None]
        return Halves(*tiles, gap=SPACE.s) if tiles else None

    def _acts(self) -> Box | None:
        """The main one filled, at the right where the thumb is; one more beside it."""
        acts = [one for one in self.page.model.commands if one.id not in CONTACT and not one.is_destructive]
        buttons = make_act_buttons(acts, self.page)
        return Halves(*buttons, gap=SPACE.s) if buttons else None


class HeroTitle(Touchable):
    """Title and customer of the card: a tap opens the visit."""

    def __init__(self, hero: Hero, page: PageView) -> None:
        visit = hero.row.visit
        inside = ColumnBox(
            Words(hero.row.title, "title"),
            Words(visit.customer, "body", "text2") if visit.customer else None,
            gap=SPACE.xs,
        )
        name = ", ".join(part for part in (hero.row.title, visit.customer) if part)
        super().__init__(page.open_act(Route("visit", visit.id)), inside, name=name, role="link", radius=RADIUS.field)


def make_act_buttons(acts: Sequence[Command], page: PageView) -> list[Box]:
    """Two at most: the main one filled, green where it ends the work; the other one outlined. What hinders both is said
    once."""
    main = next((one for one in acts if one.is_main), None)
    other = next((one for one in acts if not one.is_main), None)
    buttons = []
    if other is not None:
        says_why = main is None or main.why_not != other.why_not
        buttons.append(page.command_button(other, filling="outlined", main=True, says_why=says_why))
    if main is not None:
        buttons.append(page.command_button(main, hue="green" if main.id == "finish" else "primary", main=True))
    return buttons
