"""A technician's day in a terminal, by keys alone, over a real encrypted file."""

import asyncio
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select
from tests.kivy.day import ME, NEXT
from tests.tui.terminal import SEAL, WIDE, open_terminal

from twinbase.replica import Replica
from twinbase.replica.attachments.fate import NOT_TAKEN_THERE
from twinbase.replica.connection import Connection
from twinbase_mobile.tables import Intervention, InterventionPart, InterventionSignature, Timesheet
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Route


async def test_a_visit_is_begun_worked_on_and_finished_by_keys(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        await terminal.see("↑ 9 to send", "Offline since 07:42", "6 visits")
        await terminal.press("down", "enter")
        await terminal.see("Panne pompe à chaleur, pas d’eau chaude", "w On my way")  # noqa: RUF001
        await terminal.press("s")
        await terminal.see("▶ Under way", "↑ 12 to send")
        await terminal.press("p")
        await terminal.see("In the van", "Joint de corps de chauffe")
        await terminal.write("joint")
        await terminal.see("Catalogue", "2 u in the van")
        await terminal.press("enter")
        await terminal.see("Quantity (u)", "Billable")
        await terminal.press("ctrl+s")
        await terminal.see("Part kept. It is sent as soon as possible.", "Joint de corps de chauffe  1 u  To send")
        await terminal.press("r")
        await terminal.see("Why there is no report")
        await terminal.write("Pump replaced.")
        await terminal.press("ctrl+s")
        await terminal.see("Report kept.", "✓ Report")
        await terminal.press("g")
        await terminal.see("To be signed on the tablet.")
        await terminal.press("tab")
        await terminal.write("Absent")
        await terminal.press("ctrl+s")
        await terminal.see("Noted that the customer does not sign.", "✓ Signature")
        await terminal.press("f")
        await terminal.see("Another visit is needed")
        await terminal.press("ctrl+s")
        await terminal.see("Job done. It is sent as soon as possible.", "^z Undo")
        await terminal.press("1")
        await terminal.see("✓ Done", "↑ 18 to send")
        visit = await terminal.read(Intervention, NEXT)
        assert (visit.status, visit.report) == (VisitStatus.DONE, "Pump replaced.")

        async def read_rest(session) -> list[object]:  # type: ignore[no-untyped-def]
            (part,) = await session.exec(select(InterventionPart).where(InterventionPart.intervention_id == NEXT))
            (signed,) = await session.exec(
                select(InterventionSignature).where(InterventionSignature.intervention_id == NEXT)
            )
            return [part.product_id, part.quantity, signed.refused, signed.refusal_reason]

        assert await terminal.day.runner.read(read_rest) == [SEAL, 1, True, "Absent"]


async def test_a_key_is_of_the_line_that_is_chosen_however_soon_it_is_pressed(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        await terminal.see("6 visits", "s Pause")
        for key in ("down", "s"):
            terminal.app.simulate_key(key)
        await terminal.see("▶ Under way", "↑ 12 to send")
        assert (await terminal.read(Intervention, NEXT)).status == VisitStatus.IN_PROGRESS


async def test_whoever_comes_back_from_a_visit_over_the_list_sees_what_belongs_to_its_line(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        await terminal.see("6 visits", "s Pause")
        await terminal.desk.go(Route("visit", NEXT))
        await terminal.see("INT-000493", "w On my way")
        await terminal.press("escape")
        await terminal.see("6 visits", "s Pause")


async def test_hours_are_written_corrected_deleted_and_taken_back_by_keys(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        await terminal.press("3")
        await terminal.see("Wednesday, June 10, 2026", "▶ 51 min", "s Stop")
        await terminal.press("a")
        await terminal.see("Kind of work", "Break (minutes)")
        await terminal.write("0600")
        await terminal.press("tab")
        await terminal.write("6h30")
        await terminal.press("enter")
        await terminal.see("06:00 – 06:30", "30 min", "Work", "↑ 10 to send")  # noqa: RUF001
        await terminal.press("home", "enter")
        await terminal.see("Correct")
        await terminal.press("tab", "home")
        await terminal.write("0545")
        await terminal.press("ctrl+s")
        await terminal.see("✗ Enter a time, as 08:30.", "Correct what is marked.")
        await terminal.press("escape", "home", "delete")
        await terminal.see("Line deleted.", "^z Undo")
        await terminal.until(lambda: "06:00" not in terminal.text)
        await terminal.press("ctrl+z")
        await terminal.see("Undone.", "06:00")
        await terminal.press("left", "left")
        await terminal.see("Monday, June 8, 2026", "Nothing is written for this day.")
        entries = await terminal.day.runner.read(_read_spans)
        spans = [(start.hour, end and end.minute) for start, end in entries]
        assert (4, 30) in spans and spans[-1] == (6, None)


async def _read_spans(session) -> list[tuple[datetime, datetime | None]]:  # type: ignore[no-untyped-def]
    lines = await session.exec(select(Timesheet).where(Timesheet.colleague_id == ME).order_by(col(Timesheet.start_at)))
    return [(line.start_at, line.end_at) for line in lines]


async def test_un_refus_est_lu_corrige_et_renvoye_en_francais(anna: Path) -> None:
    async with open_terminal(anna, language="fr") as terminal:
        await terminal.see("✗ 1 refus à corriger", "5 : voir", "↑ 9 à envoyer")
        await terminal.press("5")
        await terminal.see("« Il y a déjà une signature du client sur cette intervention. »", "e Corriger")
        await terminal.press("enter")
        await terminal.see("Corrigez et ce sera renvoyé, ou abandonnez.", "Qui signe  Client", "Esc Retour")
        await terminal.press("e")
        await terminal.see("Qui signe", "^s Enregistrer")
        await terminal.press("enter", "down", "enter", "ctrl+s")
        await terminal.see("Corrigé.", "↑ 10 à envoyer")
        await terminal.press("escape")
        assert "Vous attend" not in terminal.text and "refus" not in terminal.text


async def test_a_refusal_is_discarded_and_what_was_decided_is_read(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("5")
        await terminal.see("Waits for you", "d Discard")
        await terminal.press("d")
        await terminal.see("Discarded.", "^z Undo")
        await terminal.until(lambda: "Waits for you" not in terminal.text)
        await terminal.see("≠ Visit: Mise en service baie réseau", "Report: both were kept.")
        await terminal.press("1")
        await terminal.until(lambda: not terminal.day.runner.status.refused)


async def _refuse_a_photo(replica: Replica) -> str:
    """As the server has answered for one whose visit is somebody else's by now."""
    sha256, uploads = (
        await replica.attachments.put(b"a photo"),
        "_twinbase_upload (twin, key, name, sha256, size, stage, reason)",
    )

    def note(connection: Connection) -> None:
        row = ("intervention_photos", '["0"]', "sha256", sha256, 2_100_000, "refused", NOT_TAKEN_THERE)
        connection.execute(f"INSERT INTO {uploads} VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    await replica.database.write(note)
    return sha256


async def test_a_photo_that_is_not_taken_waits_for_a_person_and_goes_when_he_says_so(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        sha256 = await terminal.day.runner.ask(_refuse_a_photo)
        await terminal.press("5")
        await terminal.see("✗ Photo, 2.1 MB", "What it belongs to is somebody")
        await terminal.press("down")
        await terminal.see("e Send again", "d Discard")
        await terminal.press("d")
        await terminal.until(lambda: "Photo, 2.1 MB" not in terminal.text)
        await terminal.press("1")

        async def read_state(replica: Replica) -> str:
            return (await replica.attachments.state(sha256)).where

        async with asyncio.timeout(60):
            while await terminal.day.runner.ask(read_state) != "elsewhere":
                await terminal.pilot.pause(0.01)


async def test_a_checklist_is_answered_and_judged_as_it_is_typed(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("c")
        await terminal.see("Saunier Duval ThemaPlus Condens 25  3/5", "Pression du vase d’expansion  bar")  # noqa: RUF001
        await terminal.write("1,5")
        await terminal.press("enter")
        await terminal.see("4/5", "1.5 bar")
        await terminal.press("up", "up")
        await terminal.see("CO dans la pièce  ppm")
        await terminal.press("end", "0")
        await terminal.see("120 ppm: DANGER (from 50).")
        await terminal.press("escape", "escape")
        await terminal.see("Checklist   4/5")


async def test_jobs_are_found_and_narrowed_and_a_product_shows_where_it_is(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("slash")
        await terminal.write("tilleuls")
        await terminal.see("Jobs · 1 visit", "28 av. Félix Faure, 69003 Lyon 3e")
        await terminal.press("enter", "right", "right")
        await terminal.see("No job matches.")
        await terminal.press("4")
        await terminal.see("JNT-4410", "camionnette  2 u")


async def test_the_palette_has_every_act_with_its_key_and_does_it(anna: Path) -> None:
    async with open_terminal(anna, WIDE) as terminal:
        await terminal.press("ctrl+p")
        await terminal.see("What do you want to do?", "Add a part  (p)", "Cancel the visit  (x)", "Sync now  (y)")
        await terminal.write("light look")
        await terminal.press("enter", "enter")
        await terminal.until(lambda: terminal.app.theme == "twinbase-light")
        await terminal.press("question_mark")
        await terminal.see("Keys", "Filter, or another day", "^q  Quit")


async def test_a_sync_that_finds_no_network_says_so_and_nothing_is_lost(anna: Path) -> None:
    async with open_terminal(anna) as terminal:
        await terminal.press("y")
        await terminal.see("✗ No network just now. It is sent by itself.", "↑ 9 to send")
