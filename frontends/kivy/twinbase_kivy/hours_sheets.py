"""The sheets over the hours: a line by hand, and a gap that is filled."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import find_page, show_form
from twinbase_kivy.screens.hours import HoursPage
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_presentation import Route
from twinbase_presentation.screens.forgotten_timer import ForgottenTimer


async def show_line(shell: Shell, route: Route) -> None:
    """A new line, or one that is there, which can be deleted too."""
    page = find_page(shell, "hours", None)
    if not isinstance(page, HoursPage) or page.model.shown is None:
        return
    model, say = page.model, shell.workday.language.say
    entry = next((one for one in page.model.shown.entries if one.id == route.id), None)
    form = await model.make_form(entry)

    def delete() -> None:
        shell.close_sheet()
        if entry is not None:
            page.do(model.delete(entry.id), "delete")

    remove = PushButton(say("Delete the line"), delete, icon="delete", filling="outlined", hue="red")
    title = say("Correct the line") if entry else say("Add a line")
    show_form(
        shell, page, form, title, lambda: model.save(form, entry), label=say("Save"), more=remove if entry else None
    )


async def show_gap(shell: Shell, route: Route) -> None:
    """A line that fills a gap of the day."""
    page = find_page(shell, "hours", None)
    if not isinstance(page, HoursPage) or page.model.shown is None:
        return
    model, start = page.model, route.place.partition("/")[2]
    gap = next((one for one in page.model.shown.gaps if one.start.strftime("%H:%M") == start), None)
    if gap is None:
        return
    form = await model.make_form(gap=gap)
    show_form(shell, page, form, gap.said, lambda: model.save(form), label=shell.workday.language.say("Save"))


async def show_forgotten(shell: Shell, route: Route) -> None:
    """When a line that runs too long has really ended."""
    assert route.id is not None
    timer, say = ForgottenTimer(shell.workday, route.id), shell.workday.language.say
    form = await timer.make_form()
    if form is None:
        return
    page = next(reversed(shell.pages.values()))
    show_form(shell, page, form, say("When did you finish?"), lambda: timer.save(form), label=say("Save"))


HOURS_SHEETS: Mapping[str, OpenSheet] = {"line": show_line, "gap/": show_gap, "forgotten": show_forgotten}
