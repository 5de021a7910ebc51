"""An appliance as text, with what can be done about it."""

from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from twinbase_presentation import Language, Workday
from twinbase_presentation.screens.equipment import EquipmentModel, EquipmentShown
from twinbase_presentation.screens.equipment_forms import EquipmentForms
from twinbase_textual.day.edge_lines import KeyEntry
from twinbase_textual.day.form_sheet import FormSheet, Sheet
from twinbase_textual.day.glyphs import join_parts


class ApplianceSheet(Sheet):
    """What it is, what was measured, on which visits it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "press('replace')", show=False),
        Binding("e", "press('correct_equipment')", show=False),
    ]

    def __init__(self, workday: Workday, model: EquipmentModel) -> None:
        super().__init__(workday, model.title)
        self.model = model

    def compose_body(self) -> ComposeResult:
        shown = self.model.shown
        with VerticalScroll(classes="scrolls"):
            yield Static(compose_appliance(shown, self.workday.language) if shown else self.model.gone)

    def list_entries(self) -> list[KeyEntry]:
        return [KeyEntry(one.key, one.label) for one in self.model.commands if one.is_enabled]

    async def action_press(self, id_: str) -> None:
        """The form of it, in the place of this sheet; what cannot be done says why."""
        command = next((one for one in self.model.commands if one.id == id_), None)
        if command is None:
            return
        if not command.is_enabled:
            self.said_line.tell(f"✗ {command.why_not}", "red")
            return
        forms = EquipmentForms(self.model)
        is_replaced = id_ == "replace"
        form = await (forms.make_replace_form() if is_replaced else forms.make_correct_form())
        save = forms.save_replacement if is_replaced else forms.correct
        self.app.push_screen(FormSheet(self.workday, form, command.label, lambda: save(form)), self._end)

    def _end(self, done: object) -> None:
        if getattr(done, "said", ""):
            self.dismiss(done)  # type: ignore[arg-type]


async def make_appliance_sheet(workday: Workday, id_: UUID) -> Sheet:
    """The sheet of one, read."""
    model = EquipmentModel(workday, id_)
    await model.load()
    return ApplianceSheet(workday, model)


def compose_appliance(shown: EquipmentShown, language: Language) -> Content:
    """All of it, one line for each thing."""
    lines = [Content.assemble((f"{label}  ", "$tone-hint"), value) for label, value in shown.facts]
    if shown.measures:
        lines += [Content(""), Content.styled(language.say("What was measured"), "bold $foreground")]
    for one in shown.measures:
        lines.append(Content.assemble(f"{one.label}  ", (one.value, f"bold $tone-{one.tone}"), f"  {one.when}"))
        if one.earlier:
            lines.append(Content.styled(one.earlier, "$tone-hint"))
    if shown.sheet.visits:
        lines += [Content(""), Content.styled(language.say("Visits"), "bold $foreground")]
    for visit in shown.sheet.visits:
        day = language.format_date(visit.start.date()) if visit.start else ""
        replaced = language.say("{old} replaced by {new}", old=visit.serial_number, new=visit.replaced_by_serial)
        lines.append(Content(join_parts(day, visit.visit, replaced if visit.replaced_by_serial else "")))
    return Content("\n").join(lines)
