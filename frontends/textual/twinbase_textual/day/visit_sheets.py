"""The sheets of a visit, by the place of its route: each is read, and then it is shown."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from twinbase_presentation import Route, Workday
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screens.equipment_forms import NewEquipment
from twinbase_presentation.screens.papers import VisitPapers
from twinbase_presentation.screens.visit import VisitModel
from twinbase_textual.day.checklist_sheet import ChecklistSheet
from twinbase_textual.day.form_sheet import FormSheet, Sheet
from twinbase_textual.day.photos_sheet import PhotosSheet
from twinbase_textual.day.work_sheets import PartsSheet, StepsSheet

MakeSheet = Callable[[Workday, UUID], Awaitable[Sheet]]


async def make_visit_sheet(workday: Workday, route: Route) -> Sheet:
    """The sheet of a route; raises LookupError where there is none."""
    assert route.id is not None
    return await SHEETS[route.place](workday, route.id)


async def make_action_sheet(workday: Workday, brought: PluginScreens, id_: str, row: UUID) -> Sheet:
    """What an action of a plugin asks for."""
    form = brought.make_form(id_, row)
    await form.load()
    return FormSheet(workday, form, brought.find_label(id_), lambda: brought.run(id_, row, form))


async def _read_visit(workday: Workday, id_: UUID) -> VisitModel:
    model = VisitModel(workday, id_)
    await model.load()
    return model


async def _make_missing(workday: Workday, id_: UUID) -> Sheet:
    model = await _read_visit(workday, id_)
    return StepsSheet(workday, model.shown.steps if model.shown else ())


async def _make_finish(workday: Workday, id_: UUID) -> Sheet:
    model = await _read_visit(workday, id_)
    form = await model.make_finish_form()
    return FormSheet(workday, form, workday.language.say("Finish"), lambda: model.finish(form))


async def _make_cancel(workday: Workday, id_: UUID) -> Sheet:
    model = await _read_visit(workday, id_)
    form = await model.make_cancel_form()
    return FormSheet(workday, form, workday.language.say("Cancel the visit"), lambda: model.cancel(form))


async def _make_report(workday: Workday, id_: UUID) -> Sheet:
    papers = VisitPapers(workday, id_)
    form = await papers.make_report_form()
    return FormSheet(workday, form, workday.language.say("Report"), lambda: papers.save_report(form))


async def _make_note(workday: Workday, id_: UUID) -> Sheet:
    papers = VisitPapers(workday, id_)
    form = await papers.make_note_form()
    return FormSheet(workday, form, workday.language.say("Note"), lambda: papers.save_note(form))


async def _make_refusal(workday: Workday, id_: UUID) -> Sheet:
    """Nobody signs in a terminal: that is done on the tablet, and here only that the customer does not."""
    say, papers = workday.language.say, VisitPapers(workday, id_)
    form = await papers.make_refusal_form()
    hint = say("To be signed on the tablet. If the customer does not sign, say why.")
    return FormSheet(workday, form, say("Signature"), lambda: papers.save_refusal(form), hint)


async def _make_new_equipment(workday: Workday, id_: UUID) -> Sheet:
    """One more appliance of the customer of the visit."""
    model = await _read_visit(workday, id_)
    visit = model.shown.job.visit if model.shown else None
    customer = visit.customer_id if visit and visit.customer_id else id_
    new = NewEquipment(workday, customer, id_, visit.place.site_id if visit else None)
    form = await new.make_form()
    return FormSheet(workday, form, workday.language.say("New equipment"), lambda: new.save(form))


async def _make_checklist(workday: Workday, id_: UUID) -> Sheet:
    return ChecklistSheet(workday, id_)


async def _make_parts(workday: Workday, id_: UUID) -> Sheet:
    return PartsSheet(workday, id_)


async def _make_photos(workday: Workday, id_: UUID) -> Sheet:
    return PhotosSheet(workday, id_)


SHEETS: Mapping[str, MakeSheet] = {
    "missing": _make_missing,
    "finish": _make_finish,
    "cancel": _make_cancel,
    "report": _make_report,
    "notes": _make_note,
    "signature": _make_refusal,
    "checklist": _make_checklist,
    "parts": _make_parts,
    "new_equipment": _make_new_equipment,
    "photos": _make_photos,
}
