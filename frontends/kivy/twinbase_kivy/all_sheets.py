"""Every sheet, by the place of the route that it opens for."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import VISIT_SHEETS
from twinbase_kivy.hours_sheets import HOURS_SHEETS
from twinbase_kivy.settings_sheets import SETTINGS_SHEETS
from twinbase_kivy.shell import OpenSheet
from twinbase_kivy.stock_sheets import STOCK_SHEETS

SHEETS: Mapping[str, OpenSheet] = {**VISIT_SHEETS, **HOURS_SHEETS, **STOCK_SHEETS, **SETTINGS_SHEETS}
