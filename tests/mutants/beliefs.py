"""The wrong engines that believe too early: that bytes are kept, or that nothing is new since nobody has said so."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from math import inf
from typing import Any
from unittest.mock import patch

from twinbase.replica.background import Background
from twinbase_server.store.store import FileStore


@contextmanager
def bytes_acknowledged_early() -> Iterator[None]:
    """Answer when the bytes have come, and write them afterwards: now and then the power goes first."""
    real, turns = FileStore.write, count(1)

    async def write(self: Any, name: str, body: bytes | AsyncIterator[bytes]) -> None:
        whole = body if isinstance(body, bytes) else b"".join([part async for part in body])
        if next(turns) % 3:
            await real(self, name, whole)

    with patch.object(FileStore, "write", write):
        yield


@contextmanager
def hint_taken_for_truth() -> Iterator[None]:
    """Whoever listens need not ask: no sync is planned but for news and for what was written."""
    real = Background._once

    async def once(self: Any) -> None:
        await real(self)
        if self._listen is not None and self.last_error is None and not self._schedule._news_wait:
            self._schedule.due = self._schedule._planned = inf

    with patch.object(Background, "_once", once):
        yield
