"""A store of tokens: what it has to do, and one that forgets everything when the app ends."""

from typing import Protocol


class TokenStore(Protocol):
    """Keeps a text for each device, safe from other people and other programs. Its methods are called in a thread; they
    may be called by several processes. What they raise is an OSError or a TwinbaseError."""

    def read(self, name: str) -> str | None:
        """What is kept under this name."""

    def write(self, name: str, text: str) -> None:
        """Keep this instead of what was kept."""

    def forget(self, name: str) -> None:
        """Keep nothing under this name."""


class MemoryTokens:
    """Tokens of this process: after the next start somebody signs in again."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def read(self, name: str) -> str | None:
        """What is kept under this name."""
        return self._kept.get(name)

    def write(self, name: str, text: str) -> None:
        """Keep this instead of what was kept."""
        self._kept[name] = text

    def forget(self, name: str) -> None:
        """Keep nothing under this name."""
        self._kept.pop(name, None)
