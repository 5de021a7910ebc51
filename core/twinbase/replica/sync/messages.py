"""What goes over the line: who asks, what is answered as it arrives, and how much that was."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import httpx2

from twinbase import protocol
from twinbase.errors import HalfAnswer


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Who calls: it is said on every request of a sync."""

    token: str = field(repr=False)
    replica: UUID
    epoch: int
    schema: str
    request: UUID

    def make_headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            protocol.HEADER_PROTOCOL: str(protocol.VERSION),
            protocol.HEADER_REVISION: str(protocol.REVISION),
            protocol.HEADER_REPLICA: str(self.replica),
            protocol.HEADER_EPOCH: str(self.epoch),
            protocol.HEADER_SCHEMA: self.schema,
            protocol.HEADER_REQUEST: str(self.request),
            protocol.HEADER_DEFERS: "1",
        }


@dataclass
class Traffic:
    """What went over the line."""

    requests: int = 0
    sent: int = 0
    received: int = 0


class Body:
    """The body of a streamed answer, as it arrives."""

    def __init__(self, response: httpx2.Response, traffic: Traffic) -> None:
        self._response, self._traffic = response, traffic
        self.encoding: str = response.headers.get("content-encoding", "")

    async def read_chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they come; raises HalfAnswer when the line breaks."""
        try:
            async for chunk in self._response.aiter_raw():
                self._traffic.received += len(chunk)
                yield chunk
        except httpx2.HTTPError as error:
            raise HalfAnswer() from error


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is neither JSON nor a stream of rows: an attachment, or what became of a part of it."""

    status: int
    headers: Mapping[str, str]
    body: Body
