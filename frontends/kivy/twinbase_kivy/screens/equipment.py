"""An appliance on the glass: facts, measures with what they mean, the visits that it was on, and what can be done."""

from collections.abc import Sequence

from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.flow_boxes import Halves, TwoColumns
from twinbase_kivy.marks import make_mark, mark_of
from twinbase_kivy.page import PageView
from twinbase_kivy.screens.today import make_act_buttons
from twinbase_kivy.widgets.cards import SectionCard, divide
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import Words
from twinbase_mobile.reading import OnVisit
from twinbase_presentation import Route
from twinbase_presentation.screens.equipment import EquipmentModel, EquipmentShown, MeasureRow
from twinbase_presentation.tokens import SPACE


class EquipmentPage(PageView):
    """S16."""

    model: EquipmentModel

    def make_head(self) -> Box:
        shown = self.model.shown
        return self.title_bar(self.model.title, shown.sheet.customer if shown else "")

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        if shown is None:
            return [EmptyView("appliance", self.model.gone)]
        cards = (self._make_facts(shown), self._make_measures(shown), self._make_visits(shown))
        return [TwoColumns(*cards, gap=SPACE.m, narrow_dp=700)]

    def make_foot(self) -> Box | None:
        buttons = make_act_buttons(self.model.commands, self)
        return Halves(*buttons, gap=SPACE.s) if buttons else None

    def _make_facts(self, shown: EquipmentShown) -> Box:
        rows: list[Box] = [
            ColumnBox(Words(label, "small", "text3"), Words(value, "body"), gap=2) for label, value in shown.facts
        ]
        mark = mark_of(shown.sheet.mark, self.guide.workday.language)
        return SectionCard("appliance", self.say("What it is"), *divide(rows), act=mark)

    def _make_measures(self, shown: EquipmentShown) -> Box | None:
        rows: list[Box] = [self._make_measure(one) for one in shown.measures]
        return SectionCard("checklist", self.say("What was measured"), *divide(rows)) if rows else None

    def _make_measure(self, one: MeasureRow) -> Box:
        is_judged = one.tone in ("amber", "red")
        chip = ChipBox("warning" if is_judged else "", one.value, one.tone if is_judged else "grey")
        said = "\n".join(part for part in (one.when, one.earlier) if part)
        return LineRow(one.label, said, mark=make_mark(one.mark, self.guide.workday.language), end=chip)

    def _make_visits(self, shown: EquipmentShown) -> Box | None:
        rows: list[Box] = [self._make_visit(one) for one in shown.sheet.visits]
        return SectionCard("history", self.say("Visits"), *divide(rows), count=str(len(rows))) if rows else None

    def _make_visit(self, one: OnVisit) -> Box:
        language = self.guide.workday.language
        replaced = language.say("{old} replaced by {new}", old=one.serial_number, new=one.replaced_by_serial)
        day = language.format_date(one.start.date()) if one.start else ""
        said = "\n".join(part for part in (day, replaced if one.replaced_by_serial else "") if part)
        act = self.open_act(Route("visit", one.visit_id))
        return LineRow(one.visit or self.say("Visit"), said, act=act, mark=mark_of(one.mark, language))
