"""Fields of a form: what somebody types is text, and what it means is a value."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from twinbase_presentation.languages import Language, later

FormFieldKind = Literal["text", "long_text", "number", "whole", "flag", "choice", "time", "day"]
TRUE, FALSE = "1", ""
"""How a flag stands in a form."""
_A_DAY = date(2026, 6, 30)
_WRONG: Mapping[FormFieldKind, str] = {
    "number": later("Enter a number."),
    "whole": later("Enter a whole number."),
    "choice": later("Choose one of these."),
    "time": later("Enter a time, as 08:30."),
    "day": later("Enter a day, as {day}."),
}


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One of the values that a field may have. `text` is kept, `label` is shown."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One field, as it is asked for and as it stands.

    `error`: what is wrong, under it; `is_draft`: what stands in it is kept on this device and was not saved.
    """

    name: str
    label: str
    kind: FormFieldKind = "text"
    is_required: bool = False
    choices: Sequence[FieldChoice] = ()
    unit: str = ""
    hint: str = ""
    is_read_only: bool = False
    text: str = ""
    error: str = ""
    is_draft: bool = False

    def parse(self, language: Language) -> Any:
        """What it means; None where it is empty. Raises ValueError for what cannot be."""
        if self.kind == "flag":
            return self.text == TRUE
        text = self.text.strip()
        return _READ[self.kind](text, self, language) if text else None

    def show(self, language: Language) -> str:
        """What stands in it, as people here write it: a day is kept in one way and shown in theirs."""
        try:
            return language.format_date(date.fromisoformat(self.text)) if self.kind == "day" else self.text
        except ValueError:
            return self.text

    def judge(self, language: Language) -> "FormField":
        """The field with its error, if it has one."""
        try:
            missing = self.parse(language) is None and self.is_required
        except ValueError:
            return replace(self, error=language.say(_WRONG[self.kind], day=language.format_date(_A_DAY)))
        return replace(self, error=language.say("This is needed.") if missing else "")


def write_text(value: Any) -> str:
    """A value as it stands in a form, in any language: it is read as it is written here."""
    if value is None or value is False:
        return FALSE
    if value is True:
        return TRUE
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime | time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def read_time(text: str) -> time:
    """`08:30`, `8:30`, `8h30`, `0830`; raises ValueError for no time."""
    found = re.fullmatch(r"(\d{1,2})(?:\s*[:h.]\s*)?(\d{2})?", text, re.ASCII | re.IGNORECASE)
    if found is None:
        raise ValueError(f"{text!r} is no time.")
    return time(int(found[1]), int(found[2] or 0))


def _read_choice(text: str, field: FormField, language: Language) -> str:
    if text not in [choice.text for choice in field.choices]:
        raise ValueError(f"{text!r} is no choice.")
    return text


def _read_whole(text: str, field: FormField, language: Language) -> int:
    number = language.parse_number(text)
    if number != number.to_integral_value():
        raise ValueError(f"{text!r} is no whole number.")
    return int(number)


_READ: Mapping[FormFieldKind, Callable[[str, FormField, Language], Any]] = {
    "text": lambda text, field, language: text,
    "long_text": lambda text, field, language: text,
    "number": lambda text, field, language: language.parse_number(text),
    "whole": _read_whole,
    "choice": _read_choice,
    "time": lambda text, field, language: read_time(text),
    "day": lambda text, field, language: language.parse_day(text),
}
