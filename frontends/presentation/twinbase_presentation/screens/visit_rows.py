"""A visit as a row of a list: today, planning, jobs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase_mobile.reading import Place, Visit, distance_metres
from twinbase_mobile.tables.kinds import Priority, VisitStatus
from twinbase_presentation.faults import say_refusal
from twinbase_presentation.languages import Language
from twinbase_presentation.status_line import Tone
from twinbase_presentation.words import STATUS_ICONS, say_word

UNDER_WAY = (VisitStatus.IN_PROGRESS, VisitStatus.TRAVELLING, VisitStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class RowChip:
    """What is unusual about a row: an icon and a word, never a colour alone."""

    said: str
    icon: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One row. `time` is "" where none is planned; `from_last`: how far from the visit before, as the crow flies."""

    visit: Visit
    time: str
    title: str
    place: str
    status: str
    status_icon: str
    tone: Tone
    chips: tuple[RowChip, ...]
    from_last: str = ""

    @property
    def id(self) -> UUID:
        return self.visit.id


def make_rows(visits: Iterable[Visit], language: Language, *, ways: bool = False) -> Iterator[VisitRow]:
    """The visits as rows, in their order; with the way from each to the next, where both are known."""
    last: Place | None = None
    for visit in visits:
        metres = _metres(last, visit.place) if ways else None
        yield _row(visit, language, "" if metres is None else language.format_distance(metres))
        last = visit.place


def make_chips(visit: Visit, language: Language) -> Iterator[RowChip]:
    """What is to be seen first: what a person must do, then what is urgent, then what is not sent."""
    if visit.mark.state == "refused":
        yield RowChip(language.say("Refused"), "error", "red")
    elif visit.mark.state == "conflict":
        yield RowChip(language.say("Decide"), "call_split", "violet")
    elif visit.mark.state == "parked":
        yield RowChip(language.say("Waits"), "hourglass_top", "amber")
    if visit.is_open and visit.priority == Priority.URGENT:
        yield RowChip(language.say("Urgent"), "priority_high", "red")
    if visit.late:
        yield RowChip(language.say("Late"), "schedule", "red")
    if visit.made_on_site and not visit.number:
        yield RowChip(language.say("Made on site · number to come"), "add_location", "primary")
    if visit.mark.state == "pending":
        yield RowChip(language.say("To send"), "cloud_upload", "amber")
    elif visit.mark.state == "sent":
        yield RowChip(language.say("Sent"), "schedule_send", "primary")


def say_mark(visit: Visit, language: Language) -> str:
    """Why the server has not taken the last edit of a visit; "" where it said nothing."""
    return say_refusal(language, visit.mark.reason, visit.mark.sentence) if visit.mark.sentence else ""


def say_times(start: datetime | None, end: datetime | None, language: Language) -> str:
    """From when to when, or what is known of it."""
    times = [language.format_time(moment) for moment in (start, end) if moment is not None]
    return "\u00a0\u2013\u00a0".join(times)


def tone_of(visit: Visit) -> Tone:
    """The colour of its bar."""
    if visit.mark.state == "refused" or (visit.is_open and visit.priority == Priority.URGENT):
        return "red"
    tones: dict[VisitStatus, Tone] = {
        VisitStatus.IN_PROGRESS: "green",
        VisitStatus.DONE: "green",
        VisitStatus.TRAVELLING: "violet",
        VisitStatus.PAUSED: "amber",
        VisitStatus.CANCELLED: "grey",
    }
    return tones.get(visit.status, "primary")


def _row(visit: Visit, language: Language, from_last: str) -> VisitRow:
    return VisitRow(
        visit=visit,
        time="" if visit.start is None else language.format_time(visit.start),
        title=visit.title or visit.type or language.say("Visit"),
        place=", ".join(part for part in (visit.customer, visit.place.city) if part),
        status=say_word(language, visit.status),
        status_icon=STATUS_ICONS[visit.status],
        tone=tone_of(visit),
        chips=tuple(make_chips(visit, language)),
        from_last=from_last,
    )


def _metres(last: Place | None, here: Place) -> float | None:
    if last is None or last.lat is None or last.lon is None or here.lat is None or here.lon is None:
        return None
    return distance_metres(float(last.lat), float(last.lon), float(here.lat), float(here.lon))
