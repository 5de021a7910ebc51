"""A report: what is typed survives, phrases are one's own, two texts become one, and a reason stands for none."""

from typing import Any

from tests.presentation.phone import Phone, ident, paris, visit
from tests.presentation.test_visit import VISIT, begun

from twinbase_mobile.reports import BETWEEN
from twinbase_mobile.tables import Intervention
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Route
from twinbase_presentation.screens.phrases import PHRASES_MAX, PhraseBook
from twinbase_presentation.screens.report import ReportModel, ReportShown
from twinbase_presentation.screens.written_twice import split_twice


async def opened(phone: Phone, **values: Any) -> tuple[ReportModel, ReportShown]:
    await begun(phone, **values)
    model = ReportModel(phone.workday, VISIT)
    await model.open()
    assert model.shown is not None and model.form is not None
    return model, model.shown


async def read_visit(phone: Phone) -> Intervention:
    return await phone.workday.runner.read(lambda session: session.get_one(Intervention, VISIT))


async def test_what_is_typed_is_in_the_file_after_a_pause_and_found_again_after_a_kill(phone: Phone) -> None:
    model, _ = await opened(phone)
    assert model.form is not None
    model.form.fill("report", "Burner cleaned, gąsior, ψυχή, 🔥")
    assert model.form.is_draft and not model.form.is_kept
    await phone.pass_seconds(0.4)
    assert model.form.is_kept
    again = ReportModel(phone.workday, VISIT)
    await again.open()
    assert again.form is not None and again.form.find("report").text == "Burner cleaned, gąsior, ψυχή, 🔥"
    assert (await read_visit(phone)).report is None, "a draft is no report"


async def test_a_saved_report_leads_back_to_the_visit_and_says_no_reason_any_more(phone: Phone) -> None:
    model, _ = await opened(phone, no_report_reason="Nobody there")
    assert model.form is not None
    model.form.fill("report", "Done after all.")
    done = await model.save()
    assert (done.said, done.go) == ("Report kept. It is sent as soon as possible.", Route("visit", VISIT))
    row = await read_visit(phone)
    assert (row.report, row.no_report_reason) == ("Done after all.", None)


async def test_a_reason_stands_for_a_report_and_one_of_nothing_is_asked_for(phone: Phone) -> None:
    model, _ = await opened(phone)
    form = await model.make_no_report_form()
    assert (await model.save_no_report(form)).fault == "Say why there is no report."
    form.fill("why", "Customer absent")
    await model.save_no_report(form)
    assert (await read_visit(phone)).no_report_reason == "Customer absent"
    assert model.shown is not None and model.shown.no_report_reason == "Customer absent"


async def test_a_text_that_nobody_types_at_follows_what_came_from_elsewhere(phone: Phone) -> None:
    model, _ = await opened(phone, report="Old")
    await phone.sql("UPDATE interventions SET report = 'From the tablet'")
    await model.load()
    assert model.form is not None and model.form.find("report").text == "From the tablet"
    model.form.fill("report", "Mine")
    await phone.sql("UPDATE interventions SET report = 'Newer'")
    await model.load()
    assert model.form.find("report").text == "Mine"


async def test_own_phrases_of_this_kind_of_visits_come_first_and_one_that_is_deleted_comes_back(phone: Phone) -> None:
    model, shown = await opened(phone)
    await model.book.add("For any visit.")
    await PhraseBook(phone.workday).add("For another kind.", "Repair")
    assert (await model.keep_phrase("  Burner cleaned\n and set. ")).said == "Phrase kept on this device."
    assert [one.text for one in model.phrases] == ["Burner cleaned and set.", "For any visit.", "For another kind."]
    await model.use_phrase(model.phrases[2])
    await model.forget_phrase(model.phrases[0])
    assert "Burner cleaned and set." not in [one.text for one in model.phrases]
    phone.workday.held.undo()
    assert len(model.phrases) == 3
    await model.forget_phrase(model.phrases[0])
    await phone.workday.settle()
    assert len(await model.book.read()) == 2
    assert shown.visit_type == ""


async def test_a_phrase_has_words_and_not_too_many_and_the_book_an_end(phone: Phone) -> None:
    book = PhraseBook(phone.workday)
    assert (await book.add(" \n ")).fault and (await book.add("x" * 501)).fault
    for number in range(PHRASES_MAX + 3):
        await book.add(f"Number {number}.")
    assert len(await book.read()) == PHRASES_MAX
    await phone.ask(lambda replica: replica.drafts.set("phrases", "own", "no json"))
    assert await book.read() == ()


async def test_two_texts_become_one_of_the_paragraphs_that_are_ticked(phone: Phone) -> None:
    theirs, mine = "Arrived at ten.\n\nBurner cleaned.", "Burner  cleaned.\n\nCO 4 ppm."
    model, shown = await opened(phone, report=f"{theirs}{BETWEEN}{mine}")
    twice = shown.twice
    assert twice is not None and twice.texts == (
        ("Arrived at ten.", "Burner cleaned."),
        ("Burner  cleaned.", "CO 4 ppm."),
    )
    assert twice.choose_first() == {(0, 0), (0, 1), (1, 1)}, "what stands in both is ticked once"
    model.merge(twice.choose_first())
    assert model.form is not None
    assert model.form.find("report").text == "Arrived at ten.\n\nBurner cleaned.\n\nCO 4 ppm."
    await model.save()
    await model.load()
    assert model.shown is not None and model.shown.twice is None


def test_a_line_of_dashes_alone_is_no_second_text() -> None:
    assert split_twice("One.\n-----\nTwo.") is None
    assert split_twice(f"One.{BETWEEN}") is None
    assert split_twice("") is None
    three = split_twice(f"a{BETWEEN}b{BETWEEN}c")
    assert three is not None and len(three.texts) == 3


async def test_the_last_report_at_the_site_stands_beside_and_a_closed_visit_is_only_read(phone: Phone) -> None:
    before = visit(9, paris(3, 8), report="Electrode replaced.", status=VisitStatus.DONE)
    await phone.give(before)
    model, shown = await opened(phone, report="Old", status=VisitStatus.DONE)
    assert shown.last is not None and shown.last.report == "Electrode replaced."
    assert shown.is_read_only and model.commands == ()


async def test_a_visit_that_is_not_here_has_no_report(phone: Phone) -> None:
    model = ReportModel(phone.workday, ident(4711))
    await model.open()
    assert model.shown is None and model.form is None and model.commands == ()
