"""Expenses with gloves: tiles and a pad, all drafts handed over at once, one deleted and had back."""

from decimal import Decimal
from typing import Any

from sqlmodel import col, select
from tests.kivy.day import OpenDay, ident

from twinbase_mobile.tables import Expense
from twinbase_mobile.tables.kinds import Claim, ExpenseKind
from twinbase_presentation import Route

EXPENSES, NEW = Route("expenses"), Route("expense")


async def opened(day: OpenDay, size: tuple[int, int] = (360, 640), screen: str = "expenses") -> Any:
    from tests.kivy.showing import open_shell, show_screen

    shell = open_shell(day, size=size)
    await show_screen(shell, screen)
    return shell


async def read_drafts(day: OpenDay) -> list[Expense]:
    async def read(session: Any) -> list[Expense]:
        query = select(Expense).where(col(Expense.state) == Claim.DRAFT).order_by(col(Expense.id))
        return list((await session.exec(query)).all())

    return await day.runner.read(read)


async def test_a_receipt_of_a_meal_is_eight_touches(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, screen="expense")
    for name in ("Meal", "1", "4", ".", "5", "0", "10\u00a0%"):
        await showing.touch(shell, name)
    assert "of this\u00a0€1.32 of VAT" in list_words(shell.pages[NEW])
    await showing.touch(shell, "Save")
    assert shell.stack.top.route == EXPENSES and shell.toast.name == "Expense kept."
    new = next(one for one in await read_drafts(day) if one.amount_ttc == Decimal("14.50") and one.id > ident(9999))
    assert (new.category, new.vat_amount) == (ExpenseKind.MEAL, Decimal("1.32"))
    shell.close()


async def test_figures_of_a_keyboard_go_to_the_pad_and_what_lacks_is_said_there(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, screen="expense")
    page = shell.pages[NEW]
    await showing.press(shell, "1", "2", ",", "3", "erase")
    assert page.box.form.find("amount_ttc").text == "12."
    await showing.press(shell, "ctrl+enter")
    assert shell.stack.top.route == NEW and "This is needed." in list_words(page)
    shell.close()


async def test_kilometres_take_a_way_of_the_day(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, screen="expense")
    await showing.touch(shell, "Mileage")
    await showing.touch(shell, "Villeurbanne \u2013 Bron")
    await showing.press(shell, "7")
    await showing.touch(shell, "Save")
    new = next(one for one in await read_drafts(day) if one.comment == "Villeurbanne \u2013 Bron")
    assert (new.distance_km, new.amount_ttc) == (Decimal(7), Decimal(0))
    shell.close()


async def test_all_drafts_go_to_the_office_at_once(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day)
    await showing.touch(shell, "Send 3 expenses to the office")
    assert shell.toast.name == "3 expenses handed over." and await read_drafts(day) == []
    shell.close()


async def test_a_deleted_expense_is_gone_at_once_and_comes_back_with_undo(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day)
    await showing.touch(shell, "Parking")
    await showing.touch(shell, "Delete the expense")
    page = shell.pages[EXPENSES]
    assert "Parking" not in list_words(page) and shell.toast.name == "Expense deleted."
    shell.workday.held.undo()
    assert "Parking" in list_words(page) and len(await read_drafts(day)) == 3
    shell.close()


async def test_on_a_laptop_what_was_sent_back_stands_beside_the_list(day: OpenDay) -> None:
    from tests.kivy.measuring import list_words

    shell = await opened(day, (1280, 800))
    assert list(shell.pages) == [EXPENSES, Route("expense", ident(454))]
    assert "Reçu illisible" in list_words(shell.pages[Route("expense", ident(454))])
    shell.close()


async def test_a_receipt_is_chosen_in_the_own_chooser_and_taken_away_again(day: OpenDay) -> None:
    from tests.kivy import showing
    from tests.kivy.measuring import list_words

    shell = await opened(day, screen="expense")
    await showing.touch(shell, "Meal")
    await showing.touch(shell, "Add the receipt")
    await showing.touch(shell, "IMG_20260610_004.jpg")
    await showing.touch(shell, "Take this receipt")
    page = shell.pages[NEW]
    assert shell.toast.name == "Receipt kept."
    assert {"The receipt is there.", "Another receipt"} <= set(list_words(page))
    assert page.box.form.find("category").text == "meal", "what was typed before is still there"
    await showing.touch(shell, "Without the receipt")
    assert "Add the receipt" in list_words(page)
    shell.close()


async def test_the_day_of_an_expense_is_found_by_touch(day: OpenDay) -> None:
    from tests.kivy import showing

    shell = await opened(day, screen="expense")
    for _ in range(2):
        await showing.touch(shell, "The day before")
    await showing.touch(shell, "The day after")
    page = shell.pages[NEW]
    assert page.box.form.values["expense_on"].isoformat() == "2026-06-09"
    shell.close()
