"""Expenses by state with their sums; what is to be paid back on top, and one button to hand all drafts over."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.flow_boxes import Halves
from twinbase_kivy.list_page import ListPage
from twinbase_kivy.marks import mark_of
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide
from twinbase_kivy.widgets.notices import EmptyView
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import IconMark, Words
from twinbase_mobile.tables.kinds import Claim
from twinbase_presentation import Route
from twinbase_presentation.screens.expenses import ExpenseGroup, ExpenseRow, ExpensesModel
from twinbase_presentation.tokens import SPACE


class ExpensesPage(ListPage):
    """S12, the list."""

    model: ExpensesModel
    detail = "expense"

    def find_first(self) -> UUID | None:
        """What can still be changed is what one comes for."""
        rows = self.model.shown.rows if self.model.shown is not None else ()
        return next((row.id for row in rows if row.can_change and not self._is_held(row)), None)

    def make_body(self) -> Sequence[Box | None]:
        shown = self.model.shown
        assert shown is not None
        fault = self.faults.get("submit") or self.faults.get("delete")
        return [
            TintBox("refused", fault, hue="red") if fault else None,
            self._make_due(shown.due) if shown.due else None,
            *(self._make_group(group) for group in shown.groups),
            None if shown.groups else EmptyView("expenses", self.say("No expense of the last thirty days.")),
        ]

    def make_foot(self) -> Box | None:
        add, submit = self.find_command("add"), self.find_command("submit")
        # How many there are is in its words already.
        submit = replace(submit, badge=0) if submit else None
        buttons = [
            self.command_button(submit, filling="outlined", main=True) if submit and submit.is_enabled else None,
            self.command_button(add, main=True) if add else None,
        ]
        return Halves(*buttons, gap=SPACE.s)

    def _is_held(self, row: ExpenseRow) -> bool:
        return self.guide.workday.held.hides(row.id)

    def _make_due(self, due: str) -> Box:
        row = Row(
            IconMark("money", "primary"),
            grow(Words(self.say("To be paid back"), "body", "text2")),
            Words(due, "title", align="right"),
            gap=SPACE.m,
            stacks=0.4,
        )
        row.name, row.role = f"{self.say('To be paid back')} {due}", "status"
        return CardBox(row)

    def _make_group(self, group: ExpenseGroup) -> Box | None:
        """Its state and its sum, and the rows of it."""
        rows = [self._make_row(row) for row in group.rows if not self._is_held(row)]
        if not rows:
            return None
        hue = "red" if group.state == Claim.REJECTED else "text3"
        head = Row(
            grow(Words(group.heading, "label", hue)),
            Words(group.total, "label", "text2"),
            gap=SPACE.s,
            edges=(SPACE.xs, 0, SPACE.l, 0),
        )
        head.name, head.role = f"{group.heading} {group.total}", "heading"
        return ColumnBox(head, CardBox(*divide(rows, 40), gap=SPACE.xs), gap=SPACE.s, edges=(0, SPACE.xs, 0, 0))

    def _make_row(self, row: ExpenseRow) -> Box:
        """Why the office has sent one back stands below it: that is what is to be corrected."""
        is_chosen = self.guide.is_wide and row.id == self.chosen
        line = LineRow(
            row.title,
            row.sub,
            icon=row.icon,
            act=self.open_act(Route("expense", row.id)) if row.can_change else None,
            mark=mark_of(row.line.mark, self.guide.workday.language),
            figure=row.amount,
            title_colour="primary" if is_chosen else "text",
        )
        why = row.line.rejection_reason if row.can_change else ""
        return ColumnBox(line, Words(why, "small", "red"), gap=SPACE.xs, edges=(0, 0, 0, SPACE.s)) if why else line
