"""Connections that say when they are closed: while one is open, `descriptors` closes nothing beside it."""

import weakref
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any


@cache
def counted_connection(driver: ModuleType) -> type[Any]:
    """The driver's connection, counted from `count_until_closed()` on until it is closed or forgotten."""
    plain: Any = driver.Connection

    class CountedConnection(plain):  # type: ignore[misc]
        """A connection of this process to a replica's file."""

        def count_until_closed(self, let_go: Callable[[], None]) -> None:
            """Call `let_go` once, when SQLite has let go of the file."""
            self._let_go = weakref.finalize(self, let_go)
            self._let_go.atexit = False

        def close(self) -> None:
            super().close()
            self._let_go()

    return CountedConnection
