"""Six seconds to undo what destroys something, and forms that survive a kill."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from tests.presentation.phone import Phone

from twinbase.errors import StorageFailed
from twinbase_presentation import FieldChoice, FieldFault, Form, FormField, Route
from twinbase_presentation.timing import AtMostEvery

FIELDS = (
    FormField("minutes", "Minutes", "whole", is_required=True),
    FormField("comment", "Comment", "long_text"),
    FormField("kind", "Kind", "choice", choices=(FieldChoice("work", "Work"), FieldChoice("travel", "Travel"))),
)


class Written:
    """What acts did."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def by(self, name: str) -> Any:
        async def write() -> None:
            self.done.append(name)

        return write


async def test_a_held_act_is_written_when_its_seconds_are_over(phone: Phone) -> None:
    held, written = phone.workday.held, Written()
    done = await held.hold("Deleted.", written.by("one"))
    assert (done.said, done.can_undo, written.done) == ("Deleted.", True, [])
    await phone.pass_seconds(5.9)
    assert (held.now is not None, written.done) == (True, [])
    await phone.pass_seconds(0.2)
    assert (held.now, written.done) == (None, ["one"])


async def test_undo_drops_it_and_the_seconds_bring_nothing_any_more(phone: Phone) -> None:
    held, written = phone.workday.held, Written()
    await held.hold("Deleted.", written.by("one"))
    assert held.undo() and not held.undo()
    await phone.pass_seconds(60)
    assert written.done == []


async def test_another_act_or_the_end_of_the_screen_writes_it_at_once(phone: Phone) -> None:
    held, written = phone.workday.held, Written()
    await held.hold("Deleted.", written.by("one"))
    await phone.pass_seconds(3)
    await held.hold("Deleted.", written.by("two"))
    assert written.done == ["one"]
    await phone.pass_seconds(4)
    assert written.done == ["one"]
    await phone.workday.settle()
    assert written.done == ["one", "two"]


async def test_an_act_that_fails_when_nobody_waits_is_said_later(phone: Phone) -> None:
    async def full() -> None:
        raise StorageFailed()

    await phone.workday.held.hold("Deleted.", full)
    await phone.pass_seconds(6)
    assert isinstance(phone.workday.held.fault, StorageFailed)


def make_form(phone: Phone) -> Form:
    def check(values: Mapping[str, Any]) -> Iterable[FieldFault]:
        if values["minutes"] > 600:
            yield FieldFault("minutes", "That is more than a day.")
        if values["kind"] is None and not values["comment"]:
            yield FieldFault("", "Say what it was.")

    return Form(phone.workday, Route("hours"), FIELDS, check)


async def test_what_is_typed_is_kept_at_a_pause_and_found_after_a_kill(phone: Phone) -> None:
    form = make_form(phone)
    await form.load({"minutes": 30})
    for text in ("4", "45"):
        form.fill("minutes", text)
        await phone.pass_seconds(0.2)
    form.fill("comment", "Fuite au")
    assert await phone.sql("SELECT count(*) FROM sqlite_master WHERE name = '_twinbase_draft'") == [(0,)]
    await phone.pass_seconds(0.4)
    form.fill("comment", "Fuite au joint")

    await phone.open()
    again = make_form(phone)
    await again.load({"minutes": 30})
    assert [(field.text, field.is_draft) for field in again.fields] == [("45", True), ("Fuite au", True), ("", False)]
    assert again.is_draft


async def test_what_is_left_or_saved_keeps_its_drafts_or_loses_them(phone: Phone) -> None:
    form = make_form(phone)
    await form.load()
    form.fill("comment", "Fuite")
    await form.keep("comment")
    form.fill("minutes", "45")
    await form.keep_all()
    assert await phone.sql("SELECT route, field, text FROM _twinbase_draft ORDER BY field") == [
        ("hours", "comment", "Fuite"),
        ("hours", "minutes", "45"),
    ]
    await form.forget()
    assert await phone.sql("SELECT count(*) FROM _twinbase_draft") == [(0,)]
    assert not form.is_draft
    await phone.pass_seconds(10)
    assert await phone.sql("SELECT count(*) FROM _twinbase_draft") == [(0,)]


@pytest.mark.parametrize(
    ("typed", "errors", "fault"),
    [
        ({}, ["This is needed.", "", ""], ""),
        ({"minutes": "1,5"}, ["Enter a whole number.", "", ""], ""),
        ({"minutes": "900"}, ["That is more than a day.", "", ""], "Say what it was."),
        ({"minutes": "9", "kind": "sleep"}, ["", "", "Choose one of these."], ""),
        ({"minutes": "9"}, ["", "", ""], "Say what it was."),
        ({"minutes": " 90 ", "kind": "travel"}, ["", "", ""], ""),
    ],
)
async def test_a_form_says_what_is_wrong_where_it_is(
    phone: Phone, typed: dict[str, str], errors: list[str], fault: str
) -> None:
    form = make_form(phone)
    await form.load()
    for name, text in typed.items():
        form.fill(name, text)
    assert form.validate() == (not any(errors) and not fault)
    assert ([field.error for field in form.fields], form.fault) == (errors, fault)


async def test_values_are_what_was_meant(phone: Phone) -> None:
    form = make_form(phone)
    await form.load()
    form.fill("minutes", "90")
    form.fill("kind", "travel")
    assert form.validate()
    assert form.values == {"minutes": 90, "comment": None, "kind": "travel"}


def test_what_may_be_called_four_times_a_second_is_called_at_once_and_at_last(phone_timing: Any) -> None:
    called: list[float] = []
    pace = AtMostEvery(phone_timing, 0.25, lambda: called.append(round(phone_timing.read_seconds(), 2)))
    for _ in range(10):
        pace.ask()
        phone_timing.advance(0.05)
    phone_timing.advance(1)
    assert called == [0.0, 0.25, 0.5]
