"""A form in a sheet: each field as its kind asks, what is wrong below it, one button to save."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton, PushButton
from twinbase_kivy.widgets.cards import TintBox
from twinbase_kivy.widgets.fields import ChoiceRow, InputField
from twinbase_presentation import Done, Form, FormField, Language
from twinbase_presentation.fields import FALSE, TRUE
from twinbase_presentation.tokens import SPACE, Hue

Save = Callable[[], Awaitable[Done]]


class FormView(ColumnBox):
    """Drawn anew only where something is wrong now that was right before: who types keeps his place."""

    def __init__(self, form: Form, language: Language, label: str, save: Callable[[], object], *, hue: Hue) -> None:
        self.form, self.language, self.label, self.save, self.hue = form, language, label, save, hue
        self._drawn = self._find_errors()
        super().__init__(*self._make(), gap=SPACE.l)
        self._stop = form.observe(self._note)

    def close(self) -> None:
        """It is left; what was typed is kept by the form."""
        self._stop()

    def _note(self) -> None:
        if self._find_errors() != self._drawn:
            self._drawn = self._find_errors()
            self.hold(self._make())
            self.change()

    def _find_errors(self) -> tuple[object, ...]:
        chosen = tuple(one.text for one in self.form.fields if one.kind in ("choice", "flag"))
        return (self.form.fault, *(one.error for one in self.form.fields), *chosen)

    def _make(self) -> list[Box]:
        fields = [self._field(one) for one in self.form.fields]
        fault = [TintBox("refused", self.form.fault, hue="red")] if self.form.fault else []
        button = PushButton(self.label, self.save, icon="check", hue=self.hue, main=True)
        return [*fields, *fault, button]

    def _field(self, field: FormField) -> Box:
        fill = lambda text: self.form.fill(field.name, text)  # noqa: E731
        if field.kind == "choice":
            choices = [(one.text, one.label) for one in field.choices]
            return ChoiceRow(field.label, choices, field.text, fill, error=field.error)
        if field.kind == "flag":
            choices = [(TRUE, self.language.say("Yes")), (FALSE, self.language.say("No"))]
            return ChoiceRow(field.label, choices, field.text, fill, error=field.error)
        made = InputField(
            f"{field.label} ({field.unit})" if field.unit else field.label,
            field.show(self.language),
            fill,
            error=field.error,
            draft=self.language.say("Draft") if field.is_draft else "",
            lines=4 if field.kind == "long_text" else 1,
            read_only=field.is_read_only,
        )
        return self._add_steps(made) if field.kind == "number" else made

    def _add_steps(self, made: InputField) -> Box:
        """One less and one more at its sides: gloves hit no phone keyboard. Never below nothing."""

        def step(by: int) -> None:
            try:
                number = self.language.parse_number(made.typing.input.text)
            except ValueError:
                number = Decimal(0)
            made.typing.input.text = f"{max(number + by, Decimal(0)).normalize():f}"

        less = IconButton("remove", self.language.say("One less"), lambda: step(-1), hue="primary")
        more = IconButton("add", self.language.say("One more"), lambda: step(1), hue="primary")
        return Row(less, grow(made), more, gap=SPACE.s)
