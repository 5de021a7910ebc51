"""Expenses: sums that are exact, a form that says what is wrong, and drafts that are handed over together."""

from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from tests.attachments.pictures import make_picture
from tests.presentation.phone import BAKERY, ME, Phone, ident, paris, visit

from twinbase.replica import Replica
from twinbase_mobile.tables import CustomerSite, Expense, VatRate
from twinbase_mobile.tables.kinds import Claim, ExpenseKind, PaidWith
from twinbase_presentation import Form, Route
from twinbase_presentation.screens.choose_receipt import ChooseReceiptModel
from twinbase_presentation.screens.expense import ExpenseModel
from twinbase_presentation.screens.expense_choices import compute_vat
from twinbase_presentation.screens.expenses import ExpensesModel, ExpensesShown
from twinbase_presentation.screens.receipt import draft_receipt

TODAY, RATE = date(2026, 6, 10), ident(900)


def expense(number: int, amount: str, **values: Any) -> Expense:
    own = {"id": ident(100 + number), "colleague_id": ME, "expense_on": TODAY, "amount_ttc": Decimal(amount)}
    return Expense(**{**own, **values})


async def opened(phone: Phone) -> ExpensesModel:
    model = ExpensesModel(phone.workday)
    await model.open()
    return model


def shown(model: ExpensesModel) -> ExpensesShown:
    assert model.shown is not None, model.state
    return model.shown


async def asked(phone: Phone, id_: Any = None) -> tuple[ExpenseModel, Form]:
    model = ExpenseModel(phone.workday, id_)
    await model.open()
    return model, await model.make_form()


def errors(form: Form) -> dict[str, str]:
    return {field.name: field.error for field in form.fields if field.error}


async def test_expenses_stand_by_state_with_their_sums_and_what_is_to_be_paid_back(phone: Phone) -> None:
    await phone.give(
        expense(1, "14.10", category=ExpenseKind.MEAL, merchant="Le Bistrot"),
        expense(2, "0.20"),
        expense(3, "62.30", paid_with=PaidWith.COMPANY_CARD, state=Claim.SUBMITTED),
        expense(4, "9.99", state=Claim.REJECTED, rejection_reason="Reçu illisible"),
        expense(5, "30", state=Claim.APPROVED, currency="CHF"),
        expense(6, "0", category=ExpenseKind.MILEAGE, distance_km=Decimal("23.4")),
    )
    model = await opened(phone)
    assert [(group.heading, group.total) for group in shown(model).groups] == [
        ("Sent back", "€9.99"),
        ("Drafts", "€14.30"),
        ("Submitted", "€62.30"),
        ("Approved", "CHF30.00"),
    ]
    assert shown(model).due == "CHF30.00 + €14.30"
    drafts = {row.title: (row.amount, row.can_change) for row in shown(model).groups[1].rows}
    assert drafts["Mileage"] == ("23.4\u00a0km", True) and drafts["Meal"] == ("€14.10", True)
    assert not shown(model).groups[2].rows[0].can_change


async def test_somebody_elses_expenses_are_not_shown(phone: Phone) -> None:
    await phone.give(expense(1, "5", colleague_id=ident(2)))
    model = await opened(phone)
    assert shown(model).groups == ()
    other, _ = ExpenseModel(phone.workday, ident(101)), None
    await other.open()
    assert other.shown is not None and other.shown.fault == "This expense is not on this device any more."


async def test_a_meal_is_written_with_the_tax_that_is_in_it(phone: Phone) -> None:
    await phone.give(
        VatRate(id=RATE, rate=Decimal("10")), VatRate(id=ident(901), rate=Decimal("0")), visit(1, paris(10, 8))
    )
    model, form = await asked(phone)
    form.fill("category", "meal")
    form.fill("amount_ttc", "14,50")
    form.fill("vat_rate_id", str(RATE))
    assert model.say_vat(form) == "of this €1.32 of VAT"
    form.fill("merchant", "Chez « Léa » 🍲")
    form.fill("intervention_id", str(ident(1001)))
    done = await model.save(form)
    assert (done.said, done.go) == ("Expense kept.", Route("expenses"))
    columns = "category, amount_ttc, vat_amount, merchant, state, customer_id, colleague_id"
    assert await phone.sql(f"SELECT {columns} FROM expenses") == [
        ("meal", 1450, 132, "Chez « Léa » 🍲", "draft", str(BAKERY), str(ME))
    ]
    assert shown(await opened(phone)).rows[0].line.mark.state == "pending"


