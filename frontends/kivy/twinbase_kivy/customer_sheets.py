"""The sheets over a customer: a correction for the office, and how one gets in."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.screens.customer import CustomerPage
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route


def _find_customer(shell: Shell) -> CustomerPage | None:
    return next((page for page in shell.pages.values() if isinstance(page, CustomerPage)), None)


async def show_correction(shell: Shell, route: Route) -> None:
    """What the office should correct of a customer."""
    page, say = _find_customer(shell), shell.workday.language.say
    if page is None:
        return
    model = page.model
    form = await model.make_correction_form()
    why = Words(say("The office reads it and corrects it for everybody."), "small", "text3")
    label, title = say("Send to the office"), say("Suggest a correction")
    show_form(shell, page, form, title, lambda: model.save_correction(form), label=label, head=[why])


async def show_access(shell: Shell, route: Route) -> None:
    """How one gets into one of his sites."""
    page, site = _find_customer(shell), route.id
    if page is None or site is None:
        return
    model, say = page.model, shell.workday.language.say
    form = await model.make_access_form(site)
    show_form(shell, page, form, say("Access"), lambda: model.save_access(site, form), label=say("Save"))


CUSTOMER_SHEETS: Mapping[str, OpenSheet] = {"correction": show_correction, "access": show_access}
