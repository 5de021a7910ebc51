"""Customers, the planned week and expenses by keys, over a real encrypted file."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import col, select
from tests.kivy.day import ident
from tests.tui.terminal import WIDE, open_terminal

from twinbase_mobile.tables import CustomerSite, Expense, InterventionNote
from twinbase_mobile.tables.kinds import Claim, ExpenseKind


async def test_a_customer_is_found_read_and_corrected(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("7")
        await terminal.see("Customers · 6 customers", "Only yours and the nearest are here.", "Entretien four")
        await terminal.press("slash")
        await terminal.write("lef")
        await terminal.until(lambda: "Noël" not in terminal.text)
        await terminal.press("enter")
        await terminal.see("Parts and labour covered", "In force", "High · Accepted", "n Suggest a correction")
        await terminal.press("n")
        await terminal.see("What is wrong", "How it should be")
        await terminal.press("ctrl+s")
        await terminal.see("✗ This is needed.")
        await terminal.press("enter", "down", "enter", "tab")
        await terminal.write("06 99")
        await terminal.press("ctrl+s")
        await terminal.see("✓ Note kept for the office.", "↑ 10 to send")

        async def read(session: Any) -> list[InterventionNote]:
            notes = await session.exec(select(InterventionNote).where(col(InterventionNote.title).is_not(None)))
            return list(notes.all())

        (note,) = await terminal.day.runner.read(read)
        assert (note.customer_id, note.body) == (ident(100), "06 99") and "To correct: " in str(note.title)


async def test_who_is_near_stands_with_his_distance_and_how_one_gets_in_is_written(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("7")
        await terminal.see("Entretien four")
        await terminal.press("right")
        await terminal.see("As the crow flies from Mme Gaëlle Lefèvre, where you are working.", "1.1 km")
        await terminal.press("home", "a")
        await terminal.see("Access · Bâtiment B, 3e étage, porte gauche")
        await terminal.write("Chien. ")
        await terminal.press("ctrl+s")
        await terminal.see("✓ Access kept.")
        site = await terminal.read(CustomerSite, ident(200))
        assert site.access_notes.startswith("Chien. 4521B")


async def test_the_week_is_read_day_by_day_and_arrows_go_on(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("6")
        await terminal.see("Planning · Week 24", "Wed, Jun 10, today · 6 h 30 planned", "Mise en service PAC")
        await terminal.press("right")
        await terminal.see("Week 25", "Nothing is planned.")
        await terminal.press("t")
        await terminal.see("Week 24", "Baie réseau, câblage")


async def test_an_expense_is_written_deleted_had_back_and_all_are_handed_over(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("8")
        await terminal.see("To be paid back €103.30", "Sent back · €18.90", "! Reçu illisible", "u Submit (3)")
        await terminal.press("a")
        await terminal.see("Kind of expense", "Amount (€)")
        await terminal.press("enter", "down", "enter", "tab")
        await terminal.write("14,50")
        await terminal.press("ctrl+s")
        await terminal.see("✓ Expense kept.", "u Submit (4)")
        await terminal.press("down", "down", "delete")
        await terminal.see("Expense deleted.", "^z Undo")
        await terminal.press("ctrl+z")
        await terminal.see("Undone.")
        await terminal.press("u")
        await terminal.see("✓ 4 expenses handed over.")

        async def read(session: Any) -> list[Expense]:
            query = select(Expense).where(Expense.state == Claim.SUBMITTED, Expense.amount_ttc == Decimal("14.50"))
            return list((await session.exec(query.order_by(col(Expense.id).desc()))).all())

        assert (await terminal.day.runner.read(read))[0].category in tuple(ExpenseKind)