async def test_what_cannot_be_is_said_at_its_field(phone: Phone) -> None:
    model, form = await asked(phone)
    assert (await model.save(form)).fault == "Correct what is marked."
    assert errors(form) == {"category": "This is needed."}
    form.fill("category", "fuel")
    for text, said in (
        ("", "Enter an amount above nothing."),
        ("0", "Enter an amount above nothing."),
        ("1,999", "Enter an amount in euros and cents."),
        ("123456789012", "Enter an amount in euros and cents."),
        ("beaucoup", "Enter a number."),
    ):
        form.fill("amount_ttc", text)
        assert (await model.save(form)).fault and errors(form) == {"amount_ttc": said}
    form.fill("amount_ttc", "10")
    form.fill("vat_amount", "11")
    form.fill("expense_on", "2026-06-11")
    form.fill("merchant", "x" * 121)
    assert (await model.save(form)).fault
    assert errors(form) == {
        "vat_amount": "There is no more VAT than the amount.",
        "expense_on": "This day is still to come.",
        "merchant": "This is too long; shorten it.",
    }
    assert await phone.sql("SELECT count(*) FROM expenses") == [(0,)]


async def test_kilometres_take_a_way_of_the_day_and_no_money_is_needed(phone: Phone) -> None:
    await phone.give(
        CustomerSite(id=ident(50), customer_id=BAKERY, city="Lyon"),
        visit(1, paris(10, 8)),
        visit(2, paris(10, 10), site_id=ident(50)),
        visit(3, paris(10, 14), site_id=ident(50)),
    )
    model, form = await asked(phone)
    assert model.shown is not None
    (way,) = model.shown.ways
    assert (way.label, way.at_least) == ("Bron \u2013 Lyon", "")
    model.choose_way(form, way)
    assert (await model.save(form)).fault and errors(form) == {"distance_km": "Enter how many kilometres it was."}
    form.fill("distance_km", "7,45")
    assert (await model.save(form)).fault
    assert errors(form) == {"distance_km": "Enter kilometres with one decimal at most."}
    form.fill("distance_km", "7,4")
    assert (await model.save(form)).is_done
    assert await phone.sql("SELECT category, distance_km, amount_ttc, comment, intervention_id FROM expenses") == [
        ("mileage", 74, 0, "Bron \u2013 Lyon", str(ident(1002)))
    ]


async def test_a_kind_that_is_changed_leaves_no_kilometres_behind(phone: Phone) -> None:
    model, form = await asked(phone)
    form.fill("category", "mileage")
    form.fill("distance_km", "12")
    form.fill("category", "toll")
    form.fill("amount_ttc", "3")
    assert (await model.save(form)).is_done
    assert await phone.sql("SELECT category, distance_km FROM expenses") == [("toll", None)]


async def test_what_was_typed_is_there_after_a_kill(phone: Phone) -> None:
    _, form = await asked(phone)
    form.fill("category", "parking")
    form.fill("amount_ttc", "4,2")
    await phone.pass_seconds(1)
    await phone.open()
    _, form = await asked(phone)
    assert (form.find("category").text, form.find("amount_ttc").text, form.is_draft) == ("parking", "4,2", True)


async def test_all_drafts_are_handed_over_at_once_and_then_changed_no_more(phone: Phone) -> None:
    await phone.save(expense(1, "5"), expense(2, "7"))
    model = await opened(phone)
    add, submit = model.commands
    assert (submit.label, submit.badge) == ("Send 2 expenses to the office", 2)
    assert (await submit.run()).said == "2 expenses handed over."
    assert await phone.sql("SELECT DISTINCT state FROM expenses") == [("submitted",)]
    assert model.commands[1].why_not == "There is nothing to submit."
    late = ExpenseModel(phone.workday, ident(101))
    await late.open()
    assert late.shown is not None
    assert late.shown.fault == "What is submitted can no longer be changed here; ask the office."
    assert (await add.run()).go == Route("expense")


async def test_what_was_sent_back_says_why_and_is_a_draft_again_once_corrected(phone: Phone) -> None:
    await phone.give(expense(1, "5", state=Claim.REJECTED, rejection_reason="Which site?", category=ExpenseKind.TOLL))
    model, form = await asked(phone, ident(101))
    assert model.shown is not None and model.shown.said_back == "Which site?"
    form.fill("comment", "A43")
    assert (await model.save(form)).is_done
    assert await phone.sql("SELECT state, comment FROM expenses") == [("draft", "A43")]


async def test_a_corrected_amount_has_its_tax_reckoned_again_and_a_typed_tax_stays(phone: Phone) -> None:
    await phone.give(VatRate(id=RATE, rate=Decimal("20")))
    await phone.give(
        expense(1, "12", category=ExpenseKind.FUEL, vat_rate_id=RATE, vat_amount=Decimal("2")),
        expense(2, "12", category=ExpenseKind.FUEL, vat_rate_id=RATE, vat_amount=Decimal("1.5")),
    )
    for id_ in (ident(101), ident(102)):
        model, form = await asked(phone, id_)
        form.fill("amount_ttc", "24")
        assert (await model.save(form)).is_done
    assert await phone.sql("SELECT vat_amount FROM expenses ORDER BY id") == [(400,), (150,)]
    assert compute_vat(Decimal("14.50"), Decimal("5.5")) == Decimal("0.76")


async def test_the_visit_of_another_day_stays_chosen(phone: Phone) -> None:
    await phone.give(visit(1, paris(8, 8)), expense(1, "5", intervention_id=ident(1001), category=ExpenseKind.TOLL))
    model, form = await asked(phone, ident(101))
    form.fill("amount_ttc", "6")
    assert (await model.save(form)).is_done
    assert await phone.sql("SELECT intervention_id FROM expenses") == [(str(ident(1001)),)]


