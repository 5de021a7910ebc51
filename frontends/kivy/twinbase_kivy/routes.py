"""Which page draws which route, and where the navigation leads."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from twinbase import Plugins
from twinbase_kivy.page import PageView
from twinbase_kivy.places import NavPlace
from twinbase_kivy.screens.brought import BroughtPage, BroughtRowPage
from twinbase_kivy.screens.checklist import ChecklistPage
from twinbase_kivy.screens.choose import ChoosePage
from twinbase_kivy.screens.customer import CustomerPage
from twinbase_kivy.screens.customers import CustomersPage
from twinbase_kivy.screens.equipment import EquipmentPage
from twinbase_kivy.screens.expense import ExpensePage
from twinbase_kivy.screens.expenses import ExpensesPage
from twinbase_kivy.screens.hours import HoursPage
from twinbase_kivy.screens.jobs import JobsPage
from twinbase_kivy.screens.more import MorePage
from twinbase_kivy.screens.new_work import NewWorkPage
from twinbase_kivy.screens.photos import PhotosPage
from twinbase_kivy.screens.planning import PlanningPage
from twinbase_kivy.screens.report import ReportPage
from twinbase_kivy.screens.settings import SettingsPage, SignInAgainPage
from twinbase_kivy.screens.signature import SignaturePage
from twinbase_kivy.screens.stock import PartsPage, StockPage
from twinbase_kivy.screens.sync_page import SyncPage
from twinbase_kivy.screens.team import TeamPage
from twinbase_kivy.screens.today import TodayPage
from twinbase_kivy.screens.visit import VisitPage
from twinbase_presentation import Language, Route, Workday
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.brought import BroughtModel, BroughtRowModel
from twinbase_presentation.screens.checklist import ChecklistModel
from twinbase_presentation.screens.choose import ChooseModel
from twinbase_presentation.screens.choose_receipt import ChooseReceiptModel
from twinbase_presentation.screens.customer import CustomerModel
from twinbase_presentation.screens.customers import CustomersModel
from twinbase_presentation.screens.equipment import EquipmentModel
from twinbase_presentation.screens.expense import ExpenseModel
from twinbase_presentation.screens.expenses import ExpensesModel
from twinbase_presentation.screens.hours import HoursModel
from twinbase_presentation.screens.jobs import JobsModel
from twinbase_presentation.screens.more import MoreModel
from twinbase_presentation.screens.new_request import NewRequestModel, VisitRequestModel
from twinbase_presentation.screens.new_visit import NewVisitModel
from twinbase_presentation.screens.photos import PhotosModel
from twinbase_presentation.screens.planning import PlanningModel
from twinbase_presentation.screens.report import ReportModel
from twinbase_presentation.screens.settings import SettingsModel
from twinbase_presentation.screens.sign_in_again import SignInAgainModel
from twinbase_presentation.screens.signature import SignatureModel
from twinbase_presentation.screens.stock import PickModel, StockModel
from twinbase_presentation.screens.sync_page import SyncModel
from twinbase_presentation.screens.team import TeamModel
from twinbase_presentation.screens.today import TodayModel
from twinbase_presentation.screens.visit import VisitModel

TODAY, PLANNING, JOBS, CUSTOMERS, STOCK, HOURS, EXPENSES, SYNC, MORE = (
    Route(name) for name in ("today", "planning", "jobs", "customers", "stock", "hours", "expenses", "sync", "more")
)
PHONE_PLACES = (TODAY, PLANNING, CUSTOMERS, STOCK, MORE)
"""Where the navigation leads while there is room for five: what is needed at a door."""
PLACES = (TODAY, PLANNING, JOBS, CUSTOMERS, STOCK, HOURS, SYNC, MORE)
"""Where it leads on a laptop."""
DETAILS: Mapping[Route, str] = {TODAY: "visit", JOBS: "visit", CUSTOMERS: "customer", EXPENSES: "expense"}
"""The lists that have a detail beside them on a wide screen, and of what."""
WHOLE = ("report", "photos", "choose", "signature")
"""Places of a visit that have all of a wide window: no list is needed beside them, and no customer is to see it."""
HANDED_OVER = ("signature",)
"""Of these, those for which the device is handed to a customer: there is no navigation."""
Maker = Callable[[Workday, Plugins, Route], tuple[ScreenModel[Any], type[PageView]]]


def find_maker(route: Route, brought: PluginScreens) -> Maker | None:
    """What makes the view model of a route, and the page that draws it; None where no page does."""
    return PAGES.get(f"{route.name}/{route.place}".rstrip("/")) or _find_brought(route, brought)


def list_places(language: Language, *, wide: bool, needs_you: bool) -> list[NavPlace]:
    """The places in words; the one that waits for somebody has a dot, and so has the one behind which it is."""
    labels = {
        TODAY: ("today", language.say("My day")),
        PLANNING: ("planning", language.say("Planning")),
        JOBS: ("jobs", language.say("Jobs")),
        CUSTOMERS: ("customers", language.say("Customers")),
        STOCK: ("stock", language.say("Stock")),
        HOURS: ("hours", language.say("Hours")),
        SYNC: ("sync", language.say("Sync")),
        MORE: ("more", language.say("More")),
    }
    waits = SYNC if wide else MORE
    routes = PLACES if wide else PHONE_PLACES
    return [NavPlace(route, *labels[route], has_dot=needs_you and route == waits) for route in routes]


def _find_brought(route: Route, brought: PluginScreens) -> Maker | None:
    """A screen of a plugin by its id, or one row of it."""
    if not brought.has_screen(route.name) or route.place:
        return None
    id_, row = route.name, route.id
    if row is None:
        return lambda workday, plugins, _: (BroughtModel(workday, plugins, brought, id_), BroughtPage)
    has_rows = brought.find_screen(id_).detail is not None
    return (lambda workday, *_: (BroughtRowModel(workday, brought, id_, row), BroughtRowPage)) if has_rows else None


def _id_of(route: Route) -> UUID:
    assert route.id is not None, route
    return route.id


PAGES: dict[str, Maker] = {
    "today": lambda workday, plugins, route: (TodayModel(workday), TodayPage),
    "visit": lambda workday, plugins, route: (VisitModel(workday, _id_of(route)), VisitPage),
    "visit/checklist": lambda workday, plugins, route: (ChecklistModel(workday, _id_of(route)), ChecklistPage),
    "visit/parts": lambda workday, plugins, route: (PickModel(workday, _id_of(route)), PartsPage),
    "visit/report": lambda workday, plugins, route: (ReportModel(workday, _id_of(route)), ReportPage),
    "visit/photos": lambda workday, plugins, route: (PhotosModel(workday, _id_of(route)), PhotosPage),
    "visit/choose": lambda workday, plugins, route: (ChooseModel(workday, _id_of(route)), ChoosePage),
    "visit/signature": lambda workday, plugins, route: (SignatureModel(workday, _id_of(route)), SignaturePage),
    "stock": lambda workday, plugins, route: (StockModel(workday), StockPage),
    "customers": lambda workday, plugins, route: (CustomersModel(workday), CustomersPage),
    "customer": lambda workday, plugins, route: (CustomerModel(workday, _id_of(route)), CustomerPage),
    "planning": lambda workday, plugins, route: (PlanningModel(workday), PlanningPage),
    "jobs": lambda workday, plugins, route: (JobsModel(workday), JobsPage),
    "expenses": lambda workday, plugins, route: (ExpensesModel(workday), ExpensesPage),
    "expense": lambda workday, plugins, route: (ExpenseModel(workday, route.id), ExpensePage),
    "expense/choose": lambda workday, plugins, route: (ChooseReceiptModel(workday, route.id), ChoosePage),
    "hours": lambda workday, plugins, route: (HoursModel(workday), HoursPage),
    "new_visit": lambda workday, plugins, route: (NewVisitModel(workday, route.id), NewWorkPage),
    "request": lambda workday, plugins, route: (NewRequestModel(workday, route.id), NewWorkPage),
    "request/visit": lambda workday, plugins, route: (VisitRequestModel(workday, _id_of(route)), NewWorkPage),
    "equipment": lambda workday, plugins, route: (EquipmentModel(workday, _id_of(route)), EquipmentPage),
    "team": lambda workday, plugins, route: (TeamModel(workday), TeamPage),
    "sync": lambda workday, plugins, route: (SyncModel(workday, plugins), SyncPage),
    "more": lambda workday, plugins, route: (MoreModel(workday, plugins), MorePage),
    "settings": lambda workday, plugins, route: (SettingsModel(workday), SettingsPage),
    "sign_in": lambda workday, plugins, route: (SignInAgainModel(workday), SignInAgainPage),
}
