"""The app itself, from the inside: what somebody has chosen about it, and the ways out of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from twinbase_presentation.device.accounts import DeviceAccount
from twinbase_presentation.device.directories import DirectoryWays
from twinbase_presentation.device.file_code import FileCode
from twinbase_presentation.device.settings import DeviceSettings, read_settings, write_settings
from twinbase_presentation.observers import Observers

WayOut = Callable[[], object]
"""It begins it, and answers at once: whoever goes out does not wait for the page that he leaves."""


class NetworkSwitch(Protocol):
    """A network that can be cut, of a demo."""

    @property
    def is_up(self) -> bool: ...

    def turn(self, *, up: bool) -> None: ...


class OwnDevice:
    """Every workday has one. `file`: where the settings are kept; without one, as long as the app runs.

    `code`: what opens the account's file, to be changed. `lock`, `switch`, `leave`: out of the day, to the lock, to the
    other accounts, to an empty device. None where the app was started on a file, and ends by being closed. `ways`: to
    the directory of the company.
    """

    def __init__(
        self,
        file: Path | None = None,
        *,
        account: DeviceAccount | None = None,
        code: FileCode | None = None,
        lock: WayOut | None = None,
        switch: WayOut | None = None,
        leave: WayOut | None = None,
        network: NetworkSwitch | None = None,
        ways: DirectoryWays | None = None,
    ) -> None:
        self._file, self._account, self.code, self.ways = file, account, code, ways or DirectoryWays()
        self.lock, self.switch, self.leave, self.network = lock, switch, leave, network
        self._observers = Observers()
        self.settings = DeviceSettings() if file is None else read_settings(file)
        if code is not None:
            code.observe(self._observers.tell)

    @property
    def account(self) -> DeviceAccount | None:
        """Whose file is open, as it opens now."""
        return self.code.account if self.code is not None else self._account

    @property
    def can_lock(self) -> bool:
        """Whether there is a code that opens it again."""
        return self.lock is not None and self.account is not None and self.account.asks_code

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when something else was chosen, or the network of a demo turned."""
        return self._observers.add(callback)

    def change(self, **chosen: Any) -> None:
        """Choose, and keep it; raises StorageFailed where there is no room to keep it, and then it holds for today."""
        settings = replace(self.settings, **chosen)
        if settings == self.settings:
            return
        self.settings = settings
        self._observers.tell()
        if self._file is not None:
            write_settings(self._file, settings)

    def turn_network(self) -> None:
        """Cut the network of a demo, or have it back."""
        if self.network is not None:
            self.network.turn(up=not self.network.is_up)
            self._observers.tell()