async def test_a_deleted_expense_can_be_had_back_for_some_seconds(phone: Phone) -> None:
    await phone.save(expense(1, "5"))
    model = await opened(phone)
    assert (await model.delete(ident(101))).can_undo
    phone.workday.held.undo()
    await model.delete(ident(101))
    await phone.pass_seconds(7)
    assert await phone.sql("SELECT count(*) FROM expenses") == [(0,)]


async def test_what_is_being_deleted_is_not_handed_over(phone: Phone) -> None:
    await phone.save(expense(1, "5"), expense(2, "7"))
    model = await opened(phone)
    await model.delete(ident(101))
    assert (await model.submit()).said == "1 expense handed over."
    assert await phone.sql("SELECT id, state FROM expenses") == [(str(ident(102)), "submitted")]


async def _read_state(sha256: str, replica: Replica) -> Any:
    return await replica.attachments.state(sha256)


async def test_a_receipt_is_a_picture_that_is_made_smaller_or_a_pdf_as_it_is(phone: Phone, tmp_path: Path) -> None:
    (tmp_path / "receipt.pdf").write_bytes(b"%PDF-1.7 a receipt")
    for picture, mime in ((make_picture(), "image/jpeg"), (tmp_path / "receipt.pdf", "application/pdf")):
        assert (await draft_receipt(phone.workday, None, picture)).said == "Receipt kept."
        model, form = await asked(phone)
        form.fill("category", "meal")
        form.fill("amount_ttc", "10")
        assert (await model.save(form)).is_done
        (row,) = await phone.sql("SELECT receipt_sha256, size_bytes, mime FROM expenses ORDER BY id DESC LIMIT 1")
        state = await phone.ask(partial(_read_state, row[0]))
        assert row[2] == mime and state.is_here and state.where == "here" and state.total == row[1]
    assert [row.line.has_receipt for row in shown(await opened(phone)).rows] == [True, True]
    assert "with a receipt" in shown(await opened(phone)).rows[0].sub


async def test_what_is_no_picture_is_said_and_the_form_is_as_before(phone: Phone, tmp_path: Path) -> None:
    done = await draft_receipt(phone.workday, None, b"not a picture")
    assert done.fault.startswith("This file is no readable picture")
    assert (await draft_receipt(phone.workday, None, tmp_path / "gone.jpg")).fault
    _, form = await asked(phone)
    assert form.find("receipt").text == ""


async def test_a_receipt_of_a_draft_survives_a_kill_and_stays_when_something_else_is_corrected(phone: Phone) -> None:
    model, form = await asked(phone)
    form.fill("category", "meal")
    form.fill("amount_ttc", "10")
    await phone.pass_seconds(1)
    await draft_receipt(phone.workday, None, make_picture())
    await phone.open()
    model, form = await asked(phone)
    assert (await model.save(form)).is_done
    (row,) = shown(await opened(phone)).rows
    for has_receipt in (True, False):
        model = ExpenseModel(phone.workday, row.id)
        await model.open()
        form = await model.make_form(has_receipt=has_receipt)
        form.fill("amount_ttc", "11")
        assert (await model.save(form)).is_done
        assert shown(await opened(phone)).rows[0].line.has_receipt
    model, form = await asked(phone, row.id)
    form.fill("receipt", "")
    assert (await model.save(form)).is_done
    assert not shown(await opened(phone)).rows[0].line.has_receipt


async def test_one_receipt_is_chosen_of_pictures_and_papers_and_goes_into_the_form(
    phone: Phone, tmp_path: Path
) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(make_picture())
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7 a receipt")
    (tmp_path / "d.txt").write_bytes(b"neither")
    model = ChooseReceiptModel(phone.workday, None)
    await model.open()
    await model.enter(tmp_path)
    assert model.shown is not None and {one.name for one in model.shown.pictures} == {"a.jpg", "b.jpg", "c.pdf"}
    assert (await model.take()).fault == "No picture is chosen."
    for name in ("a.jpg", "c.pdf", "b.jpg", "b.jpg", "c.pdf"):
        model.toggle(tmp_path / name)
    assert model.chosen == {tmp_path / "c.pdf"}, "another one takes the place of the one before"
    assert (await model.take()).go == Route("expense")
    model.close()
    _, form = await asked(phone)
    assert form.find("receipt").text.endswith("application/pdf") and form.is_draft


async def test_a_day_is_typed_as_the_language_writes_it(phone: Phone) -> None:
    _, form = await asked(phone)
    language = phone.workday.language
    shown_day = form.find("expense_on").show(language)
    assert shown_day == language.format_date(phone.workday.today)
    form.fill("expense_on", shown_day)
    assert not form.is_draft, "shown, and not typed"
    form.fill("expense_on", "45/45/2026")
    assert not form.validate() and "6/30/2026" in errors(form)["expense_on"]
