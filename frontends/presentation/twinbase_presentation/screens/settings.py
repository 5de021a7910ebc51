"""What somebody may choose about the app, what room it takes, and the ways out of it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twinbase.errors import StorageFailed
from twinbase.replica import Replica
from twinbase_presentation.command import Command, Done
from twinbase_presentation.device.settings import LOCK_MINUTES
from twinbase_presentation.device.usage import SpaceUsed, free_space, read_space
from twinbase_presentation.fields import FALSE, TRUE
from twinbase_presentation.languages import LANGUAGES, Language
from twinbase_presentation.route import Route
from twinbase_presentation.runner import FILES
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.tokens import TEXT_SCALES
from twinbase_presentation.workday import Workday

ROUTE, LEAVE = Route("settings"), Route("settings", None, "leave")
CODE, NO_CODE = Route("settings", None, "lock_code"), Route("settings", None, "no_code")
NAMES = {"fr": "Français", "en": "English"}


@dataclass(frozen=True, slots=True)
class SettingChoice:
    """One thing to choose: the choices by key, and which is chosen. `group`: the card it stands on."""

    name: str
    group: str
    label: str
    choices: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class SettingsShown:
    """`who`: the account, as the server knows it; `role`: what it may do, in the office's word."""

    who: str
    role: str
    space: SpaceUsed


class SettingsModel(ScreenModel[SettingsShown]):
    """The settings. What is chosen is seen at once."""

    def __init__(self, workday: Workday) -> None:
        super().__init__(workday, ROUTE)
        self.device = workday.device
        self._stops.append(self.device.observe(self._tell))

    @property
    def title(self) -> str:
        return self.workday.language.say("Settings")

    @property
    def choices(self) -> Sequence[SettingChoice]:
        """All that can be chosen, as it is now."""
        return tuple(self._list_choices(self.workday.language))

    @property
    def commands(self) -> Sequence[Command]:
        return tuple(self._list_commands(self.workday.language))

    @property
    def lock_said(self) -> str:
        """What opens the file; "" where nobody can say that."""
        account, say = self.device.account, self.workday.language.say
        if account is None:
            return ""
        if not account.asks_code:
            return say("Opened by the keyring of this device")
        return say("A code is asked") if account.is_pin else say("A passphrase is asked")

    @property
    def network_said(self) -> str:
        """Of a demo: whether there is a network; "" where nobody can cut it."""
        network, say = self.device.network, self.workday.language.say
        if network is None:
            return ""
        return say("There is a network.") if network.is_up else say("The network is cut: this is the cellar.")

    def list_topics(self) -> Sequence[str]:
        return (FILES,)

    async def read_from(self, replica: Replica, now: datetime) -> SettingsShown:
        identity = await replica.read_identity()
        role = "" if identity is None else str(identity.claims.get("role", "") or "")
        return SettingsShown("" if identity is None else identity.subject, role, await read_space(replica))

    def say_bytes(self, number: int) -> str:
        """As people say it: in megabytes."""
        language = self.workday.language
        return language.say("{n} MB", n=language.format_number(round(number / 1_000_000, 1)))

    def choose(self, name: str, key: str) -> None:
        """Choose; it holds at once. A disk without room keeps it for today alone."""
        value: Any = {"text_scale": float, "lock_minutes": int, "saves_data": bool, "reduces_motion": bool}.get(
            name, str
        )(key)
        try:
            self.device.change(**{name: value})
        except StorageFailed:
            self._tell()

    async def free(self) -> Done:
        """Remove the photos that the server has."""
        language = self.workday.language
        gone = await self.workday.runner.ask(free_space)
        await self.load()
        nothing = language.say("There was nothing to remove: what is here is not at the server yet.")
        removed = language.count(
            "{n} photo is at the server alone now.", "{n} photos are at the server alone now.", gone
        )
        return Done(removed if gone else nothing)

    async def turn_network(self) -> Done:
        """Of a demo: cut the network, or have it back."""
        self.device.turn_network()
        return Done(self.network_said)

    def _list_choices(self, language: Language) -> Iterator[SettingChoice]:
        say, now = language.say, self.device.settings
        themes = (
            ("auto", say("Auto")), ("light", say("Light")), ("dark", say("Dark")), ("sun", say("Full sun")),
        )  # fmt: skip
        yield SettingChoice("theme", "look", say("Theme"), themes, now.theme)
        sizes = tuple((str(scale), f"{round(scale * 100)}\u00a0%") for scale in TEXT_SCALES)
        yield SettingChoice("text_scale", "look", say("Text size"), sizes, str(now.text_scale))
        yes_no = ((TRUE, say("Yes")), (FALSE, say("No")))
        moves = TRUE if now.reduces_motion else FALSE
        yield SettingChoice("reduces_motion", "look", say("Reduce movement"), yes_no, moves)
        spoken = (("", say("That of the system")), *((code, NAMES[code]) for code in LANGUAGES))
        yield SettingChoice("language", "look", say("Language"), spoken, now.language)
        if self.device.can_lock:
            minutes = tuple((str(one), _say_minutes(language, one)) for one in LOCK_MINUTES)
            label = say("Lock when nobody touches it for")
            yield SettingChoice("lock_minutes", "lock", label, minutes, str(now.lock_minutes))
        label = say("This network costs money: send no photos by themselves")
        yield SettingChoice("saves_data", "network", label, yes_no, TRUE if now.saves_data else FALSE)

    def _list_commands(self, language: Language) -> Iterator[Command]:
        device, say = self.device, language.say
        if device.network is not None:
            label = say("Cut the network") if device.network.is_up else say("Have the network back")
            icon = "offline" if device.network.is_up else "network"
            yield Command("network", label, icon, self.turn_network)
        yield from self._list_codes(language)
        if device.can_lock and device.lock is not None:
            yield Command("lock", say("Lock now"), "lock", _go_by(device.lock))
        if device.switch is not None:
            yield Command("switch", say("Another account"), "swap", _go_by(device.switch))
        yield Command("free", say("Free space"), "delete", self.free)
        if device.leave is not None:
            yield Command("leave", say("Sign out"), "logout", _go_to(LEAVE), is_destructive=True)

    def _list_codes(self, language: Language) -> Iterator[Command]:
        """What can be done about the code of the file."""
        code, say = self.device.code, language.say
        if code is None:
            return
        label = say("Change the code") if code.account.asks_code else say("Set a code")
        yield Command("code", label, "pin", _go_to(CODE))
        if code.can_remove:
            yield Command("no_code", say("Remove the code"), "remove", _go_to(NO_CODE))


def _say_minutes(language: Language, minutes: int) -> str:
    return language.format_minutes(minutes) if minutes else language.say("Never")


def _go_by(way: Callable[[], object]) -> Callable[[], Awaitable[Done]]:
    async def go() -> Done:
        way()
        return Done()

    return go


def _go_to(route: Route) -> Callable[[], Awaitable[Done]]:
    async def go() -> Done:
        return Done(go=route)

    return go
