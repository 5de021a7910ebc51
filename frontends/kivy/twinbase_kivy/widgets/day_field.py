"""A day that is typed, or found by its neighbours: gloves hit no phone keyboard."""

from datetime import date, timedelta

from twinbase_kivy.boxes import grow
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import IconButton
from twinbase_kivy.widgets.fields import InputField
from twinbase_presentation import FormField, Language
from twinbase_presentation.form import Form
from twinbase_presentation.tokens import SPACE


class DayField(Row):
    """The day before at its left, the day after at its right; both begin at `today` where no day is typed."""

    def __init__(self, form: Form, field: FormField, language: Language, today: date) -> None:
        self.language, self.today = language, today
        self.input = InputField(
            field.label,
            field.show(language),
            lambda text: form.fill(field.name, text),
            error=field.error,
            draft=language.say("Draft") if field.is_draft else "",
        )
        before = IconButton("previous", language.say("The day before"), lambda: self.move(-1), hue="primary")
        after = IconButton("next", language.say("The day after"), lambda: self.move(1), hue="primary")
        super().__init__(before, grow(self.input), after, gap=SPACE.s)

    def move(self, days: int) -> None:
        """Write the day that is so many days away."""
        typed = self.input.typing.input
        try:
            day = self.language.parse_day(typed.text) + timedelta(days)
        except (ValueError, OverflowError):
            day = self.today
        typed.text = self.language.format_date(day)
