"""Sheets that are about no visit: a timer that was forgotten, a product that is moved or counted."""

from collections.abc import Mapping
from uuid import UUID

from textual.app import ComposeResult
from textual.widgets import Static

from twinbase_presentation import Route, Workday
from twinbase_presentation.screens.equipment_forms import NewEquipment
from twinbase_presentation.screens.forgotten_timer import ForgottenTimer
from twinbase_presentation.screens.stock_moves import CountModel, TransferModel
from twinbase_textual.day.equipment_sheet import make_appliance_sheet
from twinbase_textual.day.form_sheet import FormSheet, Sheet
from twinbase_textual.day.visit_sheets import MakeSheet


def find_more_sheet(route: Route) -> MakeSheet | None:
    """What makes the sheet of a route; None where there is none."""
    return MORE_SHEETS.get(f"{route.name}/{route.place}") if route.id is not None else None


class SentenceSheet(Sheet):
    """One sentence: why there is nothing to fill in."""

    def __init__(self, workday: Workday, title: str, sentence: str) -> None:
        super().__init__(workday, title)
        self.sentence = sentence

    def compose_body(self) -> ComposeResult:
        yield Static(self.sentence, classes="hint", markup=False)


async def _make_forgotten(workday: Workday, id_: UUID) -> Sheet:
    say, timer = workday.language.say, ForgottenTimer(workday, id_)
    form = await timer.make_form()
    title = say("When did you finish?")
    if form is None:
        return SentenceSheet(workday, title, say("No timer runs."))
    return FormSheet(workday, form, title, lambda: timer.save(form))


async def _make_new_equipment(workday: Workday, id_: UUID) -> Sheet:
    new = NewEquipment(workday, id_)
    form = await new.make_form()
    return FormSheet(workday, form, workday.language.say("New equipment"), lambda: new.save(form))


async def _make_transfer(workday: Workday, id_: UUID) -> Sheet:
    return await _make_move(workday, TransferModel(workday, id_))


async def _make_count(workday: Workday, id_: UUID) -> Sheet:
    return await _make_move(workday, CountModel(workday, id_))


async def _make_move(workday: Workday, model: TransferModel | CountModel) -> Sheet:
    await model.load()
    if not model.can_be_moved:
        return SentenceSheet(workday, model.title, model.gone if model.shown is None else model.unmoved)
    form = await model.make_form()
    return FormSheet(workday, form, model.title, lambda: model.save(form), model.warning or model.in_van)


MORE_SHEETS: Mapping[str, MakeSheet] = {
    "hours/forgotten": _make_forgotten,
    "customer/new_equipment": _make_new_equipment,
    "equipment/": make_appliance_sheet,
    "stock/transfer": _make_transfer,
    "stock/count": _make_count,
}
