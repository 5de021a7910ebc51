"""The sheets over a signature: all of what is signed, and why the customer does not."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.boxes import Box
from twinbase_kivy.screens.signature import SignaturePage
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.cards import divide, group_title
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route


def find_signing(shell: Shell, route: Route) -> SignaturePage | None:
    """The page on which somebody signs, read."""
    page = next((page for page in shell.pages.values() if isinstance(page, SignaturePage)), None)
    return page if page is not None and page.model.shown is not None and page.model.visit == route.id else None


async def show_summary(shell: Shell, route: Route) -> None:
    """The whole report, and the parts."""
    page = find_signing(shell, route)
    if page is None or page.model.shown is None:
        return
    shown = page.model.shown
    parts: list[Box] = [Words(one, "body") for one in shown.parts]
    text = shown.report or page.say("There is no report.")
    heading = [group_title(page.say("Parts used"))] if parts else []
    shell.open_sheet(shown.title, Words(text, "body", "text"), *heading, *divide(parts))


async def show_refuse(shell: Shell, route: Route) -> None:
    """Why the customer does not sign."""
    page = find_signing(shell, route)
    if page is None:
        return
    form = await page.model.make_refusal_form()
    title = page.say("Customer refuses")
    show_form(shell, page, form, title, lambda: page.model.save_refusal(form), label=page.say("Save"))


SIGN_SHEETS: Mapping[str, OpenSheet] = {"summary": show_summary, "refuse": show_refuse}
