"""The forms of an appliance: what is corrected, what it is replaced by, and one that nobody has noted yet."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from twinbase_mobile.tables.kinds import Energy
from twinbase_presentation.acts.equipment import add_equipment, correct_equipment, replace_equipment
from twinbase_presentation.command import Done
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.languages import Language
from twinbase_presentation.route import Route
from twinbase_presentation.screens.equipment import EquipmentModel
from twinbase_presentation.screens.visit_commands import make_stamp
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday

LENGTHS = {"caption": 80, "serial_number": 40, "location_in_site": 80}


class EquipmentForms:
    """Of one appliance that is there: make a form, and save it."""

    def __init__(self, model: EquipmentModel) -> None:
        self.model, self.workday = model, model.workday

    async def make_correct_form(self) -> Form:
        """What a technician may say of it."""
        assert self.model.shown is not None
        sheet = self.model.shown.sheet
        form = _make_form(
            self.workday, Route("equipment", self.model.id, "correct_equipment"), _fields(self.workday.language)
        )
        await form.load({name: getattr(sheet, name) for name in (field.name for field in form.fields)})
        return form

    async def correct(self, form: Form) -> Done:
        """Write it."""
        say = self.workday.language.say
        if not form.validate():
            return Done(fault=form.fault or say("Correct what is marked."))
        changes = read_values(form)
        await self.workday.runner.write(lambda session: correct_equipment(session, self.model.id, changes))
        await form.forget()
        return Done(say("Equipment kept. It is sent as soon as possible."))

    async def make_replace_form(self) -> Form:
        """The number of the one that stands there now."""
        field = FormField("serial_number", self.workday.language.say("New serial number"), is_required=True)
        form = _make_form(self.workday, Route("equipment", self.model.id, "replace"), (field,))
        await form.load()
        return form

    async def save_replacement(self, form: Form) -> Done:
        """Write it, on the visit and on the appliance."""
        say, visit, stamp = self.workday.language.say, self.model.find_visit(), make_stamp(self.workday)
        if not form.validate():
            return Done(fault=form.fault or say("Correct what is marked."))
        if visit is None:
            return Done(fault=say("Add it to a visit that is open: the old number is kept there."))
        number = str(form.values["serial_number"])
        await self.workday.runner.write(lambda session: replace_equipment(session, visit.id, number, stamp))
        await form.forget()
        return Done(say("Replaced. The old number is kept on the visit."))


class NewEquipment:
    """An appliance that nobody has noted: of a customer, and on the visit on which it was found."""

    def __init__(self, workday: Workday, customer: UUID, visit: UUID | None = None, site: UUID | None = None) -> None:
        self.workday, self.customer, self.visit, self.site = workday, customer, visit, site
        self.id = uuid7()

    async def make_form(self) -> Form:
        """What it is; the code comes from the office."""
        language = self.workday.language
        caption = FormField("caption", language.say("What it is"), is_required=True)
        form = _make_form(self.workday, Route("new_equipment", self.customer), (caption, *_fields(language)))
        await form.load()
        return form

    async def save(self, form: Form) -> Done:
        """Write it, once."""
        say = self.workday.language.say
        if not form.validate():
            return Done(fault=form.fault or say("Correct what is marked."))
        said = {**read_values(form), "site_id": self.site}
        await self.workday.runner.write(
            lambda session: add_equipment(session, self.id, self.customer, said, self.visit)
        )
        await form.forget()
        return Done(say("Equipment kept. It is sent as soon as possible."))


def read_values(form: Form) -> dict[str, Any]:
    """What stands in it, as columns hold it."""
    values = form.values
    return {**values, "energy": Energy(values["energy"]) if values["energy"] else None}


def _make_form(workday: Workday, route: Route, fields: Sequence[FormField]) -> Form:
    def check(values: Mapping[str, Any]) -> Sequence[FieldFault]:
        say = workday.language.say
        return [
            FieldFault(name, say("At most {n} letters.", n=most))
            for name, most in LENGTHS.items()
            if len(str(values.get(name) or "")) > most
        ]

    return Form(workday, route, fields, check)


def _fields(language: Language) -> tuple[FormField, ...]:
    say = language.say
    energies = tuple(FieldChoice(one.value, say_word(language, one)) for one in Energy)
    return (
        FormField("serial_number", say("Serial number")),
        FormField("location_in_site", say("Where it stands")),
        FormField("energy", say("Energy"), "choice", choices=energies),
        FormField("power_kw", say("Power"), "number", unit="kW"),
        FormField("installed_on", say("Installed on"), "day"),
        FormField("description", say("Remark"), "long_text"),
    )
