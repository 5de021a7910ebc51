"""What plugins bring to a visit or a customer: their cards, read again when rows change, and what can be done."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from twinbase.screens import CardPlace
from twinbase_presentation.command import Command
from twinbase_presentation.observers import Observers
from twinbase_presentation.plugin_screens import PluginScreens, ShownCard
from twinbase_presentation.screen import RELOAD_SECONDS
from twinbase_presentation.timing import AtMostEvery
from twinbase_presentation.workday import Workday


class BroughtCards:
    """Of one row. `observe` them, `await open()`, and `close()` them with the screen that they stand on."""

    def __init__(self, workday: Workday, brought: PluginScreens, on: CardPlace, row: UUID) -> None:
        self._workday, self._brought, self._on, self._row = workday, brought, on, row
        self.cards: tuple[ShownCard, ...] = ()
        self._observers = Observers()
        self._stops: list[Callable[[], None]] = []
        self._pace = AtMostEvery(workday.timing, RELOAD_SECONDS, lambda: workday.spawn(self.load()))

    async def open(self) -> None:
        """Read them, and read them again from now on whenever a row has changed."""
        for topic in self._brought.list_topics():
            self._stops.append(self._workday.runner.watch(topic, self._pace.ask))
        await self.load()

    def close(self) -> None:
        """The screen is left."""
        self._pace.cancel()
        while self._stops:
            self._stops.pop()()

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when they show something else; what is answered stops it."""
        return self._observers.add(callback)

    async def load(self) -> None:
        """Read them now."""
        cards = await self._brought.load_cards(self._on, self._row)
        if cards != self.cards:
            self.cards = cards
            self._observers.tell()

    def list_commands(self, **about: Any) -> Sequence[Command]:
        """What plugins let somebody do about the row, as it stands: `status` of a visit."""
        facts: Mapping[str, Any] = {"id": self._row, **about}
        return self._brought.make_commands(self._on, self._row, facts)

    def list_main(self, card: ShownCard, **about: Any) -> Sequence[Command]:
        """Those that stand on a card of their plugin's."""
        return [one for one in self.list_commands(**about) if one.is_main and self._brought.is_of_card(card, one)]
