"""The sheet behind the plus: a visit that is made here and now, or a request that the office plans."""

from collections.abc import Callable, Mapping

from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_presentation import Command, Route
from twinbase_presentation.screens.new_work import make_new_commands


async def show_new(shell: Shell, route: Route) -> None:
    """What can be new."""
    page = next(reversed(shell.pages.values()))

    def act(command: Command) -> Callable[[], None]:
        def run() -> None:
            shell.close_sheet()
            page.do(command.run(), command.id)

        return run

    commands = make_new_commands(shell.workday)
    buttons = [PushButton(one.label, act(one), icon=one.icon, filling="tonal", main=True) for one in commands]
    shell.open_sheet(shell.workday.language.say("New"), *buttons)


NEW_SHEETS: Mapping[str, OpenSheet] = {"new": show_new}
