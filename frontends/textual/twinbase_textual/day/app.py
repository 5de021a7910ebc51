"""The terminal app: the desk over one workday, in one of its looks."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rich.traceback import Traceback
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.events import Event, Key, MouseEvent

from twinbase import Plugins
from twinbase_presentation import Workday, choose_language
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
        self._plugins, self._look = plugins, look
        self._brought = PluginScreens(workday, plugins, claims)
        places = list(list_places(workday, plugins, self._brought))
        self.desk = DeskScreen(workday, places, self._brought, SyncModel(workday, plugins))
        self._settings = workday.device.settings
        workday.device.observe(self._note_settings)
        for theme in make_themes():
            self.register_theme(theme)
        self.theme = name_theme(self._find_look())

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

    def _find_look(self) -> str:
        """What was chosen; by itself, that with which it was started."""
        chosen = self.workday.device.settings.theme
        return self._look if chosen == "auto" else chosen

    def _note_settings(self) -> None:
        """Something else was chosen: it is seen at once."""
        before, self._settings = self._settings, self.workday.device.settings
        if self._settings.theme != before.theme:
            self.theme = name_theme(self._find_look())
        if self._settings.language != before.language:
            self.workday.language = choose_language(self._settings.language)
            self.call_later(self._speak_anew)

    def _speak_anew(self) -> None:
        self.desk.change_places(list(list_places(self.workday, self._plugins, self._brought)))

    def _fatal_error(self) -> None:
        """Textual's shows the values of variables, too: names and addresses of customers, on whose screen ever."""
        self.panic(Traceback(show_locals=False))

    def action_command_palette(self) -> None:
        """Textual's own, with our words."""
        if self.screen is self.desk:
            self.push_screen(CommandPalette(placeholder=self.workday.language.say("What do you want to do?")))
