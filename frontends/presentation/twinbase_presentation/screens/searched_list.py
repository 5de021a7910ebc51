"""A list that is looked through: by words, narrowed by a chip, a page more before its end."""

from typing import TypeVar

from twinbase_presentation.route import Route
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.workday import Workday

PAGE_ROWS = 50
Shown = TypeVar("Shown")


class SearchedListModel(ScreenModel[Shown]):
    """`search` at each key, `choose` a chip, `load_more` some rows before the end. It shows `rows_asked` at most."""

    def __init__(self, workday: Workday, route: Route, chip: str) -> None:
        super().__init__(workday, route)
        self.text, self.chip, self.rows_asked = "", chip, PAGE_ROWS

    async def search(self, text: str) -> None:
        """Look for these words from now on. Of several searches at once the last one is shown."""
        self.text, self.rows_asked = text, PAGE_ROWS
        await self.load()

    async def choose(self, chip: str) -> None:
        """Narrow the list by another chip."""
        self.chip, self.rows_asked = chip, PAGE_ROWS
        await self.load()

    async def load_more(self) -> None:
        """Another page behind what is shown."""
        self.rows_asked += PAGE_ROWS
        await self.load()
