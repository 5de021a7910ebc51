"""Draws the report of a visit as a PDF: one pass from the top, part by part, so that it can be stopped between two."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from twinbase_mobile.reading import Checklist, Item, Job
from twinbase_mobile.rules import Judgement
from twinbase_mobile.tables.kinds import PhotoPhase, Signer
from twinbase_presentation.languages import Language, later
from twinbase_presentation.paper.contents import PaperContents, PaperPhoto, PaperSignature
from twinbase_presentation.paper.letters import NOT_HERE
from twinbase_presentation.paper.sheet import SIGNATURE, ReportSheet
from twinbase_presentation.paper.strokes import read_strokes
from twinbase_presentation.words import say_word

JUDGED = {Judgement.ABNORMAL: later("Abnormal"), Judgement.DANGER: later("Danger")}
APART = "\u00a0· "


class DrawingStopped(Exception):
    """Nobody waits for this report any more."""


def draw_report(contents: PaperContents, language: Language, is_wanted: Callable[[], bool] = lambda: True) -> bytes:
    """The whole document. `is_wanted` is asked between two parts; where it says no, DrawingStopped is raised."""
    return ReportDrawing(contents, language, is_wanted).draw()


class ReportDrawing:
    """One report while it is drawn."""

    def __init__(self, contents: PaperContents, language: Language, is_wanted: Callable[[], bool]) -> None:
        self.contents, self.job, self.language, self._is_wanted = contents, contents.job, language, is_wanted
        visit = self.job.visit
        self.title = language.say("Report {number}", number=visit.number).strip()
        made = f"{language.format_date(contents.made_at.date())}, {language.format_time(contents.made_at)}"
        head = APART.join(part for part in (self.title, visit.customer) if part)
        self.sheet = ReportSheet(head, language.say("Made on {when} from what this device holds.", when=made))

    def draw(self) -> bytes:
        """From the band at the top to the signature, once."""
        try:
            self._begin()
            parts = (
                self._who,
                self._what,
                self._measures,
                self._parts,
                self._photos,
                self._signatures,
                self._say_boxes,
            )
            for part in parts:
                if not self._is_wanted():
                    raise DrawingStopped
                part()
            return bytes(self.sheet.output())
        finally:
            self.sheet.close()

    def _begin(self) -> None:
        self.sheet.set_title(self.title)
        self.sheet.set_lang(self.language.code)
        self.sheet.set_creator("Twinbase")
        self.sheet.set_creation_date(self.contents.made_at)
        self.sheet.add_page()

    def _who(self) -> None:
        """The customer, the place, when, and by whom."""
        job, visit, say = self.job, self.job.visit, self.language.say
        kind = APART.join(part for part in (visit.type, say_word(self.language, visit.status)) if part)
        self.sheet.write_band(self.title, kind)
        self.sheet.write_strong(visit.title or visit.type or say("Visit"), 13)
        place = visit.place
        where = ", ".join(part for part in (*place.address, f"{place.zip_code} {place.city}".strip()) if part)
        contact = job.contact
        person = APART.join(part for part in (contact.name, contact.function) if part) if contact else ""
        by = APART.join(part for part in (self.contents.by, self.contents.by_function, *self.contents.by_ways) if part)
        self.sheet.ln(1.5)
        self.sheet.write_facts([
            (say("Customer"), visit.customer),
            (say("Contact"), person),
            (say("Address"), where),
            (say("When"), self._say_times(job)),
            (say("By"), by),
            (say("Equipment"), "\n".join(self._appliances(job))),
        ])  # fmt: skip

    def _what(self) -> None:
        say, job = self.language.say, self.job
        self.sheet.write_heading(say("What was done"))
        if job.report:
            self.sheet.write_text(job.report)
        elif job.no_report_reason:
            self.sheet.write_text(say("No report: {why}").format(why=job.no_report_reason))
        else:
            self.sheet.write_small(say("There is no report."))
        if job.follow_up_needed:
            self.sheet.ln(1.5)
            self.sheet.write_strong(say("Another visit is needed"), 10)

    def _measures(self) -> None:
        """What was answered; what nobody has answered is not measured."""
        say, names = self.language.say, {one.equipment_id: one.caption for one in self.job.appliances}
        lists = [one for one in self.job.checklists if one.answered]
        for one in lists:
            name = names.get(one.equipment_id, "") if len(lists) > 1 else ""
            self.sheet.write_heading(APART.join(part for part in (one.title or say("Checklist"), name) if part))
            heads = (say("Question"), say("Answer"), "")
            self.sheet.write_table(heads, list(self._answers(one)), (62, 24, 14))

    def _parts(self) -> None:
        parts, say = self.job.parts, self.language.say
        if not parts:
            return
        rows = [
            (one.label or one.code, APART.join(part for part in (one.code, one.serial_number) if part),
             f"{self.language.format_number(one.quantity)}\u00a0{one.unit}".rstrip("\u00a0"))
            for one in parts
        ]  # fmt: skip
        self.sheet.write_heading(say("Parts used"))
        self.sheet.write_table((say("Part"), say("Code"), say("Quantity")), rows, (56, 28, 16))

    def _photos(self) -> None:
        """A row at a time, so that many of them can be stopped too."""
        photos, say = self.contents.photos, self.language.say
        if not photos:
            return
        self.sheet.write_heading(say("Photos"))
        for start in range(0, len(photos), 3):
            if not self._is_wanted():
                raise DrawingStopped
            row = [(one.content, self._say_photo(one)) for one in photos[start : start + 3]]
            self.sheet.draw_pictures(row, say("This picture is not on the device."))
        if more := self.contents.more_photos:
            said = self.language.count("{n} more photo is in the app.", "{n} more photos are in the app.", more)
            self.sheet.write_small(said)

    def _signatures(self) -> None:
        for one in self.contents.signatures:
            self._signature(one)

    def _signature(self, one: PaperSignature) -> None:
        say = self.language.say
        role = say_word(self.language, Signer(one.role))
        self.sheet.write_heading(say("Signature: {who}").format(who=role), SIGNATURE[1] + 30)
        name = APART.join(part for part in (one.name, one.quality) if part)
        at = f"{self.language.format_date(one.at.date())}, {self.language.format_time(one.at)}" if one.at else ""
        if one.refused:
            self.sheet.write_text(say("Did not sign: {why}").format(why=one.reason))
        elif one.content is not None:
            self.sheet.draw_signature(read_strokes(one.content), one.content)
        else:
            self.sheet.write_small(say("The picture of the signature is not on the device."))
        if said := APART.join(part for part in (name, at) if part):
            self.sheet.write_text(said)
        if one.signed_sha256:
            self.sheet.write_small(say("Signed document, SHA-256: {sha256}", sha256=one.signed_sha256))

    def _say_boxes(self) -> None:
        """An empty box stands for a character; that is said where there is one."""
        if self.sheet.has_boxes:
            self.sheet.ln(3)
            said = self.language.say(
                "An empty box stands for a character that this document cannot show. The app has it."
            )
            self.sheet.write_small(f"{NOT_HERE}  {said}")

    def _answers(self, checklist: Checklist) -> Iterator[Sequence[str]]:
        for item in checklist.items:
            if item.value is not None:
                word = JUDGED.get(item.judgement)
                yield item.label, self._say_answer(item), self.language.say(word) if word else ""

    def _say_answer(self, item: Item) -> str:
        say = self.language.say
        if isinstance(item.value, bool):
            return say("Yes") if item.value else say("No")
        if isinstance(item.value, Decimal):
            return f"{self.language.format_number(item.value)}\u00a0{item.unit}".rstrip("\u00a0")
        return str(item.value)

    def _say_photo(self, photo: PaperPhoto) -> str:
        phase = "" if photo.phase == PhotoPhase.OTHER else say_word(self.language, PhotoPhase(photo.phase))
        return APART.join(part for part in (phase, photo.caption) if part)

    def _say_times(self, job: Job) -> str:
        """The day, from when to when, and how long was worked."""
        start, end = job.actual_start or job.visit.start, job.actual_end
        if start is None:
            return ""
        language = self.language
        clock = f"{language.format_time(start)}\u00a0\u2013\u00a0{language.format_time(end)}" if end else ""
        worked = language.format_minutes(job.worked_minutes) if job.worked_minutes else ""
        day = language.format_long_day(start.date())
        return APART.join(part for part in (day, clock or language.format_time(start), worked) if part)

    def _appliances(self, job: Job) -> Iterator[str]:
        for one in job.appliances:
            yield APART.join(part for part in (one.caption, one.serial_number, one.location_in_site) if part)
