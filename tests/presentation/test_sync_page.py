"""The sync page against a real server: what it refused, what waits, what it decided, and the proof."""

import asyncio
from decimal import Decimal

from tests.attachments.pictures import make_picture
from tests.plugins.mobile.reading.company import ME, NOW, PLUGINS, Company, ident
from tests.presentation.phone import ManualTiming

from twinbase.replica import Replica
from twinbase_mobile.tables import Contact, Intervention, InterventionPart, InterventionPhoto, Timesheet
from twinbase_mobile.tables.kinds import VisitStatus
from twinbase_presentation import Route, Runner, Workday, load_language
from twinbase_presentation.screens.sync_page import SyncModel, SyncShown

VISIT, CONTACT = ident(1001), ident(12)


class Page:
    """The page of Anna's phone; the server is in the same loop."""

    def __init__(self, company: Company, language: str = "en") -> None:
        self.company, self.timing = company, ManualTiming()
        self.runner = Runner(asyncio.get_running_loop())
        clock = company.world.clock
        self.workday = Workday(self.runner, ME, load_language(language), clock=clock, timing=self.timing)
        self.model = SyncModel(self.workday, PLUGINS)

    async def show(self) -> SyncShown:
        """Read it, for the first time or again."""
        if not self.runner.is_open:
            await self.runner.open(self._open)
        await self.model.load()
        assert self.model.shown is not None, self.model.state
        return self.model.shown

    async def _open(self) -> Replica:
        return self.company.phone.replica


async def test_a_refusal_shows_the_sentence_and_what_was_typed_and_is_corrected_in_place(company: Company) -> None:
    await company.phone.change(Intervention, VISIT, status=VisitStatus.DONE)
    await company.phone.sync()
    page = Page(company)
    (card,) = (await page.show()).refused
    assert card.title == "Visit: Boiler (Noël)" and card.belongs_to == ("interventions", VISIT)
    assert card.sentence == "Enter the start and the end before you close the visit."
    assert [(value.label, value.text) for value in card.typed] == [("Status", "Done")]

    form = await page.model.make_correct_form(card.id)
    assert [(field.name, field.kind, field.text) for field in form.fields] == [("status", "choice", "done")]
    form.fill("status", "nonsense")
    assert (await page.model.correct(card.id, form)).fault == "Correct what is marked."
    form.fill("status", "paused")
    assert (await page.model.correct(card.id, form)).said == "Corrected. It is sent again."
    assert (await page.show()).refused == ()
    assert (await page.model.sync_now()).said == "Everything is sent."
    assert await company.world.sql("SELECT status FROM mobile.interventions") == [("paused",)]


async def test_a_refusal_is_said_in_french_on_a_french_phone(company: Company) -> None:
    await company.phone.change(Intervention, VISIT, status=VisitStatus.DONE)
    await company.phone.sync()
    (card,) = (await Page(company, "fr").show()).refused
    assert card.sentence == "Saisissez le début et la fin avant de terminer l\u2019intervention."
    assert (card.title, card.typed[0].text) == ("Intervention\u00a0: Boiler (Noël)", "Terminée")


async def test_what_is_discarded_is_gone_after_the_seconds_in_which_it_can_be_undone(company: Company) -> None:
    await company.phone.change(Intervention, VISIT, status=VisitStatus.DONE)
    await company.phone.sync()
    page = Page(company)
    (card,) = (await page.show()).refused
    assert (await page.model.discard(card.id)).can_undo
    assert list(page.model.refused) == []
    assert page.workday.held.undo()
    assert list(page.model.refused) == [card]
    await page.model.discard(card.id)
    page.timing.advance(6)
    await page.workday.finish_tasks()
    assert (await page.show()).refused == ()
    assert await company.phone.sql("SELECT count(*) FROM _twinbase_outbox WHERE state = 'refused'") == [(0,)]
    assert await company.phone.sql("SELECT status FROM interventions") == [("in_progress",)]


