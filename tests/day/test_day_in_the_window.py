"""A whole day of a technician's in the app, by its buttons alone, and what is in PostgreSQL afterwards."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.day.company import Company
from tests.day.orders import AppProcess
from tests.day.proof import PHOTOS, PLACE, REPORT, prove_photos, prove_second_device, prove_the_rest, prove_visit
from tests.kivy.day import VISIT

APP = "tests.day.window_app"
CODE = "274951"
VISIT_LINE, RACK_LINE = "Entretien annuel chaudière, Mme", "14:00, Mise en service baie réseau"
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
    await prove_visit(company, "technician", "Gaëlle Lefèvre", False)
    await prove_photos(company)
    await prove_the_rest(company)
    await prove_second_device(company, tmp_path)


async def test_thirty_days_without_a_network_lose_nothing_either(company: Company, app: AppProcess) -> None:
    """No token is good any more, and nobody is asked for a password."""
    await join(company, app)
    company.line.cut()
    await app.touch("Start")
    await app.see("Offline since", "Under way since")
    await company.pass_days(30)
    await app.restart()
    await unlock(app)
    await app.see("Fri, Jul 10", "Under way since")
    await app.touch("More", "Expenses", "New expense", "Meal", *"14.50", "Save")
    await app.see("€33.20")
    company.line.restore()
    await app.touch("My day", "More", "Sync", "Sync now")
    await app.see("Everything is sent.", "33 of 33 tables equal to the server")
    status = await company.read("SELECT status::text FROM mobile.interventions WHERE id = :id", id=VISIT)
    assert [tuple(row) for row in status] == [("in_progress",)]
    expenses = await company.read("SELECT amount_ttc FROM mobile.expenses WHERE expense_on = '2026-07-10'")
    assert [tuple(row) for row in expenses] == [(Decimal("14.50"),)]


async def join(company: Company, app: AppProcess) -> None:
    """By the code that the office has read to her; the file gets a code of her own."""
    await app.touch("Type a code")
    await app.type(company.address, "Address of the server")
    await app.type(await company.make_code(), "Code")
    await app.touch("Join")
    for _ in range(2):
        await app.touch(*CODE, "Done")
    await app.touch("Begin: your visits are here")
    await app.see("Entretien annuel chaudière", "Checked with the server")


async def unlock(app: AppProcess) -> None:
    await app.touch(*CODE, "Done")


async def answer_questions(app: AppProcess) -> None:
    """At the boiler, with gloves; what is dangerous is told to the office, and the battery dies meanwhile."""
    await app.touch("Start")
    await app.see("Offline since", "To send")
    await app.touch(VISIT_LINE, "Open it", "Yes", "CO dans la pièce", *"62")
    await app.see("62 ppm: DANGER (from 50).")
    await app.touch("Report an incident")
    await app.see("CO dans la pièce: 62 ppm")
    await app.type("62 ppm of CO in the kitchen", "What is to be done")
    await app.touch("Danger", "Save")
    await app.see("Request kept. The office plans it.")
    await app.restart()
    await unlock(app)
    await app.touch("My day")
    await app.see("62 ppm of CO in the kitchen", "Proposed", "To send")
    await app.touch(
        VISIT_LINE, "Open it", "Température des fumées", *"118", "Next question", *"1.5", "Back to the visit"
    )


async def work(app: AppProcess) -> None:
    """A part, twenty photos, a report; its text is a draft when the battery dies again."""
    await app.touch("Add a part", "Joint de corps de chauffe", "Add to the visit")
    await app.see("Below the minimum: 1 of 3")
    await app.touch("Back", "Add a photo", "After", "Choose a file")
    await app.touch(*(f"IMG_{number:03}.jpg" for number in range(PHOTOS)), f"Add {PHOTOS} photos")
    await app.see(f"{PHOTOS} photos kept.")
    await app.touch("Back", "Write")
    await app.type(REPORT, "What was done")
    await app.see("Draft kept")
    await app.restart()
    await unlock(app)
    await app.see(REPORT)
    await app.touch("Save")
    await app.see("Report kept.")


async def hand_over(app: AppProcess) -> None:
    """The customer signs, and takes the report along."""
    await app.touch("Have it signed")
    await app.see("I have read the report and confirm the work.", REPORT)
    await app.do("draw", "Sign here")
    await app.type("Gaëlle Lefèvre", "Name of who signs")
    await app.touch("Owner", "Confirm")
    await app.see("Signed.")
    await app.touch("Finish")
    await app.see("Another visit is needed")
    await app.touch("Finish")
    await app.see("Job done.")
    await app.touch("Share the report")
    await app.see("The report is in")
    await app.touch("Close")


async def do_the_rest(app: AppProcess) -> None:
    """A visit that nobody has planned, hours, an expense, the van, a report elsewhere."""
    await app.touch("My day", "New", "New visit", "École Jules-Verne")
    await app.type("Fuite au vestiaire", "What is to be done")
    await app.touch("Save")
    await app.see("Fuite au vestiaire", "number to come")
    await app.touch("More", "Hours", "Add a line")
    await app.type("0600", "Begins at")
    await app.type("0630", "End")
    await app.touch("Workshop", "Save")
    await app.see("06:00–06:30")  # noqa: RUF001
    await app.touch("More", "Expenses", "New expense", "Meal", *"14.50", "Save")
    await app.see("€33.20")
    await app.touch("Stock", "Électrode", "Count")
    await app.type("4", "How many there are (u)")
    await app.touch("Count")
    await app.see("4 u")
    await app.touch("Customers", "Mme Gaëlle", "Saunier Duval", "Correct")
    await app.type(PLACE, "Where it stands")
    await app.touch("Save")
    await app.see(PLACE)
    await app.touch("My day", RACK_LINE, "Start", "Write")
    await app.type("Baie livrée, à mettre en service.", "What was done")
    await app.touch("Save")
    await app.see("Report kept.")


async def settle(app: AppProcess) -> None:
    """All of it goes; what is refused is corrected, what was decided is taken back."""
    await app.touch("My day", "More", "Sync")
    await app.see("There is a signature of the customer on this visit already.", "Report: both were kept.")
    await app.touch("Correct", "Technician", "Correct")
    await app.see("Corrected. It is sent again.")
    await app.touch("Put mine back", "Sync now")
    await app.see("Everything is sent.", "33 of 33 tables equal to the server")
