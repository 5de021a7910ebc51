"""Which page draws which route, and where the navigation leads."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from twinbase import Plugins
from twinbase_kivy.page import PageView
from twinbase_kivy.places import NavPlace
from twinbase_kivy.screens.checklist import ChecklistPage
from twinbase_kivy.screens.hours import HoursPage
from twinbase_kivy.screens.jobs import JobsPage
from twinbase_kivy.screens.settings import SettingsPage, SignInAgainPage
from twinbase_kivy.screens.stock import PartsPage, StockPage
from twinbase_kivy.screens.sync_page import SyncPage
from twinbase_kivy.screens.today import TodayPage
from twinbase_kivy.screens.visit import VisitPage
from twinbase_presentation import Language, Route, Workday
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.checklist import ChecklistModel
from twinbase_presentation.screens.hours import HoursModel
from twinbase_presentation.screens.jobs import JobsModel
from twinbase_presentation.screens.settings import SettingsModel
from twinbase_presentation.screens.sign_in_again import SignInAgainModel
from twinbase_presentation.screens.stock import PickModel, StockModel
from twinbase_presentation.screens.sync_page import SyncModel
from twinbase_presentation.screens.today import TodayModel
from twinbase_presentation.screens.visit import VisitModel

TODAY, JOBS, STOCK, HOURS, SYNC = (Route(name) for name in ("today", "jobs", "stock", "hours", "sync"))
PLACES = (TODAY, JOBS, STOCK, HOURS, SYNC)
"""Where the navigation leads, in its order."""
Maker = Callable[[Workday, Plugins, Route], tuple[ScreenModel[Any], type[PageView]]]


def find_maker(route: Route) -> Maker | None:
    """What makes the view model of a route, and the page that draws it; None where no page does."""
    return PAGES.get(f"{route.name}/{route.place}".rstrip("/"))


def list_places(language: Language, *, needs_you: bool) -> list[NavPlace]:
    """The places in words; the one that waits for somebody has a dot."""
    return [
        NavPlace(TODAY, "today", language.say("My day")),
        NavPlace(JOBS, "jobs", language.say("Job list")),
        NavPlace(STOCK, "stock", language.say("Stock")),
        NavPlace(HOURS, "hours", language.say("Hours")),
        NavPlace(SYNC, "sync", language.say("Sync"), has_dot=needs_you),
    ]


def _id_of(route: Route) -> UUID:
    assert route.id is not None, route
    return route.id


PAGES: dict[str, Maker] = {
    "today": lambda workday, plugins, route: (TodayModel(workday), TodayPage),
    "visit": lambda workday, plugins, route: (VisitModel(workday, _id_of(route)), VisitPage),
    "visit/checklist": lambda workday, plugins, route: (ChecklistModel(workday, _id_of(route)), ChecklistPage),
    "visit/parts": lambda workday, plugins, route: (PickModel(workday, _id_of(route)), PartsPage),
    "stock": lambda workday, plugins, route: (StockModel(workday), StockPage),
    "jobs": lambda workday, plugins, route: (JobsModel(workday), JobsPage),
    "hours": lambda workday, plugins, route: (HoursModel(workday), HoursPage),
    "sync": lambda workday, plugins, route: (SyncModel(workday, plugins), SyncPage),
    "settings": lambda workday, plugins, route: (SettingsModel(workday), SettingsPage),
    "sign_in": lambda workday, plugins, route: (SignInAgainModel(workday), SignInAgainPage),
}
