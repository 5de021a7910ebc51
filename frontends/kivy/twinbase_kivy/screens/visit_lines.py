"""A visit in a list, as today, planning and jobs show it."""

from twinbase_kivy.boxes import Box
from twinbase_kivy.page import PageView
from twinbase_kivy.widgets.chips import ChipBox
from twinbase_kivy.widgets.rows import VisitLine
from twinbase_presentation import Route
from twinbase_presentation.screens.visit_rows import VisitRow
from twinbase_presentation.tokens import Hue


def make_visit_line(page: PageView, row: VisitRow, *, chosen: bool = False) -> Box:
    """When, what, for whom and where; what is unusual about it as chips."""
    visit = row.visit
    language = page.guide.workday.language
    where = ", ".join(part for part in (*visit.place.address[:1], visit.place.city) if part)
    until = language.format_time(visit.end) if visit.end is not None and visit.start is not None else ""
    chips: list[Box] = [ChipBox(chip.icon, chip.said, chip.tone, small=True) for chip in row.chips]
    if visit.is_open and row.tone in ("green", "amber", "violet"):
        chips.insert(0, ChipBox(row.status_icon, row.status, row.tone, small=True))
    if not visit.is_open:
        hue: Hue = "green" if row.tone == "green" else "grey"
        chips.insert(0, ChipBox(row.status_icon, row.status, hue, small=True))
    if row.from_last:
        where = f"{where}\u00a0· {row.from_last}"
    return VisitLine(
        page.open_act(Route("visit", visit.id)),
        name=", ".join(part for part in (row.time, row.title, row.place, row.status) if part),
        times=(row.time or "–", until),  # noqa: RUF001
        title=row.title,
        lines=(visit.customer, where),
        hue="red" if row.tone == "red" else "grey" if row.tone == "primary" else row.tone,
        chips=chips,
        chosen=chosen,
        closed=not visit.is_open,
        late=visit.late,
    )
