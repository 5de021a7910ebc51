"""What the apps of Twinbase show, without a widget: screens as observable values and commands, for any front end.

workday = Workday(runner, me, choose_language())
today = TodayModel(workday)
today.observe(draw)
await today.open()
"""

from twinbase_presentation.command import Command, Done
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import FieldFault, Form
from twinbase_presentation.held import HeldAct, HeldActs
from twinbase_presentation.languages import Language, choose_language, load_language
from twinbase_presentation.route import Route
from twinbase_presentation.runner import Runner
from twinbase_presentation.screen import Failed, Loaded, Loading, Screen, ScreenModel
from twinbase_presentation.status_line import StatusChip, StatusLine, describe_status
from twinbase_presentation.workday import Workday

__all__ = [
    "Command",
    "Done",
    "Failed",
    "FieldChoice",
    "FieldFault",
    "Form",
    "FormField",
    "HeldAct",
    "HeldActs",
    "Language",
    "Loaded",
    "Loading",
    "Route",
    "Runner",
    "Screen",
    "ScreenModel",
    "StatusChip",
    "StatusLine",
    "Workday",
    "choose_language",
    "describe_status",
    "load_language",
]  # fmt: skip
