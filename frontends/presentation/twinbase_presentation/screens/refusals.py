"""What the server refused, as a card: what was typed, its sentence, and the fields to correct in place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from twinbase.plugins import Plugins
from twinbase.replica import PendingEdit
from twinbase_presentation.faults import say_refusal
from twinbase_presentation.fields import FieldChoice, FormField, FormFieldKind, write_text
from twinbase_presentation.languages import Language
from twinbase_presentation.screens.outbox import SHA256
from twinbase_presentation.words import say_column, say_word

LINE_MAX = 120
"""As many letters as are typed into one line; what may be longer has several."""


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value that somebody typed, with the word for its column."""

    column: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class RefusedCard:
    """`id`: the edit, for `correct` and `discard`. `title`: what it is, for people; `sentence`: the server's. `sha256`:
    of the picture that it names, "" for none."""

    id: UUID
    twin: str
    title: str
    sentence: str
    typed: tuple[TypedValue, ...]
    at: datetime | None
    belongs_to: tuple[str, Any] | None = None
    sha256: str = ""


def make_card(
    edit: PendingEdit, title: str, language: Language, belongs_to: tuple[str, Any] | None = None
) -> RefusedCard:
    """The card of an edit that waits for a person."""
    typed = tuple(list_typed(edit.new, language))
    sentence = say_refusal(language, edit.reason, edit.detail)
    picture = next((str(edit.new[name]) for name in SHA256 if edit.new.get(name)), "")
    return RefusedCard(edit.id, edit.twin, title, sentence, typed, edit.at, belongs_to, picture)


def list_typed(values: Mapping[str, Any], language: Language) -> Iterator[TypedValue]:
    """Of the values of an edit, those that say something to people."""
    for name, value in values.items():
        label = say_column(language, name)
        if label is not None and value not in (None, ""):
            yield TypedValue(name, label, say_value(value, language))


def say_value(value: Any, language: Language) -> str:
    """A value of a column, as people read it."""
    if isinstance(value, bool):
        return language.say("Yes") if value else language.say("No")
    if isinstance(value, StrEnum):
        return say_word(language, value)
    if isinstance(value, Decimal | int | float):
        return language.format_number(value)
    if isinstance(value, datetime):
        return f"{language.format_day(value.date())}, {language.format_time(value)}"
    if isinstance(value, date):
        return language.format_day(value)
    return "\u2013" if value is None else str(value)


def make_fields(edit: PendingEdit, plugins: Plugins, language: Language) -> tuple[FormField, ...]:
    """A form of what the edit wrote, to correct it in place: every column that people know, as it was typed."""
    twin = plugins.twins[edit.twin]
    fields = []
    for name, value in edit.new.items():
        label = say_column(language, name)
        kind = _kind_of(value, twin.table.columns[name].type)
        if label is None or kind is None or name in twin.key:
            continue
        choices = _choices(value, language)
        fields.append(FormField(name, label, kind, choices=choices, text=write_text(value)))
    return tuple(fields)


def _kind_of(value: Any, type_of_column: Any) -> FormFieldKind | None:
    """None: what nobody can type, a moment of which a form holds the time alone, say. A name has one line."""
    length = getattr(type_of_column, "length", None)
    words: FormFieldKind = "text" if length is not None and length <= LINE_MAX else "long_text"
    kinds: tuple[tuple[type, FormFieldKind], ...] = (
        (bool, "flag"), (StrEnum, "choice"), (Decimal, "number"), (int, "whole"), (date, "day"), (time, "time"),
        (str, words),
    )  # fmt: skip
    if isinstance(value, datetime):
        return None
    return next((kind for type_, kind in kinds if isinstance(value, type_)), words if value is None else None)


def _choices(value: Any, language: Language) -> tuple[FieldChoice, ...]:
    if not isinstance(value, StrEnum):
        return ()
    return tuple(FieldChoice(word.value, say_word(language, word)) for word in type(value))
