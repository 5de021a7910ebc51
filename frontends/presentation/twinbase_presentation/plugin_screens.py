"""What plugins bring to the apps, collected once and shown as any other screen.

A plugin that fails is a card that says so, and nothing else breaks.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase.replica import Replica, ReplicaSession
from twinbase.screens import (
    LINES_MAX,
    ActionPlace,
    ActionSpec,
    Block,
    BlocksCard,
    BlocksPage,
    BroughtScreen,
    CardPlace,
    CardSpec,
    LinesBlock,
    PlaceRef,
    ScreenQuery,
    ScreenSpec,
    WarnBlock,
)
from twinbase_presentation.command import Command, Done
from twinbase_presentation.fields import FieldChoice, FormField
from twinbase_presentation.form import Form
from twinbase_presentation.route import Route
from twinbase_presentation.runner import ROWS
from twinbase_presentation.workday import Workday

Answer = TypeVar("Answer")
Kind = TypeVar("Kind", ScreenSpec, CardSpec, ActionSpec)


async def read_claims(replica: Replica) -> dict[str, Any]:
    """Of whoever signed in, for the screens of plugins."""
    identity = await replica.read_identity()
    return {} if identity is None else dict(identity.claims)


class PluginDesk:
    """The `ScreenDesk` of one person's workday: what a plugin reads and writes with."""

    def __init__(self, workday: Workday, claims: Mapping[str, Any]) -> None:
        self._workday, self.claims = workday, claims

    @property
    def language(self) -> str:
        return self._workday.language.code

    @property
    def now(self) -> datetime:
        return self._workday.read_now()

    async def read(self, work: Callable[[ReplicaSession], Awaitable[Answer]]) -> Answer:
        return await self._workday.runner.read(work)

    async def write(self, work: Callable[[ReplicaSession], Awaitable[Answer]]) -> Answer:
        return await self._workday.runner.write(work)


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card of a plugin on a visit or a customer, ready to be drawn."""

    spec: CardSpec
    card: BlocksCard


class PluginScreens:
    """All that the plugins of an app bring. Make it once, when somebody has signed in.

    `broken`: by plugin, why it brings nothing.
    """

    def __init__(self, workday: Workday, plugins: Plugins, claims: Mapping[str, Any]) -> None:
        self._workday, self._desk, self._plugins = workday, PluginDesk(workday, claims), plugins
        brought = plugins.collect_screens(workday.language.code)
        self.broken = {owner: str(one) for owner, one in brought.items() if isinstance(one, TwinbaseError)}
        self._owners: dict[int, str] = {}
        self._specs: list[BroughtScreen] = []
        for owner, specs in brought.items():
            for spec in specs if isinstance(specs, list) else ():
                self._owners[id(spec)] = owner
                self._specs.append(spec)

    @property
    def screens(self) -> tuple[ScreenSpec, ...]:
        """The places that they add, in order."""
        return tuple(sorted(self._of(ScreenSpec), key=lambda spec: (spec.order, spec.title)))

    def list_topics(self) -> list[str]:
        """What a runner is to tell of: a plugin does not say what it reads, so any row may be one of it."""
        return [ROWS + twin.name for twin in self._plugins.twins]

    def has_screen(self, id_: str) -> bool:
        """Whether a plugin brings a screen of that id."""
        return any(spec.id == id_ for spec in self.screens)

    def find_screen(self, id_: str) -> ScreenSpec:
        """The screen of that id; raises LookupError where no plugin brings it."""
        found = next((spec for spec in self.screens if spec.id == id_), None)
        if found is None:
            raise LookupError(f"No plugin brings a screen {id_!r}.")
        return found

    async def load_screen(self, id_: str, query: ScreenQuery) -> BlocksPage:
        """The list of a screen, or a page that says why there is none."""
        spec = self.find_screen(id_)
        return await self._load(spec, lambda: spec.load(self._desk, query))

    async def load_detail(self, id_: str, row: UUID) -> BlocksPage:
        """One row of a screen."""
        spec = self.find_screen(id_)
        if spec.detail is None:
            raise LookupError(f"The screen {id_!r} shows no rows.")
        detail = spec.detail
        return await self._load(spec, lambda: detail(self._desk, row))

    async def load_cards(self, on: CardPlace, row: UUID) -> tuple[ShownCard, ...]:
        """The cards of a visit or a customer that have something to show, in order."""
        its = [spec for spec in self._of(CardSpec) if spec.on == on]
        specs = sorted(its, key=lambda spec: (spec.order, spec.title))
        cards = [(spec, await self._load_card(spec, row)) for spec in specs]
        return tuple(ShownCard(spec, card) for spec, card in cards if card is not None)

    def make_commands(
        self, on: ActionPlace, row: UUID, about: Mapping[str, Any], *, screen: str = ""
    ) -> tuple[Command, ...]:
        """What plugins let somebody do about a row. One that asks for something leads to its form."""
        specs = [spec for spec in self._of(ActionSpec) if spec.on == on and spec.screen in ("", screen)]
        return tuple(self._command(spec, row) for spec in specs if spec.is_shown is None or spec.is_shown(about))

    def is_of_card(self, card: ShownCard, command: Command) -> bool:
        """Whether the plugin of a card brings this command too: then its main ones stand on the card."""
        return self._owners[id(self._find_action(command.id))] == self._owners[id(card.spec)]

    def make_form(self, id_: str, row: UUID) -> Form:
        """The form of an action that asks for something. `load` it before it is shown."""
        spec = self._find_action(id_)
        fields = tuple(
            FormField(
                asked.name,
                asked.label,
                asked.kind,
                is_required=asked.is_required,
                choices=tuple(FieldChoice(value, label) for value, label in asked.choices.items()),
                unit=asked.unit,
                text=asked.begins_with,
            )
            for asked in spec.asks
        )
        return Form(self._workday, Route("action", row, id_), fields)

    def find_label(self, id_: str) -> str:
        """What an action is called; raises LookupError where no plugin brings it."""
        return self._find_action(id_).label

    async def run(self, id_: str, row: UUID, form: Form | None = None) -> Done:
        """Do it, with what stands in its form; what goes wrong in it is said, and nothing else breaks."""
        spec, language = self._find_action(id_), self._workday.language
        if form is not None and not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        try:
            done = await spec.run(self._desk, row, {} if form is None else form.values)
        except Exception as error:
            return Done(fault=self._say_failure(spec, error))
        if form is not None and not done.fault:
            await form.forget()
        return Done(done.said, done.fault, None if done.go is None else make_route(done.go))

    def _command(self, spec: ActionSpec, row: UUID) -> Command:
        async def run() -> Done:
            return Done(go=Route("action", row, spec.id)) if spec.asks else await self.run(spec.id, row)

        return Command(spec.id, spec.label, spec.icon, run, spec.key, is_main=spec.is_main)

    async def _load(self, spec: ScreenSpec, load: Callable[[], Awaitable[BlocksPage]]) -> BlocksPage:
        try:
            page = await load()
        except Exception as error:
            return BlocksPage([WarnBlock("warning", self._say_failure(spec, error))], spec.title)
        return BlocksPage(tuple(_bounded(page.blocks)), page.title or spec.title, page.total)

    async def _load_card(self, spec: CardSpec, row: UUID) -> BlocksCard | None:
        try:
            card = await spec.load(self._desk, row)
        except Exception as error:
            return BlocksCard([WarnBlock("warning", self._say_failure(spec, error))])
        return None if card is None else BlocksCard(tuple(_bounded(card.blocks)), card.count)

    def _say_failure(self, spec: BroughtScreen, error: Exception) -> str:
        name = self._owners[id(spec)]
        sentence = str(error) or type(error).__name__
        return self._workday.language.say("A module failed: {name}. {sentence}", name=name, sentence=sentence)

    def _find_action(self, id_: str) -> ActionSpec:
        found = next((spec for spec in self._of(ActionSpec) if spec.id == id_), None)
        if found is None:
            raise LookupError(f"No plugin brings an action {id_!r}.")
        return found

    def _of(self, kind: type[Kind]) -> list[Kind]:
        return [spec for spec in self._specs if isinstance(spec, kind)]


def make_route(place: PlaceRef) -> Route:
    """Where a line or an action of a plugin leads."""
    return Route(place.screen, place.id)


def _bounded(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield LinesBlock(tuple(block.lines[:LINES_MAX])) if isinstance(block, LinesBlock) else block
