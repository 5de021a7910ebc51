"""How the server listens: uvicorn's HTTP, with an end to waiting for what somebody does not say.

uvicorn waits for ever for a request that was begun, and for one that was not. A connection that has asked for nothing
within a few seconds goes; and when there are too many, the one goes that has waited longest, so that nobody who asks
is kept out by those who do not.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from twinbase.protocol import BATCH_BYTES_MAX
from twinbase_server.http.body_limits import BYTES_PER_SECOND_MIN

LEAVING = "twinbase.leaving"
"""In a request's scope: what is called when the server is to end, so that an answer without an end finds one."""
HEAD_BYTES_MAX = 64 * 1024
"""Of a request's first line and headers; a pull's two tokens are half of it at most."""


class PatientProtocol(HttpToolsProtocol):
    """One connection. It waits from its beginning, and from each answer on, until the next request's headers are whole.

    What still comes of a body that was answered without being read is thrown away meanwhile: a device whose token has
    expired hears so when it has sent all, and not that its line broke.
    """

    head_seconds = 10.0
    waits_since: float | None = None
    _head_bytes = 0
    _thrown_away = 0
    _ends: asyncio.TimerHandle | None = None
    _leaving: Sequence[Callable[[], None]] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.waits_since is None:
            return
        if not self._throws_away:
            self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES_MAX or self._thrown_away > BATCH_BYTES_MAX:
            self._leave()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._leaving = []
        self.scope[LEAVING] = self._leaving  # type: ignore[literal-required]

    def shutdown(self) -> None:
        for end in self._leaving:
            end()
        super().shutdown()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._throws_away:
            self._thrown_away += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.cycle.more_body = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # and no later request of this connection is being answered
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _throws_away(self) -> bool:
        """The body of an answered request still comes."""
        return self.cycle is not None and self.cycle.response_complete and self.cycle.more_body

    def _wait(self) -> None:
        self._stop_waiting()
        self.waits_since = self.loop.time()
        self._head_bytes = self._thrown_away = 0
        self._ends = self.loop.call_at(self._deadline, self._end_waiting)

    def _stop_waiting(self) -> None:
        self.waits_since = None
        if self._ends is not None:
            self._ends.cancel()

    @property
    def _deadline(self) -> float:
        assert self.waits_since is not None
        return self.waits_since + self.head_seconds + self._thrown_away / BYTES_PER_SECOND_MIN

    def _end_waiting(self) -> None:
        if self._throws_away and self._deadline > self.loop.time():
            self._ends = self.loop.call_at(self._deadline, self._end_waiting)
        else:
            self._leave()

    def _leave(self) -> None:
        """At once, whatever was to be sent or to come."""
        self.connections.discard(self)
        self.transport.abort()

    def _make_room(self) -> None:
        """The connection that has waited longest for a request goes; those that have asked stay."""
        waiting = [one for one in self.connections if isinstance(one, PatientProtocol) and one.waits_since is not None]
        min(waiting, key=lambda one: one.waits_since or 0.0)._leave()


def listening_options(connections_max: int, listeners_max: int = 0) -> Mapping[str, Any]:
    """What uvicorn is started with, so that it serves those who ask, and those who listen besides."""
    return {"http": PatientProtocol, "ws": "none", "limit_concurrency": connections_max + listeners_max}
