"""One appliance: what it is, what of it is covered, what was measured on it over the years, and what can be done."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import EquipmentSheet, Measure, OnVisit, read_equipment
from twinbase_mobile.rules.status import CLOSED
from twinbase_mobile.tables import ChecklistAnswer, CustomerEquipment, Intervention, InterventionEquipment
from twinbase_presentation.command import Command, Done
from twinbase_presentation.languages import Language, later
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.checklist import TONES
from twinbase_presentation.screens.refusals import say_value
from twinbase_presentation.status_line import Tone
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday

COVER_WORDS = {"parts": later("Parts covered"), "labour": later("Labour covered"), "travel": later("Travel covered")}


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """What was measured of one thing: the last time, and the times before. `tone` is what the last one means."""

    label: str
    value: str
    when: str
    tone: Tone
    earlier: str
    mark: str


@dataclass(frozen=True, slots=True)
class EquipmentShown:
    """`facts`: labels and values; `measures`: by what was measured, the newest first."""

    sheet: EquipmentSheet
    facts: tuple[tuple[str, str], ...]
    measures: tuple[MeasureRow, ...]


class EquipmentModel(ScreenModel[EquipmentShown | None]):
    """S16. `shown` is None when it is not on this device."""

    watched = (CustomerEquipment, InterventionEquipment, ChecklistAnswer, Intervention)

    def __init__(self, workday: Workday, id_: UUID) -> None:
        super().__init__(workday, Route("equipment", id_))
        self.id = id_

    @property
    def title(self) -> str:
        return (self.shown.sheet.caption if self.shown else "") or self.workday.language.say("Equipment")

    @property
    def gone(self) -> str:
        """What is said where it is not here."""
        return self.workday.language.say("This equipment is not on this device.")

    @property
    def commands(self) -> Sequence[Command]:
        """It is replaced on a visit only: the old number is kept there."""
        if not self.shown:
            return ()
        say, visit = self.workday.language.say, self.find_visit()
        why_not = "" if visit else say("Add it to a visit that is open: the old number is kept there.")
        replace = Command("replace", say("Replace"), "swap", self._lead("replace"), "r", why_not, is_main=True)
        return replace, Command("correct_equipment", say("Correct"), "edit", self._lead("correct_equipment"), "e")

    def find_visit(self) -> OnVisit | None:
        """The open visit that it is on: the last one to begin."""
        visits = self.shown.sheet.visits if self.shown else ()
        return next((one for one in visits if one.status not in CLOSED), None)

    async def read(self, session: ReplicaSession, now: datetime) -> EquipmentShown | None:
        sheet = await read_equipment(session, self.id, now=now, zone=self.workday.zone)
        if sheet is None:
            return None
        language = self.workday.language
        return EquipmentShown(sheet, tuple(_facts(sheet, language)), tuple(_measures(sheet.measures, language)))

    def _lead(self, place: str) -> Callable[[], Awaitable[Done]]:
        async def run() -> Done:
            return Done(go=Route("equipment", self.id, place))

        return run


def _facts(sheet: EquipmentSheet, language: Language) -> Iterator[tuple[str, str]]:
    say = language.say
    power = "" if sheet.power_kw is None else f"{language.format_number(sheet.power_kw)}\u00a0kW"
    found = (
        (say("Customer"), sheet.customer),
        (say("Address"), sheet.site),
        (say("Where it stands"), sheet.location_in_site),
        (say("Serial number"), sheet.serial_number),
        (say("Product"), sheet.product if sheet.product != sheet.caption else ""),
        (say("Code"), sheet.code or say("The office has still to give a code")),
        (say("Energy"), say_word(language, sheet.energy) if sheet.energy else ""),
        (say("Power"), power),
        (say("Installed on"), language.format_date(sheet.installed_on) if sheet.installed_on else ""),
        *((language.say(COVER_WORDS[one.what]), _say_cover(one.until, one.in_force, language)) for one in sheet.covers),
        (say("Remark"), sheet.description),
    )
    yield from ((label, value) for label, value in found if value)


def _say_cover(until: object, in_force: bool, language: Language) -> str:
    day = language.format_date(until)  # type: ignore[arg-type]
    return language.say("until {day}", day=day) if in_force else language.say("ended on {day}", day=day)


def _measures(measures: Sequence[Measure], language: Language) -> Iterator[MeasureRow]:
    """One row for each thing that was measured, in the order in which it was last."""
    keys = dict.fromkeys(one.key for one in measures)
    for key in keys:
        last, *before = [one for one in measures if one.key == key]
        yield MeasureRow(
            label=last.label,
            value=_say_measure(last, language),
            when=_say_day(last, language),
            tone=TONES[last.judgement],
            earlier="\u00a0· ".join(f"{_say_day(one, language)}: {_say_measure(one, language)}" for one in before[:3]),
            mark=last.mark.state,
        )


def _say_measure(one: Measure, language: Language) -> str:
    return f"{say_value(one.value, language)}\u00a0{one.unit}".rstrip("\u00a0")


def _say_day(one: Measure, language: Language) -> str:
    return language.format_date(one.answered_at.date()) if one.answered_at else ""
