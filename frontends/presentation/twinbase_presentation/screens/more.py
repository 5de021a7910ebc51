"""More: the places that have no room in the navigation, and those that plugins bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from twinbase.plugins import Plugins
from twinbase.replica import ReplicaSession
from twinbase_presentation.languages import later
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.status_line import describe_status
from twinbase_presentation.workday import Workday

OWN: Mapping[str, tuple[str, str]] = {
    "jobs": ("jobs", later("Jobs")),
    "hours": ("hours", later("Hours")),
    "expenses": ("expenses", later("Expenses")),
    "team": ("team", later("Team")),
    "sync": ("sync", later("Sync")),
    "settings": ("settings", later("Settings")),
}
"""The app's own, in their order: the name of the route, its icon and its word."""


@dataclass(frozen=True, slots=True)
class MorePlace:
    """Somewhere to go to. `said`: what is to be known of it now, "" for nothing; `waits`: somebody has to act there."""

    route: Route
    icon: str
    label: str
    said: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class MoreShown:
    """`own`: of the app; `brought`: of plugins; `broken`: why a plugin brings nothing, a sentence for each."""

    own: tuple[MorePlace, ...]
    brought: tuple[MorePlace, ...]
    broken: tuple[str, ...]


class MoreModel(ScreenModel[MoreShown]):
    """The list behind the last place of the navigation."""

    def __init__(self, workday: Workday, plugins: Plugins) -> None:
        super().__init__(workday, Route("more"))
        self._plugins = plugins

    @property
    def title(self) -> str:
        return self.workday.language.say("More")

    async def open(self) -> None:
        await super().open()
        self._stops.append(self.workday.observe_status(self._pace.ask))

    async def read(self, session: ReplicaSession, now: datetime) -> MoreShown:
        workday, say = self.workday, self.workday.language.say
        brought = PluginScreens(workday, self._plugins, {})
        line = describe_status(workday.runner.status, workday.language, now, workday.zone)
        waits, sent = line.needs_you, line.to_send
        said = {"sync": waits.said if waits else sent.said if sent else ""}
        return MoreShown(
            own=tuple(
                MorePlace(Route(name), icon, say(label), said.get(name, ""), name == "sync" and waits is not None)
                for name, (icon, label) in OWN.items()
            ),
            brought=tuple(MorePlace(Route(spec.id), spec.icon, spec.title) for spec in brought.screens),
            broken=tuple(
                say("A module failed: {name}. {sentence}", name=name, sentence=sentence)
                for name, sentence in brought.broken.items()
            ),
        )
