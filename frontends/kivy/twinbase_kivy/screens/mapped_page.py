"""Jobs on a map, in place of their list: pins, one of them in words below, and the addresses that are not on it."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.list_page import ListPage
from twinbase_kivy.long_page import LongPage, cut_rows
from twinbase_kivy.look import look
from twinbase_kivy.page import FootBar
from twinbase_kivy.screens.job_map import JobMapBox
from twinbase_kivy.screens.visit_lines import make_short_line
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide, group_title
from twinbase_kivy.widgets.chips import ChoiceChip, ViewTile
from twinbase_kivy.widgets.long_column import LongPart
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.touch import Act
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route
from twinbase_presentation.screens.job_map import JobMap, UnplacedSite
from twinbase_presentation.screens.jobs import JobsModel
from twinbase_presentation.screens.known_position import say_measured
from twinbase_presentation.screens.map_drawing import MapPin
from twinbase_presentation.screens.visit_rows import UNDER_WAY, VisitRow
from twinbase_presentation.tokens import SPACE

SITE_DP = 72
"""How high an address usually is."""


class MappedPage(ListPage, LongPage):
    """A class of it puts `make_views` into its head and `list_map_parts` into its body, while its model shows a map.

    On a wide screen too the map has the place of the list: the visit of a pin stands beside it, as that of a row does.
    """

    model: JobsModel
    pin: UUID | None = None
    """The visit whose pin was touched."""
    map_box: JobMapBox | None = None

    @property
    def map(self) -> JobMap | None:
        """What is on it; None while the list is seen."""
        return self.model.shown.map if self.model.shown is not None else None

    def make_foot(self) -> Box | None:
        """What the map shows of one visit; on a wide screen the visit itself stands beside it."""
        row = self.find_pinned()
        return make_short_line(self, row) if row is not None and not self.guide.is_wide else None

    def hold_foot(self, foot: Box) -> Box:
        """From edge to edge: a line of a list has edges of its own."""
        return FootBar(foot, 0)

    def press_key(self, said: str) -> bool:
        """The map, or the list again."""
        if said == "m":
            self.switch_view(is_map=not self.model.is_map)
            return True
        return super().press_key(said)

    def list_keys(self) -> Sequence[tuple[str, str]]:
        return ("m", self.say("List") if self.model.is_map else self.say("Map")), *super().list_keys()

    def switch_view(self, *, is_map: bool) -> None:
        """Look at the map, or at the list, from its beginning."""
        if is_map != self.model.is_map:
            self.scroller.passed = 0
            self.guide.workday.spawn(self.model.show_map(is_map))

    def touch_pin(self, pin: MapPin) -> None:
        """Show what is there: one visit, or which ones."""
        first = pin.visits[0].row.id
        if len(pin.visits) > 1:
            self.guide.go(Route("jobs", first, "together"))
        elif self.guide.is_wide:
            self.guide.go(Route("visit", first))
        else:
            self.pin = first
            self.redraw()

    def find_pinned(self) -> VisitRow | None:
        """The visit of the map that is shown: whose pin was touched, else the one under way, else the first."""
        rows = [visit.row for visit in self.map.visits] if self.map is not None else []
        touched = [row for row in rows if row.id == self.pin]
        under_way = [row for row in rows if row.visit.status in UNDER_WAY]
        return next(iter((*touched, *under_way, *rows)), None)

    def find_together(self, id_: UUID) -> Sequence[VisitRow]:
        """The visits that are in the pin of this one."""
        pins = self.map_box.drawn.pins if self.map_box is not None and self.map_box.drawn is not None else ()
        rows = ([visit.row for visit in pin.visits] for pin in pins)
        return next((some for some in rows if any(row.id == id_ for row in some)), [])

    def make_views(self) -> tuple[Sequence[Box], Sequence[Box]]:
        """The list and the map, of which one is seen: what stands beside the title, else what stands below it. Letters
        that are larger leave no room beside a long title."""
        views = (("list", self.say("List"), False), ("map", self.say("Map"), True))
        if look.text_scale > (1.3 if self.guide.is_wide else 1.0):
            return (), [self._make_view(*view, is_small=False) for view in views]
        return [self._make_view(*view, is_small=True) for view in views], ()

    def list_map_parts(self, jobs: JobMap) -> Iterator[Box | None]:
        """The map, what its rings are measured from, and the addresses that are not on it."""
        if jobs.visits:
            pinned = self.find_pinned()
            chosen = self.chosen if self.guide.is_wide or pinned is None else pinned.id
            self.map_box = JobMapBox(jobs, self.guide.workday.language, self._touch, chosen)
            yield self.map_box
            yield Words(self._say_rings(jobs), "small", "text3")
        sites, language = self.model.unplaced, self.guide.workday.language
        if sites:
            said = language.count("{n} address without a position", "{n} addresses without a position", len(sites))
            yield group_title(said)
        yield self.hold_list([self._note_sites(some) for some in cut_rows(sites)])

    def _make_view(self, icon: str, label: str, is_map: bool, *, is_small: bool) -> Box:
        is_seen = is_map == self.model.is_map
        if is_small:
            return ViewTile(icon, label, self._switch(is_map), chosen=is_seen)
        return ChoiceChip(label, self._switch(is_map), chosen=is_seen, icon=icon)

    def _switch(self, is_map: bool) -> Act:
        return lambda: self.switch_view(is_map=is_map)

    def _touch(self, pin: MapPin) -> Act:
        return lambda: self.touch_pin(pin)

    def _say_rings(self, jobs: JobMap) -> str:
        language = self.guide.workday.language
        if jobs.here is not None:
            said = say_measured(jobs.here, language)
        else:
            said = language.say("It is not known where you are: the rings are around the middle.")
        left_out = language.count("{n} more is not on the map.", "{n} more are not on the map.", jobs.left_out)
        return f"{said} {left_out}" if jobs.left_out else said

    def _note_sites(self, sites: Sequence[UnplacedSite]) -> LongPart:
        drawn_from = (tuple(sites), self.model.working_at, tuple(self.faults.items()))
        key = ("unplaced", sites[0].visit_id)
        return LongPart(key, drawn_from, partial(self._make_site_card, sites), SITE_DP * len(sites))

    def _make_site_card(self, sites: Sequence[UnplacedSite]) -> Box:
        lines = [self._make_site_line(site) for site in sites]
        return CardBox(*divide(lines), gap=0, edges=(SPACE.l, SPACE.xs, SPACE.s, SPACE.xs))

    def _make_site_line(self, site: UnplacedSite) -> Box:
        """Whose, and where in words; while one works somewhere, that it is there."""
        act, open_visit = self._find_place_act(site), self.open_act(Route("visit", site.visit_id))
        button = PushButton(self.say("Place here"), act, icon="position", filling="tonal", small=True) if act else None
        line = LineRow(site.customer, site.address, act=open_visit, end=button)
        fault = self.faults.get(f"place {site.site_id}")
        return ColumnBox(line, TintBox("refused", fault, hue="red")) if fault else line

    def _find_place_act(self, site: UnplacedSite) -> Act | None:
        """None where nobody knows where one is: the last visit is not here."""
        id_ = site.site_id
        if id_ is None or self.model.working_at is None:
            return None
        return lambda: self.do(self.model.place_here(id_), f"place {id_}")
