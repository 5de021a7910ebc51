"""The sheet over a map of jobs: which visits stand together in one pin."""

from collections.abc import Mapping, Sequence
from functools import partial

from twinbase_kivy.boxes import Box
from twinbase_kivy.long_page import cut_rows
from twinbase_kivy.screens.jobs import JobsPage
from twinbase_kivy.screens.visit_lines import make_short_line
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.cards import CardBox, divide
from twinbase_kivy.widgets.long_column import LongColumn, LongPart
from twinbase_presentation import Route
from twinbase_presentation.screens.visit_rows import VisitRow
from twinbase_presentation.tokens import SPACE

LINE_DP = 96
"""How high a visit usually is."""


async def show_together(shell: Shell, route: Route) -> None:
    """The visits of the pin in which this one is, in the list's order."""
    page = next((page for page in shell.pages.values() if isinstance(page, JobsPage)), None)
    rows = page.find_together(route.id) if page is not None and route.id is not None else ()
    if page is None or not rows:
        return
    column = LongColumn(gap=SPACE.m)
    column.show([
        LongPart(some[0].id, some, partial(_make_card, shell, page, some), LINE_DP * len(some))
        for some in cut_rows(rows)
    ])  # fmt: skip
    shell.open_sheet(shell.workday.language.count("{n} visit", "{n} visits", len(rows)), column)


def _make_card(shell: Shell, page: JobsPage, rows: Sequence[VisitRow]) -> Box:
    def open_visit(row: VisitRow) -> None:
        shell.close_sheet()
        shell.go(Route("visit", row.id))

    lines = [make_short_line(page, row, partial(open_visit, row)) for row in rows]
    return CardBox(*divide(lines, 76), gap=0, edges=(0, 0, 0, 0))


JOB_SHEETS: Mapping[str, OpenSheet] = {"together": show_together}
