"""A screen that a plugin brings, as view models: its list, and one row of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from twinbase.plugins import Plugins
from twinbase.screens import BlocksPage, LinesBlock, ScreenFilter, ScreenQuery
from twinbase_presentation.command import Command
from twinbase_presentation.plugin_screens import PluginScreens
from twinbase_presentation.route import Route
from twinbase_presentation.screen import Loaded, ScreenModel
from twinbase_presentation.workday import Workday


class BroughtPageModel(ScreenModel[BlocksPage], ABC):
    """A page of a plugin. Of several readings at once the one that was asked for last is shown."""

    def __init__(self, workday: Workday, brought: PluginScreens, route: Route) -> None:
        super().__init__(workday, route)
        self._brought, self._spec, self._asked = brought, brought.find_screen(route.name), 0

    @property
    def title(self) -> str:
        return self._spec.title

    def list_topics(self) -> Iterable[str]:
        """Any row may be one of it."""
        return self._brought.list_topics()

    @abstractmethod
    async def load_page(self) -> BlocksPage:
        """What the plugin answers."""

    async def load(self) -> None:
        """Read it now, in the loop of the screens: a plugin's functions ask the replica's thread themselves."""
        self._asked += 1
        asked = self._asked
        state = Loaded(await self.load_page())
        if asked != self._asked:
            return
        is_same, self.read_at, self.state = state == self.state, self.workday.read_now(), state
        if not is_same:
            self._tell()


class BroughtModel(BroughtPageModel):
    """The list of a plugin's screen, searched and narrowed. A plugin that fails is a page that says so."""

    def __init__(self, workday: Workday, plugins: Plugins, brought: PluginScreens, id_: str) -> None:
        super().__init__(workday, brought, Route(id_))
        self.text, self._pages = "", 1
        self.filters = frozenset(one.id for one in self._spec.filters if one.is_on)

    @property
    def choices(self) -> Sequence[ScreenFilter]:
        """The filters that there are."""
        return self._spec.filters

    @property
    def has_more(self) -> bool:
        """Whether there are more lines than these."""
        return self.shown is not None and (self.shown.total or 0) > count_lines(self.shown) > 0

    async def load_page(self) -> BlocksPage:
        """As many of its pages as somebody has asked for, one behind the other."""
        page = await self._load_from(0)
        for _ in range(self._pages - 1):
            following = await self._load_from(count_lines(page))
            page = replace(
                page, blocks=(*page.blocks, *(one for one in following.blocks if isinstance(one, LinesBlock)))
            )
        return page

    async def load_more(self) -> None:
        """Another page behind what is shown."""
        self._pages += 1
        await self.load()

    async def search(self, text: str) -> None:
        """Look for these words from now on."""
        self.text, self._pages = text, 1
        await self.load()

    async def choose(self, filter_: str) -> None:
        """Turn a filter on, or off again."""
        self.filters ^= {filter_}
        self._pages = 1
        await self.load()

    async def load_detail(self, row: UUID) -> BlocksPage | None:
        """One row of it; None where it shows no rows."""
        return None if self._spec.detail is None else await self._brought.load_detail(self._spec.id, row)

    def list_commands(self, row: UUID) -> Sequence[Command]:
        """What can be done with one row of it."""
        return self._brought.make_commands("screen", row, {"id": row}, screen=self._spec.id)

    async def _load_from(self, offset: int) -> BlocksPage:
        return await self._brought.load_screen(self._spec.id, ScreenQuery(self.text, self.filters, offset))


class BroughtRowModel(BroughtPageModel):
    """One row of a plugin's screen, with what can be done about it."""

    def __init__(self, workday: Workday, brought: PluginScreens, id_: str, row: UUID) -> None:
        super().__init__(workday, brought, Route(id_, row))
        self.row = row

    @property
    def title(self) -> str:
        return self.shown.title if self.shown else super().title

    @property
    def commands(self) -> Sequence[Command]:
        return self._brought.make_commands("screen", self.row, {"id": self.row}, screen=self._spec.id)

    async def load_page(self) -> BlocksPage:
        return await self._brought.load_detail(self._spec.id, self.row)


def count_lines(page: BlocksPage) -> int:
    """How many lines stand on it."""
    return sum(len(block.lines) for block in page.blocks if isinstance(block, LinesBlock))
