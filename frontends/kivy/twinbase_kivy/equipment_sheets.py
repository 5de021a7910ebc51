"""The sheets of appliances: corrected, replaced, and one that nobody has noted yet."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_presentation import Route
from twinbase_presentation.screens.equipment import EquipmentModel
from twinbase_presentation.screens.equipment_forms import EquipmentForms, NewEquipment
from twinbase_presentation.screens.visit import VisitModel


async def show_correct_equipment(shell: Shell, route: Route) -> None:
    """What a technician may say of it."""
    forms, say = await _open_forms(shell, route), shell.workday.language.say
    if forms is not None:
        form, page = await forms.make_correct_form(), next(reversed(shell.pages.values()))
        show_form(shell, page, form, say("Correct"), lambda: forms.correct(form), label=say("Save"))


async def show_replace(shell: Shell, route: Route) -> None:
    """The number of the one that stands there now."""
    forms, say = await _open_forms(shell, route), shell.workday.language.say
    if forms is not None:
        form, page = await forms.make_replace_form(), next(reversed(shell.pages.values()))
        show_form(shell, page, form, say("Replace"), lambda: forms.save_replacement(form), label=say("Save"))


async def show_new_equipment(shell: Shell, route: Route) -> None:
    """One more appliance: of the customer of a visit, or of a customer."""
    assert route.id is not None
    new, say = NewEquipment(shell.workday, route.id), shell.workday.language.say
    if route.name == "visit":
        model = VisitModel(shell.workday, route.id)
        await model.load()
        visit = model.shown.job.visit if model.shown else None
        if visit is None or visit.customer_id is None:
            return
        new = NewEquipment(shell.workday, visit.customer_id, visit.id, visit.place.site_id)
    form, page = await new.make_form(), next(reversed(shell.pages.values()))
    show_form(shell, page, form, say("New equipment"), lambda: new.save(form), label=say("Save"))


async def _open_forms(shell: Shell, route: Route) -> EquipmentForms | None:
    assert route.id is not None
    model = EquipmentModel(shell.workday, route.id)
    await model.load()
    return EquipmentForms(model) if model.shown is not None else None


EQUIPMENT_SHEETS: Mapping[str, OpenSheet] = {
    "correct_equipment": show_correct_equipment,
    "replace": show_replace,
    "new_equipment": show_new_equipment,
}
