"""The places of the desk: those of every technician, and those that plugins bring."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from twinbase import Plugins
from twinbase_presentation import Workday
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.screens.brought import BroughtModel
from twinbase_presentation.screens.customers import CustomersModel
from twinbase_presentation.screens.expenses import ExpensesModel
from twinbase_presentation.screens.hours import HoursModel
from twinbase_presentation.screens.jobs import JobsModel
from twinbase_presentation.screens.planning import PlanningModel
from twinbase_presentation.screens.settings import SettingsModel
from twinbase_presentation.screens.stock import StockModel
from twinbase_presentation.screens.sync_page import SyncModel
from twinbase_presentation.screens.today import TodayModel
from twinbase_textual.day.expenses_place import ExpensesView
from twinbase_textual.day.office_places import CustomersView, PlanningView
from twinbase_textual.day.place_view import PlaceView
from twinbase_textual.day.plugin_place import BroughtView
from twinbase_textual.day.settings_place import SettingsView
from twinbase_textual.day.sync_place import SyncView
from twinbase_textual.day.visit_places import JobsView, TodayView
from twinbase_textual.day.work_places import HoursView, StockView


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """A place, by the name of its route."""

    id: str
    label: str
    make_view: Callable[[], PlaceView]


def list_places(workday: Workday, plugins: Plugins, brought: PluginScreens) -> Iterator[DeskPlace]:
    """In the order of their numbers."""
    say = workday.language.say
    yield DeskPlace("today", say("Today"), lambda: TodayView(TodayModel(workday)))
    yield DeskPlace("jobs", say("Jobs"), lambda: JobsView(JobsModel(workday)))
    yield DeskPlace("hours", say("Hours"), lambda: HoursView(HoursModel(workday)))
    yield DeskPlace("stock", say("Stock"), lambda: StockView(StockModel(workday)))
    yield DeskPlace("sync", say("Sync"), lambda: SyncView(SyncModel(workday, plugins)))
    # Behind those that were there before them: whoever knows the number of a place by heart is not led elsewhere.
    yield DeskPlace("planning", say("Planning"), lambda: PlanningView(PlanningModel(workday)))
    yield DeskPlace("customers", say("Customers"), lambda: CustomersView(CustomersModel(workday), brought))
    yield DeskPlace("expenses", say("Expenses"), lambda: ExpensesView(ExpensesModel(workday)))
    for spec in brought.screens:
        yield DeskPlace(spec.id, spec.title, partial(_make_brought, workday, plugins, brought, spec.id))
    yield DeskPlace("settings", say("Settings"), lambda: SettingsView(SettingsModel(workday)))


def _make_brought(workday: Workday, plugins: Plugins, brought: PluginScreens, id_: str) -> PlaceView:
    return BroughtView(BroughtModel(workday, plugins, brought, id_))
