"""A client of dictionaries, written from docs/reference/protocol.md alone.

It knows the standard library and how to sign, and is told how to send an HTTP request. What it has in common with
Twinbase is that page.
"""

import hashlib
import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Json = dict[str, Any]
Key = tuple[Any, ...]
Send = Callable[[str, str, dict[str, str], dict[str, str], bytes], Awaitable[tuple[int, dict[str, str], bytes]]]
"""method, path, headers, query, body → status, headers with their names in lower case, body."""
CHECKED = ("Authorization", *(f"Twinbase-{name}" for name in ("Protocol", "Revision", "Replica", "Epoch", "Schema")))


class ProblemAnswer(Exception):
    """The server answered with a problem."""

    def __init__(self, problem: Json) -> None:
        self.type: str = problem["type"]
        self.problem = problem


@dataclass
class Table:
    """A twin as the server last sent it."""

    columns: list[str]
    key: int
    rows: dict[Key, Json] = field(default_factory=dict)
    proof: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def put(self, row: list[Any]) -> Key:
        version, row_hash, *values = row
        key = tuple(values[: self.key])
        self.rows[key] = dict(zip(self.columns, values, strict=True))
        self.proof[key] = (version, row_hash)
        return key

    def hold(self, row: list[Any]) -> Key:
        version, row_hash, key, _ = row
        self.rows.pop(tuple(key), None)
        self.proof[tuple(key)] = (version, row_hash)
        return tuple(key)

    def drop(self, key: Key) -> None:
        self.rows.pop(key, None)
        self.proof.pop(key, None)

    def hashes(self) -> list[int]:
        return [row_hash for _, row_hash in self.proof.values()]


def digest(hashes: Iterable[int]) -> list[int]:
    listed = list(hashes)
    return [len(listed), sum(h >> 24 for h in listed), sum(h & 0xFFFFFF for h in listed)]


