"""The sheets over a page: what lacks, how a visit ends, why it is cancelled, what is done seldom, what to correct."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from twinbase_kivy.boxes import Box
from twinbase_kivy.page import PageView
from twinbase_kivy.screens.forms import FormView
from twinbase_kivy.screens.visit import StepRow, VisitPage
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_presentation import Done, Form, Route
from twinbase_presentation.screens.papers import VisitPapers
from twinbase_presentation.screens.sync_page import SyncModel
from twinbase_presentation.screens.visit import VisitModel
from twinbase_presentation.tokens import Hue


def find_page(shell: Shell, name: str, id_: UUID | None) -> PageView | None:
    """The page that is shown of a screen, and of a row where one is given."""
    return next((page for route, page in shell.pages.items() if route.name == name and id_ in (None, route.id)), None)


async def _open_visit_model(shell: Shell, route: Route) -> tuple[PageView, VisitModel]:
    """The visit that a sheet is about: the one that is shown, or one that is read for it."""
    page = find_page(shell, "visit", route.id)
    if page is not None and isinstance(page.model, VisitModel):
        return page, page.model
    assert route.id is not None
    model = VisitModel(shell.workday, route.id)
    await model.load()
    return next(iter(shell.pages.values())), model


async def show_missing(shell: Shell, route: Route) -> None:
    """What lacks before the visit may be finished."""
    page, model = await _open_visit_model(shell, route)
    if isinstance(page, VisitPage) and model.shown is not None:
        steps = [StepRow(step, page) for step in model.shown.steps if not step.is_done]
        shell.open_sheet(shell.workday.language.say("Before you finish"), *steps)
    elif route.id is not None:
        shell.go(Route("visit", route.id))


async def show_finish(shell: Shell, route: Route) -> None:
    """The end of a visit, asked once."""
    page, model = await _open_visit_model(shell, route)
    form = await model.make_finish_form()
    show_form(shell, page, form, shell.workday.language.say("Finish"), lambda: model.finish(form), green=True)


async def show_cancel(shell: Shell, route: Route) -> None:
    """Why it does not take place."""
    page, model = await _open_visit_model(shell, route)
    form = await model.make_cancel_form()
    label = shell.workday.language.say("Cancel the visit")
    show_form(shell, page, form, label, lambda: model.cancel(form))


async def show_note(shell: Shell, route: Route) -> None:
    """What colleagues are to know of the visit."""
    page, model = await _open_visit_model(shell, route)
    assert route.id is not None
    say, papers = shell.workday.language.say, VisitPapers(shell.workday, route.id)
    form = await papers.make_note_form()

    async def save() -> Done:
        done = await papers.save_note(form)
        await model.load()
        return done

    show_form(shell, page, form, say("Note"), save, label=say("Save"))


async def show_menu(shell: Shell, route: Route) -> None:
    """What is done seldom, and what plugins bring."""
    page, model = await _open_visit_model(shell, route)
    say, share = shell.workday.language.say, Route("visit", route.id, "share")
    known = [one.id for one in model.commands]
    seldom = [one for one in page.list_commands() if one.is_destructive or one.id == "incident" or one.id not in known]

    def act(command: Any) -> Callable[[], None]:
        def run() -> None:
            shell.close_sheet()
            page.do(command.run(), command.id)

        return run

    buttons = [
        PushButton(
            one.label, act(one), icon=one.icon, filling="outlined", hue="red" if one.is_destructive else "primary"
        )
        for one in seldom
    ]
    shares = PushButton(say("Share the report"), lambda: shell.go(share), icon="share", filling="tonal")
    shell.open_sheet(say("More actions"), shares, *buttons)


async def show_correct(shell: Shell, route: Route) -> None:
    """A refused edit, to be corrected in place."""
    page = find_page(shell, "sync", None)
    if page is None or not isinstance(page.model, SyncModel) or route.id is None:
        return
    model, id_ = page.model, route.id
    try:
        form = await model.make_correct_form(id_)
    except KeyError:
        return
    label = shell.workday.language.say("Correct")
    show_form(shell, page, form, label, lambda: model.correct(id_, form))


def show_form(
    shell: Shell,
    page: PageView,
    form: Form,
    title: str,
    save: Callable[[], Awaitable[Done]],
    *,
    label: str = "",
    green: bool = False,
    head: Sequence[Box] = (),
    more: Box | None = None,
) -> None:
    """A form in a sheet that closes once it is saved. `label`: of its button, else the title; `head`, `more`: what
    stands over and below it."""

    async def act() -> Done:
        done = await save()
        if done.is_done:
            shell.close_sheet()
        return done

    hue: Hue = "green" if green else "primary"
    view = FormView(form, shell.workday.language, label or title, lambda: page.do(act()), hue=hue)
    shell.open_sheet(title, *head, view, more)


VISIT_SHEETS: Mapping[str, OpenSheet] = {
    "missing": show_missing,
    "finish": show_finish,
    "cancel": show_cancel,
    "notes": show_note,
    "menu": show_menu,
    "correct": show_correct,
}
