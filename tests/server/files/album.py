"""What the tests of attachments share: an album of photos, and a thin client that brings their content."""

import hashlib
import io
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
from PIL import Image
from sqlmodel import Field, MetaData, SQLModel

from twinbase import Attachment, Mirror, Plugins, hookimpl
from twinbase.attachment import IMAGES, PDF
from twinbase.testing import World
from twinbase_server import accounts

PASSWORD = "correct horse"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
KIB = 1024


class Base(SQLModel):
    metadata = MetaData()


class Photo(Base, table=True):
    __tablename__ = "photo"
    __table_args__ = {"schema": "album"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner: str
    sha256: str | None = Field(default=None, max_length=64)
    bytes: int | None = None
    mime: str | None = None
    blob: str = Field(default="local", sa_column_kwargs={"server_default": "local"})
    caption: str = ""


class Paper(Base, table=True):
    """Its key has two columns, and it has no state."""

    __tablename__ = "paper"
    __table_args__ = {"schema": "album"}
    owner: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    sha256: str | None = None


class Poster(Base, table=True):
    """What the office hangs up: nobody brings its content from a device."""

    __tablename__ = "poster"
    __table_args__ = {"schema": "album"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sha256: str | None = None


class Album:
    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        photo = Attachment(
            "sha256", size="bytes", mime="mime", state="blob", types=IMAGES, bytes_max=2_000 * KIB, pixels_max=1_000_000
        )
        paper = Attachment("sha256", types={PDF, "image/png"}, bytes_max=40_000 * KIB)
        yield Mirror(Photo, direction="both", scope=lambda who: Photo.owner == who.subject, attachments=(photo,))
        yield Mirror(Paper, direction="both", scope=lambda who: Paper.owner == who.subject, attachments=(paper,))
        yield Mirror(Poster, attachments=(Attachment("sha256"),))


def make_image(size: tuple[int, int] = (64, 48), form: str = "JPEG", shade: int = 0) -> bytes:
    """A real picture, another one for each shade."""
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").point(lambda value: (value + shade) % 256).save(out, form)
    return out.getvalue()


def make_lossless(size: tuple[int, int]) -> bytes:
    """A WebP of the other kind."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "WEBP", lossless=True)
    return out.getvalue()


def hash_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def sum_of(body: bytes) -> str:
    return f"sha256 {b64encode(hashlib.sha256(body).digest()).decode()}"


def say(metadata: Mapping[str, str]) -> str:
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in metadata.items())


def wire_of(*key: object) -> bytes:
    """A key as it travels."""
    return msgspec.json.encode([str(part) if isinstance(part, UUID) else part for part in key])


def key_of(*key: object) -> str:
    """A key as it stands in an address."""
    return urlsafe_b64encode(wire_of(*key)).decode().rstrip("=")


@dataclass
class Carrier:
    """Somebody with a token who brings content, as thin as can be."""

    http: httpx2.AsyncClient
    replica: UUID = field(default_factory=uuid4)

    async def sign_in(self, email: str) -> "Carrier":
        body = {"email": email, "password": PASSWORD, "replica": str(self.replica), "device_name": "phone"}
        answer = await self.http.post("auth/login", json=body, headers={"Twinbase-Protocol": "1"})
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return self

    async def begin(
        self, twin: str, *key: object, length: int | str, column: str = "sha256", sha256: str | None = None
    ) -> httpx2.Response:
        said = {"twin": twin, "key": wire_of(*key).decode(), "column": column}
        said |= {"sha256": sha256} if sha256 is not None else {}
        headers = {"Upload-Length": str(length), "Upload-Metadata": say(said)}
        return await self.http.post("files", headers=TUS | headers)

    def url(self, address: str) -> str:
        """Where an upload is: the server names it from its own root on."""
        return str(self.http.base_url.join(address))

    async def send(self, address: str, offset: int, body: bytes, **headers: str) -> httpx2.Response:
        return await self.http.patch(
            self.url(address), content=body, headers=PIECE | {"Upload-Offset": str(offset)} | headers
        )

    async def ask(self, address: str) -> httpx2.Response:
        return await self.http.head(self.url(address), headers=TUS)

    async def bring(self, body: bytes, twin: str, *key: object, piece: int = 2**20) -> httpx2.Response:
        """All of it, from where it stands; the answer to its last piece, or to what went wrong before."""
        answer = await self.begin(twin, *key, length=len(body))
        if answer.status_code != 201:
            return answer
        address, offset = answer.headers["Location"], int(answer.headers["Upload-Offset"])
        while offset < len(body):
            part = body[offset : offset + piece]
            answer = await self.send(address, offset, part, **{"Upload-Checksum": sum_of(part)})
            if answer.status_code != 204:
                return answer
            offset = int(answer.headers["Upload-Offset"])
        return answer

    async def read(self, twin: str, *key: object, column: str = "sha256", **headers: str) -> httpx2.Response:
        return await self.http.get(f"files/{twin}/{column}/{key_of(*key)}", headers=headers)


@dataclass
class Gallery:
    """A world with an album, and whoever carries something into it."""

    world: World
    store: Path

    async def carrier(self, name: str) -> Carrier:
        await self.world.account(name)
        return await self.reach().sign_in(f"{name}@example.org")

    def reach(self) -> Carrier:
        """Somebody who is not signed in."""
        transport = httpx2.ASGITransport(app=self.world.application)
        http = httpx2.AsyncClient(transport=transport, base_url="http://world.example/api/v1/")
        self.world._stack.push_async_callback(http.aclose)
        return Carrier(http)

    async def photo(self, owner: str, body: bytes | None, **values: Any) -> UUID:
        """A row that names this content."""
        id = uuid4()
        given = {"sha256": hash_of(body), "bytes": len(body)} if body is not None else {"sha256": None, "bytes": None}
        await self.world.sql(
            "INSERT INTO album.photo (id, owner, sha256, bytes, blob, caption)"
            " VALUES (:id, :owner, :sha256, :bytes, 'local', '')",
            id=id, owner=f"{owner}@example.org", **(given | values),
        )  # fmt: skip
        return id

    async def paper(self, owner: str, number: int, body: bytes) -> tuple[str, int]:
        key = (f"{owner}@example.org", number)
        await self.world.sql(
            "INSERT INTO album.paper VALUES (:owner, :number, :sha256)",
            owner=key[0],
            number=number,
            sha256=hash_of(body),
        )
        return key

    async def state_of(self, id: UUID) -> str:
        ((state,),) = await self.world.sql("SELECT blob FROM album.photo WHERE id = :id", id=id)
        return str(state)

    def objects(self) -> list[str]:
        """What lies in the store."""
        return sorted(str(path.relative_to(self.store)) for path in self.store.rglob("*") if path.is_file())


@asynccontextmanager
async def open_gallery(
    database_url: str, folder: Path, *, prepared: bool = False, **settings: Any
) -> AsyncIterator[Gallery]:
    store = folder / "store"
    given = {"files": str(store), **settings}
    async with World.open(database_url, Plugins(accounts, Album()), folder, prepared=prepared, **given) as world:
        yield Gallery(world, store)
