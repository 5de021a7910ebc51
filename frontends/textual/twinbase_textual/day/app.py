"""The terminal app: the desk over one workday, in one of its looks."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rich.traceback import Traceback
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.events import Event, Key, MouseEvent

from twinbase import Plugins
from twinbase_presentation import Workday
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screens.sync_page import SyncModel
from twinbase_textual.day.desk import DeskScreen
from twinbase_textual.day.desk_places import list_places
from twinbase_textual.day.looks import list_variables, make_themes, name_theme
from twinbase_textual.day.palette import DeskProvider


class DayApp(App[None]):
    """A technician's day by keys. `claims`: of whoever signed in, for the screens of plugins."""

    TITLE = "Twinbase"
    CSS_PATH = "day.tcss"
    COMMANDS = {DeskProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "lock", show=False),
        Binding("ctrl+o", "switch", show=False),
    ]

    def __init__(self, workday: Workday, plugins: Plugins, claims: Mapping[str, Any], look: str = "dark") -> None:
        super().__init__()
        self.workday = workday
        self.touched: Callable[[], object] = lambda: None
        brought = PluginScreens(workday, plugins, claims)
        places = list(list_places(workday, plugins, brought))
        self.desk = DeskScreen(workday, places, brought, SyncModel(workday, plugins))
        for theme in make_themes():
            self.register_theme(theme)
        self.theme = name_theme(look)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return list_variables()

    def get_default_screen(self) -> DeskScreen:
        return self.desk

    async def on_event(self, event: Event) -> None:
        """Somebody is there: it does not lock by itself."""
        if isinstance(event, Key | MouseEvent):
            self.touched()
        await super().on_event(event)

    def action_lock(self) -> None:
        """Close the file, where a code opens it again."""
        device = self.workday.device
        if device.can_lock and device.lock is not None:
            device.lock()
            self.exit()

    def action_switch(self) -> None:
        """To the other accounts of this device, where it has any."""
        if self.workday.device.switch is not None:
            self.workday.device.switch()
            self.exit()

    def _fatal_error(self) -> None:
        """Textual's shows the values of variables, too: names and addresses of customers, on whose screen ever."""
        self.panic(Traceback(show_locals=False))

    def action_command_palette(self) -> None:
        """Textual's own, with our words."""
        if self.screen is self.desk:
            self.push_screen(CommandPalette(placeholder=self.workday.language.say("What do you want to do?")))