async def test_a_photo_whose_row_the_office_has_deleted_waits_for_a_person(company: Company) -> None:
    phone, content = company.phone, make_picture()
    phone.replica.attachments.metered = True
    sha256 = await phone.replica.attachments.put(content)
    row = InterventionPhoto(intervention_id=VISIT, sha256=sha256, size_bytes=len(content), mime="image/jpeg")
    await phone.save(row)
    await phone.sync()
    await company.world.sql("DELETE FROM mobile.intervention_photos")
    phone.replica.attachments.metered = False
    assert (await phone.sync()).files_refused == 1
    page = Page(company)
    (card,) = (await page.show()).refused_files
    assert card.title.startswith("Photo, 0.") and card.title.endswith("MB") and card.is_here
    assert card.sentence.startswith("What it belongs to is somebody else's now, or is gone")
    assert page.model.shown and not page.model.shown.is_all_sent

    assert (await page.model.offer_file(sha256)).said == "It is sent again."
    await phone.sync()
    assert [one.sha256 for one in (await page.show()).refused_files] == [sha256], "it was asked once more"
    assert (await page.model.discard_file(sha256)).can_undo and page.model.refused_files == ()
    page.timing.advance(6)
    await page.workday.finish_tasks()
    assert (await page.show()).refused_files == ()
    assert (await phone.replica.attachments.state(sha256)).where == "elsewhere"


async def test_what_is_behind_a_refusal_says_so(company: Company) -> None:
    """A visit that is made on site without a customer is refused, and the part on it waits for that decision."""
    await company.phone.save(
        Intervention(id=ident(1002), title="Leak", lead_id=ME, scheduled_start=NOW, made_on_site=True)
    )
    await company.phone.save(InterventionPart(intervention_id=ident(1002), label="Valve", quantity=Decimal(1)))
    await company.phone.sync()
    shown = await Page(company).show()
    (card,), (line,) = shown.refused, shown.parked
    assert card.sentence == "Say which customer the visit is for."
    assert (line.title, line.behind) == ("Part: Valve", card.id)
    assert line.sentence == "Waits for the decision on: Visit: Leak"


async def test_what_is_to_be_sent_is_grouped_by_visit_and_without_a_network_it_is_said_quietly(
    company: Company,
) -> None:
    company.phone.wire.up = False
    await company.phone.save(
        InterventionPart(intervention_id=VISIT, label="Copper tube", quantity=Decimal(2)),
        Timesheet(colleague_id=ME, day=NOW.date(), minutes=30),
    )
    await company.phone.change(Intervention, VISIT, report="Done")
    page = Page(company)
    shown = await page.show()
    assert [(group.heading, group.go, [line.title for line in group.lines]) for group in shown.to_send] == [
        ("Boiler, Noël", Route("visit", VISIT), ["Part: Copper tube", "Visit: Boiler"]),
        ("Other", None, ["Hours: Wed, Jun 10"]),
    ]
    assert not shown.is_all_sent
    assert (await page.model.sync_now()).fault == "No network just now. It is sent by itself."
    left = page.model.status_line.left
    assert left is not None and left.said == "Offline since 10:00"


async def test_what_was_decided_for_me_shows_both_and_mine_can_be_put_back(company: Company) -> None:
    await company.world.sql("UPDATE mobile.contacts SET phone = '02'")
    await company.phone.change(Contact, CONTACT, phone="03")
    await company.phone.sync()
    page = Page(company)
    (card,) = (await page.show()).decided
    assert (card.title, card.can_put_back) == ("Contact: Roy", True)
    assert [(line.sentence, line.mine, line.theirs, line.kept) for line in card.lines] == [
        ("The office changed Telephone: 02 (you: 03).", "03", "02", "server")
    ]
    assert (await page.model.put_back(card.id)).is_done
    assert not (await page.show()).decided[0].can_put_back
    assert (await page.model.sync_now()).is_done
    assert await company.world.sql("SELECT phone FROM mobile.contacts") == [("03",)]


async def test_when_all_is_equal_the_page_proves_it(company: Company) -> None:
    page = Page(company)
    shown = await page.show()
    rows = sum([(await company.phone.sql(f'SELECT count(*) FROM "{twin.name}"'))[0][0] for twin in PLUGINS.twins])
    assert shown.is_all_sent and shown.proof.proven == shown.proof.tables == len(list(PLUGINS.twins))
    assert shown.proof.rows == rows
    tables = shown.proof.tables
    assert page.model.headline == f"{tables} of {tables} tables equal to the server, {rows} rows."
    assert page.model.proven_at == "Checked with the server at 10:00"
