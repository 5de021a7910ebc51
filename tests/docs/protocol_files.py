"""Attachments, from docs/reference/protocol.md alone: bytes are brought in pieces and read by the row that names them.

Like the client beside it this knows nothing of Twinbase, and keeps nothing on a disk.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.docs.protocol_client import ProblemAnswer, base64url

Ask = Callable[[str, str, dict[str, str], bytes], Awaitable[tuple[int, dict[str, str], bytes]]]
"""Method, address, headers and body of a request; status, headers and body of its answer."""
PIECE_BYTES = 256 * 1024


@dataclass
class Files:
    """What a client does with the content that its rows name. `token`: that of its session."""

    ask: Ask
    token: str

    async def bring(self, twin: str, column: str, key: list[Any], content: bytes, *, pieces_max: int = 10_000) -> int:
        """Bring what the server has not got; answers how much it has. With `pieces_max` it breaks off after so many."""
        upload, offset = await self._begin(twin, column, key, content)
        for _ in range(pieces_max):
            if offset == len(content):
                break
            offset = await self._send(upload, offset, content[offset : offset + PIECE_BYTES])
        return offset

    async def stands_at(self, upload: str) -> int:
        """How much of an upload is there."""
        _, said, _ = await self._tus("HEAD", upload, {}, b"")
        return int(said["upload-offset"])

    async def read(self, twin: str, column: str, key: list[Any], *, since: int = 0) -> bytes:
        """The content that a row names, or what of it follows that many bytes; compare its hash."""
        headers = {"Authorization": f"Bearer {self.token}", **({"Range": f"bytes={since}-"} if since else {})}
        status, said, body = await self.ask("GET", f"files/{twin}/{column}/{_in_address(key)}", headers, b"")
        if status != (206 if since else 200):
            raise ProblemAnswer(json.loads(body))
        assert said["etag"].startswith('"sha256-')
        return body

    async def _begin(self, twin: str, column: str, key: list[Any], content: bytes) -> tuple[str, int]:
        said = {"twin": twin, "column": column, "key": json.dumps(key), "sha256": hashlib.sha256(content).hexdigest()}
        metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in said.items())
        headers = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        _, answered, _ = await self._tus("POST", "files", headers, b"")
        return answered["location"], int(answered["upload-offset"])

    async def _send(self, upload: str, offset: int, piece: bytes) -> int:
        headers = {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Upload-Checksum": f"sha256 {b64encode(hashlib.sha256(piece).digest()).decode()}",
        }
        _, answered, _ = await self._tus("PATCH", upload, headers, piece)
        return int(answered["upload-offset"])

    async def _tus(
        self, method: str, address: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        own = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.token}"}
        status, said, answer = await self.ask(method, address, {**own, **headers}, body)
        if status >= 300:
            raise ProblemAnswer(json.loads(answer) if answer else {"status": status})
        return status, said, answer


def _in_address(key: list[Any]) -> str:
    return base64url(json.dumps(key).encode())
