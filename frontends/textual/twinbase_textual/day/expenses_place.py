"""Expenses by state with their sums; a form writes a new one, or corrects a draft."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from textual.content import Content

from twinbase_presentation import Command, Done
from twinbase_presentation.screens.expense import ExpenseModel
from twinbase_presentation.screens.expenses import ExpenseRow, ExpensesModel
from twinbase_presentation.words import say_word
from twinbase_textual.day.glyphs import find_mark, join_parts, say_mark
from twinbase_textual.day.pane_lines import PaneHeading, PaneItem, PaneLine, PaneNote
from twinbase_textual.day.place_view import Beside, PlaceView


class ExpensesView(PlaceView):
    """What the terminal has of expenses: all but the photo of a receipt."""

    model: ExpensesModel

    @property
    def summary(self) -> tuple[str, ...]:
        shown = self.model.shown
        if shown is None or not shown.due:
            return super().summary
        return (self.model.title, f"{self.say('To be paid back')} {shown.due}")

    def make_items(self) -> Iterable[PaneItem]:
        shown = self.model.shown
        assert shown is not None
        if not shown.groups:
            yield PaneNote(self.say("No expense of the last thirty days."))
        for group in shown.groups:
            rows = [row for row in group.rows if not self.model.workday.held.hides(row.id)]
            if rows:
                yield PaneHeading(join_parts(group.heading, group.total))
            yield from (_make_line(row) for row in rows)

    async def find_beside(self, id_: str) -> Beside:
        row, language = self._find_row(id_), self.model.workday.language
        if row is None:
            return None
        line = row.line
        vat = "" if line.vat_amount is None else language.format_money(line.vat_amount, line.currency)
        facts = (
            row.title,
            join_parts(language.format_long_day(line.expense_on), row.amount),
            language.say("of this {money} of VAT", money=vat) if vat else "",
            say_word(language, line.paid_with),
            join_parts(line.merchant, line.visit, line.customer),
            line.comment,
            line.rejection_reason,
            say_mark(line.mark.state, language),
            line.mark.sentence,
        )
        return Content("\n").join([Content(fact) for fact in facts if fact])

    def list_acts(self, id_: str) -> Sequence[Command]:
        say, row = self.say, self._find_row(id_)
        acts = [Command("add", say("New expense"), "add", self._add, "a", is_main=True)]
        if row is not None and row.can_change:
            acts.append(Command("edit", say("Correct"), "edit", lambda: self._edit(row.id), "e"))
            acts.append(Command("delete", say("Delete"), "delete", lambda: self.model.delete(row.id), "delete"))
        return acts

    async def enter_line(self, id_: str) -> Done | None:
        """A draft is corrected; of the others there is only what stands beside."""
        row = self._find_row(id_)
        return await self._edit(row.id) if row is not None and row.can_change else None

    async def _add(self) -> Done:
        return await self._edit(None)

    async def _edit(self, id_: UUID | None) -> Done:
        model = ExpenseModel(self.model.workday, id_)
        await model.load()
        if model.shown is None or model.shown.fault:
            return Done(fault=model.shown.fault if model.shown else "")
        form = await model.make_form(has_receipt=False)
        hint = model.shown.said_back or self.say("Kilometres are for mileage alone. A receipt is added on the tablet.")
        self.ask_form(form, model.title, lambda: model.save(form), hint)
        return Done()

    def _find_row(self, id_: str) -> ExpenseRow | None:
        rows = self.model.shown.rows if self.model.shown else ()
        return next((row for row in rows if str(row.id) == id_), None)


def _make_line(row: ExpenseRow) -> PaneLine:
    mark, tone = find_mark(row.line.mark.state)
    why = row.line.rejection_reason if row.can_change else ""
    more = ((f"! {why}", "red"),) if why else ()
    return PaneLine(str(row.id), row.title, row.sub, end=row.amount, mark=mark, mark_tone=tone, more=more)  # type: ignore[arg-type]
