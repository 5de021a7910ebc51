"""Those who want to know that something has changed."""

from collections.abc import Callable
from contextlib import suppress


class Observers:
    """Callbacks, called one after the other in the order in which they came."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[], None]] = []

    def add(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this one too; what is answered stops it."""
        self._callbacks.append(callback)

        def stop() -> None:
            with suppress(ValueError):
                self._callbacks.remove(callback)

        return stop

    def tell(self) -> None:
        """Something has changed."""
        for callback in list(self._callbacks):
            callback()
