"""S20: what somebody may choose, what room it takes, and the ways out."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version as read_version

from twinbase_kivy.boxes import Box, ColumnBox, grow
from twinbase_kivy.directory_card import make_directory_parts
from twinbase_kivy.flow_boxes import TwoColumns
from twinbase_kivy.page import PageView
from twinbase_kivy.row_box import Row
from twinbase_kivy.widgets.buttons import Filling, PushButton
from twinbase_kivy.widgets.cards import Divider, SectionCard, TintBox, divide
from twinbase_kivy.widgets.fields import ChoiceRow, InputField
from twinbase_kivy.widgets.rows import LineRow
from twinbase_kivy.widgets.words import Words
from twinbase_presentation import Route
from twinbase_presentation.screens.settings import SettingsModel
from twinbase_presentation.screens.sign_in_again import SignInAgainModel
from twinbase_presentation.tokens import SPACE

LICENCES = Route("settings", None, "licences")


class SettingsPage(PageView):
    """S20."""

    model: SettingsModel

    def make_body(self) -> Sequence[Box | None]:
        fault = next(iter(self.faults.values()), "")
        cards = (
            self._make_account(),
            SectionCard("theme", self.say("Appearance"), *self._make_choices("look"), gap=SPACE.l),
            self._make_lock(),
            self._make_network(),
            self._make_space(),
            self._make_about(),
        )
        return [TintBox("refused", fault, hue="red") if fault else None, TwoColumns(*cards, gap=SPACE.m, narrow_dp=700)]

    def _make_account(self) -> Box:
        shown, account = self.model.shown, self.model.device.account
        assert shown is not None
        who = account.caption if account else shown.who
        said = "\u00a0· ".join(part for part in (shown.role, account.server if account else "") if part)
        return SectionCard(
            "person",
            self.say("Account"),
            LineRow(who, said),
            self._button("switch"),
            self._button("leave"),
            gap=SPACE.m,
        )

    def _make_choices(self, group: str) -> list[Box]:
        return [
            ChoiceRow(one.label, one.choices, one.chosen, partial(self.model.choose, one.name))
            for one in self.model.choices
            if one.group == group
        ]

    def _make_lock(self) -> Box | None:
        """What opens the file, and what can be done about it; nothing where the app was started on a file."""
        said = self.model.lock_said
        if not said:
            return None
        buttons = [self._button(one) for one in ("code", "no_code", "lock")]
        return SectionCard("lock", self.say("Lock"), LineRow(said), *self._make_choices("lock"), *buttons, gap=SPACE.m)

    def _make_network(self) -> Box:
        said = self.model.network_said
        words = Words(said, "body", "text2") if said else None
        choices, button = self._make_choices("network"), self._button("network")
        return SectionCard("network", self.say("Network"), *choices, words, button, gap=SPACE.m)

    def _make_space(self) -> Box:
        assert self.model.shown is not None
        space, say = self.model.shown.space, self.model.say_bytes
        rows: list[Box] = [
            LineRow(self.say("Visits, customers, catalogue"), figure=say(space.rows)),
            LineRow(self.say("Photos that the server has"), figure=say(space.sent)),
            LineRow(self.say("Photos that are here alone"), figure=say(space.unsent)),
        ]
        return SectionCard("storage", self.say("Space used"), *divide(rows), self._button("free"))

    def _make_about(self) -> Box:
        rows: list[Box] = [
            LineRow("Twinbase", read_version("twinbase-kivy")),
            LineRow(self.say("Licences of the fonts"), "Inter, Material Symbols", act=self.open_act(LICENCES)),
        ]
        return SectionCard("info", self.say("About"), *divide(rows))

    def _button(self, id_: str) -> Box | None:
        command = self.find_command(id_)
        if command is None:
            return None
        hue = "red" if command.is_destructive else "primary"
        act = self.act_of(command)
        return PushButton(command.label, act, icon=command.icon, filling="outlined", hue=hue)  # type: ignore[arg-type]


class SignInAgainPage(PageView):
    """The session has ended; the work on the device is kept."""

    model: SignInAgainModel

    def make_body(self) -> Sequence[Box | None]:
        said = self.say("Your session has ended. Your work on this device is kept, and sent once you have signed in.")
        if (wait := self.model.wait) is not None:
            commands = {one.id: self.act_of(one) for one in self.model.commands}
            turn = commands.get("by_code", commands["stop"])
            return make_directory_parts(self.guide.workday.language, wait, commands["stop"], turn)
        asking = TintBox("sync", self.say("Asking the server…"), hue="primary") if self.model.is_asking else None
        return [Words(said, "body", "text2"), asking, *self._make_directory(), *self._make_typed()]

    def _make_directory(self) -> Sequence[Box | None]:
        """The first way of who came by it; what is typed is for who has a code."""
        command = self.find_command("directory")
        if command is None:
            return []
        either = Row(grow(Divider()), Words(self.say("or"), "small", "text3"), grow(Divider()), gap=SPACE.m)
        return [self.command_button(command, main=True), either]

    def _make_typed(self) -> Sequence[Box | None]:
        command = self.find_command("sign_in")
        fields = (("code", self.say("Code of the office"), "pin"), ("email", self.say("E-mail"), "mail"),
                  ("password", self.say("Password"), "lock"))  # fmt: skip
        filling: Filling = "tonal" if self.model.directory else "filled"
        return [
            *(
                InputField(label, self.model.typed[name], partial(self.model.fill, name), icon=icon,
                           hidden=name == "password")
                for name, label, icon in fields
            ),
            ColumnBox(self.command_button(command, filling=filling, main=True)) if command else None,
        ]  # fmt: skip
