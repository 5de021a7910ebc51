"""A screen that a plugin brings, as a view model: searched, narrowed by its filters, read again when rows change."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from twinbase.plugins import Plugins
from twinbase.screens import BlocksPage, ScreenFilter, ScreenQuery
from twinbase_presentation.command import Command
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.route import Route
from twinbase_presentation.runner import ROWS
from twinbase_presentation.screen import Loaded, ScreenModel
from twinbase_presentation.workday import Workday


class BroughtModel(ScreenModel[BlocksPage]):
    """The list of a plugin's screen. A plugin that fails is a page that says so."""

    def __init__(self, workday: Workday, plugins: Plugins, brought: PluginScreens, id_: str) -> None:
        super().__init__(workday, Route(id_))
        self._plugins, self._brought = plugins, brought
        self._spec = brought.find_screen(id_)
        self.text = ""
        self.filters = frozenset(one.id for one in self._spec.filters if one.is_on)

    @property
    def title(self) -> str:
        return self._spec.title

    @property
    def choices(self) -> Sequence[ScreenFilter]:
        """The filters that there are."""
        return self._spec.filters

    def list_topics(self) -> Iterable[str]:
        """A plugin does not say what it reads: any row may be one of it."""
        return [ROWS + twin.name for twin in self._plugins.twins]

    async def load(self) -> None:
        """Read it now, in the loop of the screens: a plugin's functions ask the replica's thread themselves."""
        page = await self._brought.load_screen(self._spec.id, ScreenQuery(self.text, self.filters))
        state = Loaded(page)
        is_same, self.read_at, self.state = state == self.state, self.workday.read_now(), state
        if not is_same:
            self._tell()

    async def search(self, text: str) -> None:
        """Look for these words from now on."""
        self.text = text
        await self.load()

    async def choose(self, filter_: str) -> None:
        """Turn a filter on, or off again."""
        self.filters ^= {filter_}
        await self.load()

    async def load_detail(self, row: UUID) -> BlocksPage | None:
        """One row of it; None where it shows no rows."""
        return None if self._spec.detail is None else await self._brought.load_detail(self._spec.id, row)

    def list_commands(self, row: UUID) -> Sequence[Command]:
        """What can be done with one row of it."""
        return self._brought.make_commands("screen", row, {"id": row}, screen=self._spec.id)


class BroughtRowModel(ScreenModel[BlocksPage]):
    """One row of a plugin's screen, on a page of its own."""

    def __init__(self, workday: Workday, plugins: Plugins, brought: PluginScreens, id_: str, row: UUID) -> None:
        super().__init__(workday, Route(id_, row))
        self._plugins, self._brought, self._id, self.row = plugins, brought, id_, row

    @property
    def title(self) -> str:
        return self.shown.title if self.shown else self._brought.find_screen(self._id).title

    @property
    def commands(self) -> Sequence[Command]:
        return self._brought.make_commands("screen", self.row, {"id": self.row}, screen=self._id)

    def list_topics(self) -> Iterable[str]:
        """Any row may be one of it."""
        return [ROWS + twin.name for twin in self._plugins.twins]

    async def load(self) -> None:
        """Read it now, in the loop of the screens."""
        state = Loaded(await self._brought.load_detail(self._id, self.row))
        is_same, self.read_at, self.state = state == self.state, self.workday.read_now(), state
        if not is_same:
            self._tell()
