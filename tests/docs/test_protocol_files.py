"""The protocol page is enough to bring the bytes of a picture, and to read them: a client from it alone does."""

import ast
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import Field, SQLModel
from tests.attachments.pictures import make_picture
from tests.docs import protocol_files
from tests.docs.protocol_client import Client, ProblemAnswer
from tests.docs.protocol_files import PIECE_BYTES, Files
from tests.docs.test_protocol_client import Office, mutation, serve

from twinbase import Attachment, Mirror, hookimpl
from twinbase_server.accounts import save_account

COLUMNS = {"page_photo": ["id", "owner", "sha256", "state"]}


class Photo(SQLModel, table=True):
    __tablename__ = "page_photo"
    id: UUID = Field(primary_key=True)
    owner: str
    sha256: str | None = None
    state: str | None = None


class Album:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(
            Photo,
            direction="both",
            scope=lambda who: Photo.owner == who["owner"],
            conflict="merge_columns",
            attachments=(Attachment("sha256", state="state"),),
        )


@dataclass
class Phone:
    """A device of dictionaries, signed in, with a row that names a picture."""

    client: Client
    files: Files
    row: UUID
    content: bytes


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with serve(database_url, Album(), files=str(tmp_path / "shelf")) as served:
        yield served


@pytest.fixture
async def phone(office: Office) -> Phone:
    client = Client(office.send)
    await client.login("anna@example.org", "correct horse")
    await client.agree(COLUMNS)
    await client.initial()
    row, content = uuid4(), make_picture() + bytes(3 * PIECE_BYTES)
    new = {"id": str(row), "owner": "anna", "sha256": hashlib.sha256(content).hexdigest()}
    answer = await client.push([mutation(row, "insert", 1, twin="page_photo", new=new)])
    assert [outcome["status"] for outcome in answer["outcomes"]] == ["applied"]
    return Phone(client, open_files(office, client.token), row, content)


def open_files(office: Office, token: str) -> Files:
    """What whoever has this token may do with content."""

    async def ask(method: str, address: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        # `Location` is relative to the address that was asked, as everywhere on the web.
        answer = await office.http.request(method, office.http.base_url.join(address), headers=headers, content=body)
        return answer.status_code, dict(answer.headers), answer.content

    return Files(ask, token)


async def test_a_picture_comes_in_pieces_goes_on_after_a_break_and_is_read_whole(phone: Phone) -> None:
    key = [str(phone.row)]
    assert await phone.files.bring("page_photo", "sha256", key, phone.content, pieces_max=1) == PIECE_BYTES
    assert await phone.files.bring("page_photo", "sha256", key, phone.content) == len(phone.content)
    await phone.client.pull()
    assert phone.client.tables["page_photo"].rows[(key[0],)]["state"] == "stored" and phone.client.is_proven()
    read = await phone.files.read("page_photo", "sha256", key)
    assert read == phone.content
    assert await phone.files.read("page_photo", "sha256", key, since=1000) == phone.content[1000:]


async def test_what_is_not_there_yet_and_what_is_somebody_elses_are_answered_alike(
    office: Office, phone: Phone
) -> None:
    key = [str(phone.row)]
    await save_account(office.database, "bob@example.org", "correct horse", {"owner": "bob"})
    bob = Client(office.send)
    await bob.login("bob@example.org", "correct horse")
    with pytest.raises(ProblemAnswer) as before:
        await phone.files.read("page_photo", "sha256", key)
    await phone.files.bring("page_photo", "sha256", key, phone.content)
    with pytest.raises(ProblemAnswer) as hidden:
        await open_files(office, bob.token).read("page_photo", "sha256", key)
    with pytest.raises(ProblemAnswer) as brought:
        await open_files(office, bob.token).bring("page_photo", "sha256", key, phone.content)
    assert {one.value.problem["type"] for one in (before, hidden, brought)} == {before.value.problem["type"]}


async def test_other_bytes_than_the_row_names_are_refused_and_nothing_is_kept(phone: Phone) -> None:
    key, other = [str(phone.row)], phone.content[:-1] + b"x"
    with pytest.raises(ProblemAnswer):
        await phone.files.bring("page_photo", "sha256", key, other)
    with pytest.raises(ProblemAnswer):
        await phone.files.read("page_photo", "sha256", key)
    assert await phone.files.bring("page_photo", "sha256", key, phone.content) == len(phone.content)


def test_the_part_for_files_knows_nothing_of_twinbase() -> None:
    tree = ast.parse(Path(protocol_files.__file__).read_text())
    imported = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {"base64", "collections.abc", "dataclasses", "typing", "tests.docs.protocol_client"}
