"""A page whose rows open beside it on a wide screen."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from twinbase_kivy.page import PageView
from twinbase_presentation import Route


class ListPage(PageView):
    """A list of visits, or of what `detail` names. `chosen`: the one that is shown beside it."""

    detail = "visit"
    chosen: UUID | None = None

    def find_first(self) -> UUID | None:
        """What is shown beside it as long as nobody has chosen; None for nothing."""
        return None

    def choose(self, id_: UUID | None) -> None:
        """Say which of its rows is the detail."""
        if id_ != self.chosen:
            self.chosen = id_
            self.redraw()


def choose_beside(pages: Mapping[Route, PageView], way: Sequence[Route]) -> None:
    """On a wide screen the list says which of its rows is the detail, or led to what is shown. `way`: from the place
    to what is seen."""
    for page in pages.values():
        if isinstance(page, ListPage):
            page.choose(next((one.id for one in (*reversed(way), *pages) if one.name == page.detail and one.id), None))
