"""Every sheet, by the place of the route that it opens for."""

from collections.abc import Mapping

from twinbase_kivy.act_sheets import VISIT_SHEETS
from twinbase_kivy.brought_sheets import BROUGHT_SHEETS
from twinbase_kivy.customer_sheets import CUSTOMER_SHEETS
from twinbase_kivy.equipment_sheets import EQUIPMENT_SHEETS
from twinbase_kivy.hours_sheets import HOURS_SHEETS
from twinbase_kivy.job_sheets import JOB_SHEETS
from twinbase_kivy.key_sheets import KEY_SHEETS
from twinbase_kivy.new_sheets import NEW_SHEETS
from twinbase_kivy.photo_sheets import PHOTO_SHEETS
from twinbase_kivy.report_sheets import REPORT_SHEETS
from twinbase_kivy.settings_sheets import SETTINGS_SHEETS
from twinbase_kivy.shell import OpenSheet
from twinbase_kivy.sign_sheets import SIGN_SHEETS
from twinbase_kivy.stock_sheets import STOCK_SHEETS

SHEETS: Mapping[str, OpenSheet] = {
    **VISIT_SHEETS,
    **SETTINGS_SHEETS,
    **HOURS_SHEETS,
    **STOCK_SHEETS,
    **BROUGHT_SHEETS,
    **CUSTOMER_SHEETS,
    **NEW_SHEETS,
    **EQUIPMENT_SHEETS,
    **KEY_SHEETS,
    **REPORT_SHEETS,
    **PHOTO_SHEETS,
    **SIGN_SHEETS,
    **JOB_SHEETS,
}
