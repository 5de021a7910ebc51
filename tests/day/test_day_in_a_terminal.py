"""The same day in a terminal, by keys alone, and what is in PostgreSQL afterwards."""

from pathlib import Path

import pytest
from tests.day.company import Company
from tests.day.orders import AppProcess
from tests.day.proof import PHOTOS, PLACE, REPORT, prove_photos, prove_second_device, prove_the_rest, prove_visit

APP = "tests.day.terminal_app"
PASSPHRASE = "correct horse battery"
pytestmark = pytest.mark.timeout(400)


async def test_a_day_without_a_network_loses_nothing(company: Company, app: AppProcess, tmp_path: Path) -> None:
    await join(company, app)
    company.line.cut()
    await answer_questions(app)
    await work(app)
    await hand_over(app)
    assert list((app.home / "Documents").rglob("INT-000412*.pdf"))
    await do_the_rest(app)
    await company.disagree()
    company.line.restore()
    await settle(app)
    await prove_visit(company, "technician", "", True)
    await prove_photos(company)
    await prove_the_rest(company)
    await prove_second_device(company, tmp_path)


async def join(company: Company, app: AppProcess) -> None:
    """By the code that the office has read to her; the file gets a passphrase of her own."""
    await app.type(company.address, "Address of the server")
    await app.press("tab")
    await app.type(await company.make_code(), "Code of the office")
    await app.press("enter")
    await app.type(PASSPHRASE, "A passphrase for this device")
    await app.press("enter")
    await app.type(PASSPHRASE, "The same once more")
    await app.press("enter")
    await app.see("Begin: your visits are here")
    await app.press("enter")
    await app.see("Entretien annuel chaudière", "Checked with the server")


async def unlock(app: AppProcess) -> None:
    await app.type(PASSPHRASE, "Enter your passphrase.")
    await app.press("enter")
    await app.see("1 Today", "Before you finish")


async def answer_questions(app: AppProcess) -> None:
    """What is dangerous is told to the office, and the battery dies."""
    await app.press("s")
    await app.see("Under way", "Offline since", "To send")
    await app.press("c")
    await app.see("Checklist", "0/5")
    await app.press("y", "enter", *"62")
    await app.see("62 ppm: DANGER (from 50).")
    await app.press("enter", *"118", "enter", "1", "full_stop", "5", "enter")
    await app.see("4/5")
    await app.press("ctrl+o")
    await app.see("CO dans la pièce: 62 ppm")
    await app.type("62 ppm of CO in the kitchen", "What is to be done")
    await app.press("ctrl+s")
    await app.see("Request kept. The office plans it.")
    await app.restart()
    await unlock(app)
    await app.see("62 ppm of CO in the kitchen", "4/5")


async def work(app: AppProcess) -> None:
    """A part, where the boiler stands, twenty photos, a report; its text is a draft when the battery dies again."""
    await app.press("p")
    await app.type("joint", "In the van")
    await app.press("enter")
    await app.see("Quantity (u)")
    await app.press("ctrl+s")
    await app.see("Part kept.")
    await app.press("e")
    await app.see("21 1754")
    await app.press("e")
    await app.see("Where it stands")
    await app.press("tab")
    await app.type(PLACE, "Energy")
    await app.press("ctrl+s")
    await app.see("Equipment kept.")
    await app.press("o", "ctrl+t")
    for number in range(PHOTOS):
        await app.do("paste", str(app.home / "Pictures" / f"IMG_{number:03}.jpg"))
        await app.press("enter")
        await app.see("1 photo kept.")
    await app.press("escape", "r")
    await app.type(REPORT, "Why there is no report")
    await app.see("Draft kept")
    await app.restart()
    await unlock(app)
    await app.press("r")
    await app.see(REPORT)
    await app.press("ctrl+s")
    await app.see("Report kept.")


async def hand_over(app: AppProcess) -> None:
    """The customer is not there, and the report lies in a folder."""
    await app.press("g", "tab")
    await app.type("Absent", "Why")
    await app.press("ctrl+s")
    await app.see("Noted that the customer does not sign.")
    await app.press("f")
    await app.see("Another visit is needed")
    await app.press("ctrl+s")
    await app.see("Job done.", "✓ Done")
    await app.press("d")
    await app.see("The report is in")


async def do_the_rest(app: AppProcess) -> None:
    """A visit that nobody has planned, hours, an expense, the van, a report elsewhere."""
    await app.press("a")
    await app.type("jules", "Name, town")
    await app.press("enter")
    await app.type("Fuite au vestiaire", "Begins at")
    await app.press("ctrl+s")
    await app.see("Fuite au vestiaire", "number to come")
    await app.press("3", "a")
    await app.type("0600", "Kind of work")
    await app.press("tab")
    await app.type("0630", "Kind of work")
    await app.press("tab", "tab", "enter", "down", "down", "enter", "ctrl+s")
    await app.see("06:00 – 06:30", "Workshop")  # noqa: RUF001
    await app.press("8", "a")
    await app.see("Kind of expense")
    await app.press("enter", "down", "down", "enter", "tab")
    await app.type("14.50", "Amount")
    await app.press("ctrl+s")
    await app.see("€33.20")
    await app.press("4")
    await app.see("ELE-0937")
    await app.press("end", "c")
    await app.type("4", "How many there are")
    await app.press("ctrl+s")
    await app.see("4 u")
    await app.press("1", "slash")
    await app.type("baie", "Jobs")
    await app.see("Jobs · 1 visit")
    await app.press("enter", "s")
    await app.see("Under way")
    await app.press("r")
    await app.type("Baie livrée, à mettre en service.", "Why there is no report")
    await app.press("ctrl+s")
    await app.see("Report kept.")


async def settle(app: AppProcess) -> None:
    """All of it goes; what is refused is corrected, what was decided is taken back."""
    await app.press("escape", "5", "y")
    await app.see("There is a signature of the customer on this visit already.", "≠ Visit: Mise en service baie réseau")
    await app.see("✓ Everything is sent.", "33 of 33 tables equal to the server")
    await app.press("end", "up")
    await app.see(f"cave (you: {PLACE[:8]}")
    await app.press("b", "home", "e")
    await app.see("Who signs")
    await app.press("enter", "down", "enter", "ctrl+s")
    await app.see("Corrected.")
    await app.press("y")
    await app.see("✓ Everything is sent.", "33 of 33 tables equal to the server")
