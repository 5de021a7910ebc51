"""The sheet over any page: what an act of a plugin asks for."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_presentation import Route


async def show_action(shell: Shell, route: Route) -> None:
    """The fields of an act, and the act once they are right."""
    assert route.id is not None
    brought, row, act = shell.brought, route.id, route.place
    form = brought.make_form(act, row)
    await form.load()
    page = next(reversed(shell.pages.values()))
    show_form(shell, page, form, brought.find_label(act), lambda: brought.run(act, row, form))


BROUGHT_SHEETS: Mapping[str, OpenSheet] = {"action/": show_action}
