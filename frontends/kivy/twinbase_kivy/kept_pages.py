"""Pages that somebody has left and comes back to."""

from collections.abc import Iterable

from twinbase_kivy.page import PageView
from twinbase_presentation import Route


class KeptPages:
    """Whoever has looked for something and comes back from what he found, finds the list as he had left it."""

    def __init__(self) -> None:
        self._pages: dict[Route, PageView] = {}

    def put(self, route: Route, page: PageView) -> None:
        """It is not seen any more: it waits, or is closed where nothing is asked for on it."""
        if page.is_kept:
            page.wait()
            self._pages[route] = page
        else:
            page.close()

    def take(self, route: Route, has_back: bool) -> PageView | None:
        """The one that waits there, in the looks of now; it is to be opened again."""
        page = self._pages.pop(route, None)
        if page is not None:
            page.has_back = has_back
            page.redraw()
        return page

    def keep_only(self, routes: Iterable[Route]) -> None:
        """No way back leads to the others."""
        for route in set(self._pages).difference(routes):
            self._pages.pop(route).close()
