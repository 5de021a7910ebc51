"""The sheets over the settings: the code of the file, what is lost by signing out, the licences of the letters."""

from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files

from twinbase_kivy.act_sheets import find_page
from twinbase_kivy.boxes import Box, ColumnBox
from twinbase_kivy.screens.lock_code import LockCodeView
from twinbase_kivy.shell import OpenSheet, Shell
from twinbase_kivy.widgets.buttons import PushButton
from twinbase_kivy.widgets.cards import CardBox, TintBox, divide
from twinbase_kivy.widgets.fields import InputField
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Done, Route
from twinbase_presentation.entry.lock_code import LockCodeModel
from twinbase_presentation.screens.leaving import LeaveModel

LICENCES = ("Inter", "MaterialSymbols")
TITLES_SHOWN = 50


async def show_leave(shell: Shell, route: Route) -> None:
    """What is unsent, by title; sent first, or erased by typing how many that are."""
    model = LeaveModel(shell.workday)
    await model.load()
    _open_leave(shell, model, "")


def _open_leave(shell: Shell, model: LeaveModel, fault: str) -> None:
    language = shell.workday.language
    page = find_page(shell, "settings", None)
    if page is None:
        return

    def act(begin: Callable[[], Awaitable[Done]]) -> Callable[[], None]:
        async def run() -> None:
            done = await begin()
            if shell.workday.runner.is_open and (done.fault or done.said):
                _open_leave(shell, model, done.fault)

        return lambda: shell.workday.spawn(run())

    rows: list[Box] = [LineRow(title) for title in model.titles[:TITLES_SHOWN]]
    send = PushButton(language.say("Send first"), act(model.send_first), icon="send", main=True)
    field = InputField(language.say("How many are lost?"), "", model.fill)
    label = language.say("Erase all the same") if rows else language.say("Sign out")
    shell.open_sheet(
        language.say("Sign out"),
        TintBox("warning" if rows else "synced", model.sentence, hue="amber" if rows else "green"),
        TintBox("refused", fault, hue="red") if fault else None,
        send if rows else None,
        CardBox(*divide(rows), gap=0) if rows else None,
        field if rows else None,
        PushButton(label, act(model.leave), icon="logout", filling="outlined", hue="red"),
    )


async def show_licences(shell: Shell, route: Route) -> None:
    """The whole text of each."""
    texts = [files("twinbase_kivy").joinpath("fonts", f"LICENSE-{name}.txt").read_text() for name in LICENCES]
    parts = [Words(part.replace("\n", " "), "small", "text2") for text in texts for part in text.split("\n\n")]
    shell.open_sheet(shell.workday.language.say("Licences of the fonts"), ColumnBox(*parts, gap=8))


async def show_code(shell: Shell, route: Route) -> None:
    """A code is set or changed; with another place of the route it is taken away."""
    code, workday = shell.workday.device.code, shell.workday
    if code is None or find_page(shell, "settings", None) is None:
        return
    model = LockCodeModel(workday, code, removes=route.place == "no_code")

    async def run() -> None:
        done = await model.submit()
        is_seen = shell.sheet is sheet
        if done.said and is_seen:
            shell.close_sheet()
        if done.said or not is_seen:
            shell.say(done.said or done.fault)

    def submit() -> None:
        workday.spawn(run())

    def type_on() -> None:
        if shell.sheet is not None:
            shell.focus.set(view.field.typing if view.field else None)

    view = LockCodeView(model, workday.language, submit, type_on)
    shell.open_sheet(model.title, view)
    shell.enter, shell.left, sheet = submit, view.close, shell.sheet
    type_on()


SETTINGS_SHEETS: Mapping[str, OpenSheet] = {
    "leave": show_leave,
    "licences": show_licences,
    "lock_code": show_code,
    "no_code": show_code,
}
