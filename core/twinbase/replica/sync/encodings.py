"""How a body is compressed on its way: by our server with zstd, or by a proxy that compresses whatever it carries.

Whatever it is, it is taken off in bounded pieces, so that a decompression bomb fills no memory (H41).
"""

import zlib
from typing import IO, Protocol, cast

import zstandard

from twinbase.errors import NotTwinbase

WINDOW_BYTES_MAX = 8 * 1024 * 1024
READ_BYTES = 64 * 1024
DAMAGED = (zstandard.ZstdError, zlib.error)
"""What reading a source raises when it is not what it says it is."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class ByteSource(Protocol):
    """Where bytes come from: `read1` waits for some and gives at most `size`; b"" is the end."""

    def read1(self, size: int = -1, /) -> bytes: ...


class InflatedSource:
    """What gzip or deflate made of a source, taken back."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB)

    def read1(self, size: int = -1, /) -> bytes:
        while not self._inflate.eof:
            waiting = self._inflate.unconsumed_tail or self._source.read1(READ_BYTES)
            if not waiting:
                break
            if piece := self._inflate.decompress(waiting, max(size, 0)):
                return piece
        return b""

    read = read1


def decode_source(source: ByteSource, header: str) -> ByteSource:
    """The source without what the header Content-Encoding says; raises NotTwinbase for what nobody asked for."""
    named = [name.strip().lower() for name in header.split(",")]
    for name in reversed(named):
        match name:
            case "" | "identity":
                continue
            case "zstd":
                source = _unpacked(source)
            case "gzip" | "x-gzip" | "deflate":
                source = InflatedSource(source)
            case _:
                raise NotTwinbase(f"Something on the way compresses answers as {name[:20]!r}, and nobody asked it to.")
    return source


def _unpacked(source: ByteSource) -> ByteSource:
    decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
    return decompressor.stream_reader(cast(IO[bytes], source), read_size=READ_BYTES, read_across_frames=True)
