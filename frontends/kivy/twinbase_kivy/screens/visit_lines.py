"""A visit in a list, as today, planning and jobs show it."""

from twinbase_kivy.boxes import Box
from twinbase_kivy.page import PageView
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.rows import VisitLine
from twinbase_kivy.widgets.touch import Act
from twinbase_presentation import Language, Route
from twinbase_presentation.screens.visit_rows import VisitRow
from twinbase_presentation.tokens import Hue


def hue_of_row(row: VisitRow) -> Hue:
    """The colour of its bar, and of its pin on a map: what is planned, as most are, has none."""
    return "red" if row.tone == "red" else "grey" if row.tone == "primary" else row.tone


def make_visit_line(page: PageView, row: VisitRow, *, chosen: bool = False, says_day: bool = False) -> Box:
    """When, what, for whom and where; what is unusual about it as chips. `says_day`: where no heading says it."""
    visit, language = row.visit, page.guide.workday.language
    day = language.format_day(visit.start.date()) if says_day and visit.start is not None else ""
    where = ", ".join(part for part in (*visit.place.address[:1], visit.place.city) if part)
    if row.from_last:
        where = f"{where}\u00a0· {row.from_last}"
    return VisitLine(
        page.open_act(Route("visit", visit.id)),
        name=", ".join(part for part in (day, row.time, row.title, row.place, row.status) if part),
        times=_say_times(row, language),
        title=row.title,
        lines=("\u00a0· ".join(part for part in (day, visit.customer) if part), where),
        hue=hue_of_row(row),
        chips=_make_chips(row, says_status=not visit.is_open or row.tone in ("green", "amber", "violet")),
        chosen=chosen,
        closed=not visit.is_open,
        late=visit.late,
    )


def make_short_line(page: PageView, row: VisitRow, act: Act | None = None) -> Box:
    """The same in three lines, which are always three, for what stands on a map: with its day, if that is not today's,
    and its status, which a pin says by a colour alone."""
    visit, language = row.visit, page.guide.workday.language
    day = visit.start.date() if visit.start is not None else None
    said = language.format_day(day) if day is not None and day != page.guide.workday.today else ""
    return VisitLine(
        act or page.open_act(Route("visit", visit.id)),
        name=", ".join(part for part in (said, row.time, row.title, row.place, row.status) if part),
        times=_say_times(row, language),
        title=row.title,
        title_lines=1,
        lines=("\u00a0· ".join(part for part in (said, row.place) if part),),
        hue=hue_of_row(row),
        chips=_make_chips(row, says_status=True),
        closed=not visit.is_open,
        late=visit.late,
    )


def _say_times(row: VisitRow, language: Language) -> tuple[str, str]:
    start, end = row.visit.start, row.visit.end
    return row.time or "–", language.format_time(end) if end is not None and start is not None else ""  # noqa: RUF001


def _make_chips(row: VisitRow, *, says_status: bool) -> list[Box]:
    chips: list[Box] = [ChipBox(chip.icon, chip.said, chip.tone, small=True) for chip in row.chips]
    if says_status:
        is_plain = not row.visit.is_open and row.tone != "green"
        chips.insert(0, ChipBox(row.status_icon, row.status, "grey" if is_plain else row.tone, small=True))
    return chips
