"""Tokens in the keyring of the system: Secret Service, macOS's Keychain, Windows' Credential Manager.

By the `keyring` library, which is an extra of its own (`twinbase[keyring]`): who installs it wants it used.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from twinbase.errors import KeystoreFailed

SERVICE = "twinbase"


class KeyringTokens:
    """Tokens in the system's keyring, under the name of a `service`. Raises KeystoreFailed when it is locked."""

    def __init__(self, service: str = SERVICE) -> None:
        self._service, self._keyring = service, import_module("keyring")

    def read(self, name: str) -> str | None:
        """What is kept under this name."""
        with _translated():
            kept: str | None = self._keyring.get_password(self._service, name)
            return kept

    def write(self, name: str, text: str) -> None:
        """Keep this instead of what was kept."""
        with _translated():
            self._keyring.set_password(self._service, name, text)

    def forget(self, name: str) -> None:
        """Keep nothing under this name."""
        errors: Any = import_module("keyring.errors")
        with _translated(), suppress(errors.PasswordDeleteError):
            self._keyring.delete_password(self._service, name)


def has_keyring() -> bool:
    """Whether this system has a keyring that keeps something, and the library to reach it."""
    if find_spec("keyring") is None:
        return False
    # A backend says how fit it is; those that keep nothing, or only say that there is none, have no more than 0.
    return bool(import_module("keyring").get_keyring().priority >= 1)


@contextmanager
def _translated() -> Iterator[None]:
    errors: Any = import_module("keyring.errors")
    try:
        yield
    except errors.KeyringError as error:
        raise KeystoreFailed(f"({type(error).__name__})") from error
