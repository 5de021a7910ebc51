"""Checksums of what travels: a bit that flips on the way is noticed, whatever carries it.

They guard against accidents (a bad cable, a bad memory in a router), in both directions. Against people there is TLS.
docs/reference/protocol.md says the same for a client in another language.
"""

from collections.abc import Iterable, Mapping
from zlib import crc32

from twinbase.errors import Garbled
from twinbase.protocol import HEADER_EPOCH, HEADER_PROTOCOL, HEADER_REPLICA, HEADER_REVISION, HEADER_SCHEMA

CHECKED_HEADERS = ("Authorization", HEADER_PROTOCOL, HEADER_REVISION, HEADER_REPLICA, HEADER_EPOCH, HEADER_SCHEMA)
_MEMBER, _TAIL = b',"check":"', 20
"""How the last member of a frame begins, and how long it is: eight digits follow, and `"}`."""


def sum_request(
    method: str, route: str, query: Iterable[tuple[str, str]], headers: Mapping[str, str], body: bytes
) -> str:
    """The checksum of a request: what it asks for, who says that he asks, and its body before any compression.

    `route` is what follows `/api/v1/`: a proxy may have put something before it, or taken it away.
    """
    lines = [method, route, *sorted(f"{name}={value}" for name, value in query)]
    lines += [headers.get(name, "") for name in CHECKED_HEADERS]
    return _digits(crc32(body, crc32("".join(f"{line}\n" for line in lines).encode(errors="replace"))))


def sum_answer(status: int, body: bytes) -> str:
    """The checksum of an answer that is no stream."""
    return _digits(crc32(body, crc32(f"{status}\n".encode())))


def sum_rows(line: bytes) -> str:
    """The checksum of the line that holds a page's rows; the page says it."""
    return _digits(crc32(line))


class FrameSeal:
    """The running checksum of a stream's frames, on the side that sends them."""

    def __init__(self) -> None:
        self._sum = 0

    def seal(self, frame: bytes) -> bytes:
        """The frame, which is a JSON object, with the member `check` at its end."""
        self._sum = crc32(frame + b"\n", self._sum)
        return frame[:-1] + _MEMBER + _digits(self._sum).encode() + b'"}'


class FrameCheck:
    """The same on the side that reads them. A server of before the checksums seals no frame; none, or all."""

    def __init__(self) -> None:
        self._sum = 0
        self._sealed: bool | None = None

    def check(self, line: bytes) -> None:
        """Raise Garbled when this is not the frame that was sent, or not the next one."""
        sealed = line[-_TAIL:-10] == _MEMBER
        if self._sealed is None:
            self._sealed = sealed
        if sealed is not self._sealed:
            raise Garbled("A frame has lost its checksum.")
        if sealed:
            self._sum = crc32(line[:-_TAIL] + b"}\n", self._sum)
            if line[-10:] != _digits(self._sum).encode() + b'"}':
                raise Garbled("A frame is not the one that was sent.")


def _digits(value: int) -> str:
    return f"{value:08x}"
