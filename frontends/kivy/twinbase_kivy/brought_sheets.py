"""The sheet of what a plugin's action asks for."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import show_form
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_presentation import Route


async def show_action(shell: Shell, route: Route) -> None:
    """Its form; the plugin is given the values once every field is right."""
    assert route.id is not None
    row, id_ = route.id, route.place
    try:
        form, label = shell.brought.make_form(id_, row), shell.brought.find_label(id_)
    except LookupError:
        return
    await form.load()
    page = next(reversed(shell.pages.values()))
    show_form(
        shell, page, form, label, lambda: shell.brought.run(id_, row, form), label=shell.workday.language.say("Save")
    )


BROUGHT_SHEETS: Mapping[str, OpenSheet] = {"action/": show_action}
