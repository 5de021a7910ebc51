"""What a screen shows of the sync: observable, never blocking."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

SyncPhase = Literal["idle", "push", "pull", "apply", "repair", "initial"]


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Where the sync is. `rows`: what came in the phase that runs; `problem`: the sentence of the last failure.

    `hears_news`: the server tells this device at once when a sync would bring something; `news_kept_back`: it would,
    and a proxy on the way, which keeps answers back, does not let it: a sync at the regular interval brings them.
    `rows_expected`: of how many, in a first sync: an estimate that gets better on the way, and is more than `rows`
    until the end. 0 while nobody knows: in every other phase, and with a server that does not say.
    `unsent_files`: attachments that are nowhere but on this device.
    `lost`: which edits this file has lost, and what to do: show it to whoever typed them, then `Replica.forget_loss()`.
    """

    phase: SyncPhase = "idle"
    rows: int = 0
    rows_expected: int = 0
    offline_since: datetime | None = None
    synced_at: datetime | None = None
    signed_in: bool = True
    pending: int = 0
    refused: int = 0
    conflicts: int = 0
    parked: int = 0
    unsent_files: int = 0
    unproven: tuple[str, ...] = ()
    problem: str = ""
    hears_news: bool = False
    news_kept_back: bool = False
    lost: str = ""

    @property
    def is_syncing(self) -> bool:
        """Whether a sync runs at this moment."""
        return self.phase != "idle"

    @property
    def progress(self) -> float | None:
        """How much of a first sync is here, from 0 up to less than 1; None where nobody knows of how much."""
        return self.rows / self.rows_expected if self.rows_expected else None

    @property
    def is_offline(self) -> bool:
        """Whether the last sync found no way to the server."""
        return self.offline_since is not None


class StatusBoard:
    """The status of one replica, now and as it changes."""

    def __init__(self) -> None:
        self.now = SyncStatus()
        self._watchers: list[Callable[[SyncStatus], None]] = []

    def watch(self, watcher: Callable[[SyncStatus], None]) -> Callable[[], None]:
        """Call `watcher` with every new status; the function that is returned stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    async def follow_changes(self) -> AsyncIterator[SyncStatus]:
        """The status now and every later one; a slow reader gets the newest and misses those between."""
        newest: asyncio.Queue[SyncStatus] = asyncio.Queue()
        stop = self.watch(newest.put_nowait)
        try:
            yield self.now
            while True:
                status = await newest.get()
                while not newest.empty():
                    status = newest.get_nowait()
                yield status
        finally:
            stop()

    def set(self, **changes: Any) -> None:
        """Change the status and tell those who watch. A new phase counts its rows from the beginning."""
        if changes.get("phase", self.now.phase) != self.now.phase:
            changes = {"rows": 0, "rows_expected": 0, **changes}
        status = replace(self.now, **changes)
        if status == self.now:
            return
        self.now = status
        for watcher in list(self._watchers):
            watcher(status)
