"""A screen that a plugin brings, as a place of the desk."""

from collections.abc import Iterable, Sequence

from textual.content import Content

from twinbase.screens import ListedLine, PlaceRef
from twinbase_presentation import Command
from twinbase_presentation.plugin_screens import make_route
from twinbase_presentation.screens.brought import BroughtModel
from twinbase_textual.day.block_text import compose_blocks, list_lines, make_block_items
from twinbase_textual.day.pane_lines import PaneItem
from twinbase_textual.day.place_view import Beside, PlaceView


class BroughtView(PlaceView):
    """The list of the plugin's screen, and one row of it beside; the arrows at the sides turn its filters."""

    model: BroughtModel

    @property
    def search_hint(self) -> str:
        return self.say("Search")

    def compose_above(self) -> Content | None:
        """The filters; those that are on stand out."""
        if not self.model.choices:
            return None
        parts = []
        for one in self.model.choices:
            is_on = one.id in self.model.filters
            parts.append(Content.styled(one.label, "bold underline $tone-primary" if is_on else "$tone-grey"))
        return Content.assemble(("← ", "$tone-hint"), Content("  ").join(parts), (" →", "$tone-hint"))

    def make_items(self) -> Iterable[PaneItem]:
        shown = self.model.shown
        return make_block_items(shown.blocks, self.model.workday.language) if shown else ()

    async def find_beside(self, id_: str) -> Beside:
        leads = self._find_place(id_)
        if leads is None or leads.id is None:
            return None
        if leads.screen != self.model.route.name:
            route = make_route(leads)
            return route if route.name == "visit" else None
        page = await self.model.load_detail(leads.id)
        if page is None:
            return None
        head = Content.styled(page.title, "bold $foreground")
        return Content("\n\n").join([head, compose_blocks(page.blocks, self.model.workday.language)])

    def list_acts(self, id_: str) -> Sequence[Command]:
        leads = self._find_place(id_)
        if leads is None or leads.id is None or leads.screen != self.model.route.name:
            return ()
        return self.model.list_commands(leads.id)

    async def step_aside(self, way: int) -> None:
        """Right turns the next filter on, left the last one off."""
        choices = self.model.choices
        wanted = [one.id for one in choices if (one.id in self.model.filters) is (way < 0)]
        if wanted:
            await self.model.choose(wanted[0] if way > 0 else wanted[-1])

    async def search(self, text: str) -> None:
        await self.model.search(text)

    def _find_place(self, id_: str) -> PlaceRef | None:
        line = self._find_line(id_)
        return None if line is None else line.to

    def _find_line(self, id_: str) -> ListedLine | None:
        lines = list_lines(self.model.shown.blocks) if self.model.shown else []
        return lines[int(id_)] if id_.isdigit() and int(id_) < len(lines) else None