def bits_for(rows: int) -> int:
    return min(12, (rows // 16).bit_length())


def bucket_sums(hashes: Iterable[int], bits: int) -> list[list[int]]:
    buckets: list[list[int]] = [[] for _ in range(2**bits)]
    for row_hash in hashes:
        buckets[row_hash & (2**bits - 1)].append(row_hash)
    return [digest(bucket) for bucket in buckets]


def base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def batch_hash(replica: str, epoch: int, body: bytes) -> str:
    return hashlib.sha256(f"{replica}\n{epoch}\n".encode() + body).hexdigest()


def request_checksum(method: str, route: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> str:
    lines = [method, route, *sorted(f"{name}={value}" for name, value in query.items())]
    lines += [headers.get(name, "") for name in CHECKED]
    return f"{zlib.crc32(''.join(line + chr(10) for line in lines).encode() + body):08x}"


def answer_checksum(status: int, body: bytes) -> str:
    return f"{zlib.crc32(f'{status}{chr(10)}'.encode() + body):08x}"


class DamagedAnswer(Exception):
    """It did not arrive as it was sent."""


def checked_frames(answer: bytes) -> Iterator[tuple[Json, list[Any]]]:
    """The frames of an answer, each with the rows that follow it."""
    running, lines = 0, iter(answer.splitlines())
    for line in lines:
        frame, _, said = line.rpartition(b',"check":"')
        running = zlib.crc32(frame + b"}\n", running)
        if said != f'{running:08x}"}}'.encode():
            raise DamagedAnswer
        decoded = json.loads(line)
        rows = next(lines) if decoded["frame"] == "page" else b"[]"
        if decoded["frame"] == "page" and decoded["rows_check"] != f"{zlib.crc32(rows):08x}":
            raise DamagedAnswer
        yield decoded, json.loads(rows)


@dataclass
class Events:
    """The events of `sync/events`, out of pieces as they arrive."""

    kept: bytes = b""

    def feed(self, piece: bytes) -> list[tuple[str, Json]]:
        """Those that are whole by now: their names, and what they say."""
        *whole, self.kept = (self.kept + piece).split(b"\n\n")
        fields = [
            dict(line.split(": ", 1) for line in event.decode().splitlines() if line[0] != ":") for event in whole
        ]
        return [(found["event"], json.loads(found["data"])) for found in fields if found]


@dataclass
class Client:
    """A device of dictionaries. Nothing is kept on a disk, so nothing here is frozen but in `batch`."""

    send: Send
    replica: str = field(default_factory=lambda: str(uuid4()))
    epoch: int = 1
    n: int = 0
    previous: str = ""
    acked: int = 0
    token: str = ""
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    proof: str = ""
    refresh_token: str = ""
    rotation: str = ""
    schema: str = ""
    cursor: str = ""
    batch: bytes = b""
    tables: dict[str, Table] = field(default_factory=dict)
    described: Json = field(default_factory=dict)
    begin: Json = field(default_factory=dict)
    end: Json = field(default_factory=dict)

    async def login(self, email: str, password: str) -> None:
        body = {"email": email, "password": password, "replica": self.replica, "device_name": "dictionaries"}
        body["device_key"] = base64url(self.key.public_key().public_bytes_raw())
        self._keep(await self._json("auth/login", body))

    async def refresh(self) -> None:
        """Go on with the session. The rotation is kept until there is an answer."""
        self.rotation = self.rotation or uuid4().hex
        lines = ("twinbase refresh", self.refresh_token, self.rotation, self.replica)
        body = {"refresh_token": self.refresh_token, "rotation": self.rotation, "replica": self.replica}
        body["proof"] = base64url(self.key.sign("\n".join(lines).encode()))
        self._keep(await self._json("auth/refresh", body))

    def _keep(self, answer: Json) -> None:
        self.token, self.refresh_token, self.rotation = answer["token"], answer["refresh_token"], ""

    async def enroll(self, code: str) -> None:
        body = {"code": code, "replica": self.replica, "device_name": "dictionaries"}
        body["device_key"] = base64url(self.key.public_key().public_bytes_raw())
        self._keep(await self._json("auth/enroll", body))

    async def wipe(self, order: Json, unsent: list[Json]) -> int:
        """What a device does that is told to wipe itself; answers how many edits the office took."""
        self.token, taken = order["ticket"], 0
        self.proof = base64url(self.key.sign(f"twinbase wipe\n{self.token}".encode()))
        if order["keeps_unsent"]:
            body = {"n": self.n + 1, "previous": self.previous, "offset_ms": 0, "mutations": unsent}
            taken = (await self._json("auth/wipe/unsent", body))["taken"]
        self.tables.clear()
        await self._json("auth/wipe/done", b"")
        return taken

    async def agree(self, twins: dict[str, list[str]]) -> None:
        body = {"twins": {name: {"version": 1, "columns": columns} for name, columns in twins.items()}}
        answer = await self._json("sync/schema", body)
        self.schema = answer["schema"]
        for name, columns in answer["twins"].items():
            self.tables[name] = Table(columns, answer["described"][name]["key"])
        self.described = answer["described"]

    async def initial(self) -> None:
        await self._streamed("POST", "sync/initial", {}, {})

    async def pull(self, **query: str) -> None:
        await self._streamed("GET", "sync/pending", {"since": self.cursor, "acked": str(self.acked), **query}, None)

    async def repair(self, unexplained: list[str]) -> None:
        twins = {}
        for name in self.differing():
            hashes = self.tables[name].hashes()
            bits = bits_for(len(hashes))
            twins[name] = {"bits": bits, "sums": bucket_sums(hashes, bits)}
        body = {"cursor": self.cursor, "acked": self.acked, "twins": twins, "unexplained": unexplained}
        await self._streamed("POST", "sync/repair", {}, body)

    async def push(self, mutations: list[Json]) -> Json:
        body = {"n": self.n + 1, "previous": self.previous, "offset_ms": 0, "mutations": mutations}
        self.batch = json.dumps(body, ensure_ascii=False).encode()
        return await self.push_again()

    async def push_again(self) -> Json:
        """The very same bytes."""
        answer = await self._json("sync/mark-synced", self.batch)
        assert answer["hash"] == batch_hash(self.replica, self.epoch, self.batch)
        self.n, self.previous = answer["last_n"], answer["hash"]
        return answer

    def differing(self) -> list[str]:
        digests: Json = self.end["digests"]
        return [name for name, there in digests.items() if digest(self.tables[name].hashes()) != there]

    def is_proven(self) -> bool:
        covered = {*self.end["digests"], *self.end["proven_by_skip"]}
        return covered == set(self.tables) and not self.differing()

    # -- streams ------------------------------------------------------------------------------------------------------

    async def _streamed(self, method: str, path: str, query: dict[str, str], body: Json | None) -> None:
        """A whole answer, over several requests when the server cuts, and then all of it at once."""
        begin: Json = {}
        frames: list[tuple[Json, list[Any]]] = []
        resume: str | None = None
        while True:
            more = {} if resume is None else {"resume": resume}
            content = b"" if body is None else json.dumps({**body, **more}).encode()
            asked = {**query, **more} if body is None else query
            headers = self._headers(method, path, asked, content)
            status, said, answer = await self.send(method, path, headers, asked, content)
            assert said["content-type"] == "application/x-ndjson" or status != 200
            if status != 200:
                raise ProblemAnswer(json.loads(answer))
            (first, _), *more_frames = checked_frames(answer)
            assert first["frame"] == "begin"
            begin = begin or first
            frames += more_frames
            resume = frames[-1][0].get("resume") if frames[-1][0]["frame"] == "cut" else None
            if frames[-1][0]["frame"] == "end":
                self._apply(begin, frames)
                return
            assert resume is not None, "half an answer"

    def _apply(self, begin: Json, frames: list[tuple[Json, list[Any]]]) -> None:
        noted: dict[str, set[Key]] = {}
        for frame, rows in frames:
            match frame["frame"]:
                case "page":
                    noted.get(frame["twin"], set()).difference_update([self.tables[frame["twin"]].put(r) for r in rows])
                case "quarantine":
                    held = [self.tables[frame["twin"]].hold(row) for row in frame["rows"]]
                    noted.get(frame["twin"], set()).difference_update(held)
                case "removed":
                    for key in frame["keys"]:
                        self.tables[frame["twin"]].drop(tuple(key))
                case "buckets":
                    mask, wanted = 2 ** frame["bits"] - 1, set(frame["buckets"])
                    proof = self.tables[frame["twin"]].proof
                    noted[frame["twin"]] = {key for key, (_, h) in proof.items() if h & mask in wanted}
                case "ready":
                    pass  # it shows nothing to anybody, so it can wait for the end
                case "end":
                    self.end, self.cursor = frame, frame["cursor"]
                case "cut":
                    pass
                case unknown:
                    raise AssertionError(f"a frame that the page does not name: {unknown}")
        for twin, keys in noted.items():
            for key in keys:
                self.tables[twin].drop(key)
        self.begin = begin
        if begin["epoch"] == self.epoch:
            self.acked = max(self.acked, begin["last_n"])

    def listening(self) -> tuple[str, dict[str, str], dict[str, str]]:
        """Route, query and headers of the request that news are the answer to."""
        query = {"since": self.cursor}
        return "sync/events", query, self._headers("GET", "sync/events", query, b"")

    # -- requests -----------------------------------------------------------------------------------------------------

    def _headers(self, method: str, route: str, query: dict[str, str], body: bytes) -> dict[str, str]:
        headers = {
            "Twinbase-Protocol": "1",
            "Twinbase-Revision": "3",
            "Twinbase-Replica": self.replica,
            "Twinbase-Epoch": str(self.epoch),
            "Twinbase-Schema": self.schema,
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            **({"Twinbase-Proof": self.proof} if self.proof else {}),
        }
        return {**headers, "Twinbase-Checksum": request_checksum(method, route, query, headers, body)}

    async def _json(self, path: str, body: Json | bytes) -> Json:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, said, answer = await self.send("POST", path, self._headers("POST", path, {}, content), {}, content)
        assert said["content-type"] in ("application/json", "application/problem+json")
        if said["twinbase-checksum"] != answer_checksum(status, answer):
            raise DamagedAnswer
        if status != 200:
            raise ProblemAnswer(json.loads(answer))
        answered: Json = json.loads(answer)
        return answered
