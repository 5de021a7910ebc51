"""The protocol page is enough to write a client: one that was written from it syncs with the real server."""

import ast
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from sqlmodel import Field, SQLModel
from tests.docs import protocol_client
from tests.docs.page_blocks import Block, executes, find_blocks
from tests.docs.protocol_client import (
    Client,
    DamagedAnswer,
    Events,
    ProblemAnswer,
    answer_checksum,
    batch_hash,
    bits_for,
    bucket_sums,
    checked_frames,
    digest,
    request_checksum,
)

from twinbase import Mirror, Plugins, hookimpl
from twinbase.enrolment import show_code
from twinbase.testing.wire import Wire
from twinbase_server import accounts
from twinbase_server.accounts import save_account
from twinbase_server.app import create_app
from twinbase_server.database.tables import create_twin_tables
from twinbase_server.devices.enrolment import make_code
from twinbase_server.devices.salvage import list_salvaged
from twinbase_server.devices.store import list_devices, wipe_device
from twinbase_server.problems import KINDS
from twinbase_server.settings import Settings
from twinbase_server.setup import init_database

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "protocol.md").read_text()
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
COLUMNS = {"page_note": ["id", "owner", "text"], "page_meter": ["number", "level"]}


class Note(SQLModel, table=True):
    __tablename__ = "page_note"
    id: UUID = Field(primary_key=True)
    owner: str
    text: str


class Meter(SQLModel, table=True):
    __tablename__ = "page_meter"
    number: int = Field(primary_key=True)
    level: float | None = None


class Pages:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Note, direction="both", scope=lambda who: Note.owner == who["owner"], conflict="merge_columns")
        yield Mirror(Meter, page_rows=40)


@dataclass
class Office:
    """A running server, and a connection for those who write to the database without it."""

    http: httpx2.AsyncClient
    database: "asyncpg.Connection[asyncpg.Record]"

    async def send(
        self, method: str, path: str, headers: dict[str, str], query: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        answer = await self.http.request(method, path, headers=headers, params=query, content=body)
        return answer.status_code, dict(answer.headers), answer.content

    async def client(self) -> Client:
        client = Client(self.send)
        await client.login("anna@example.org", "correct horse")
        await client.agree(COLUMNS)
        return client


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with serve(database_url) as served:
        yield served


class serve:
    """`async with serve(url, answer_seconds=0)`: a set-up database and its server in this process."""

    def __init__(self, url: str, plugin: object = None, **settings: Any) -> None:
        self.url, self.plugin, self.settings = url, plugin or Pages(), settings

    async def __aenter__(self) -> Office:
        plugins = Plugins(self.plugin, accounts)
        await create_twin_tables(self.url, plugins.registry)
        await init_database(self.url, plugins, NOON)
        self.database = await asyncpg.connect(self.url)
        await save_account(self.database, "anna@example.org", "correct horse", {"owner": "anna"})
        app = create_app(Settings(database_url=SecretStr(self.url), **self.settings), plugins, clock=lambda: NOON)
        self.lifespan = app.router.lifespan_context(app)
        await self.lifespan.__aenter__()
        transport = httpx2.ASGITransport(app=app)
        self.http = httpx2.AsyncClient(
            transport=transport, base_url="http://office.example/api/v1/", headers={"Accept-Encoding": "identity"}
        )
        return Office(self.http, self.database)

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()
        await self.lifespan.__aexit__(None, None, None)
        await self.database.close()


def mutation(key: UUID, op: str, tx: int, **members: Any) -> dict[str, Any]:
    at = "2030-05-01T11:59:00+00:00"
    head = {"id": str(uuid4()), "tx": tx, "twin": "page_note", "op": op, "key": [str(key)], "at": at}
    return {**head, "base": None, "old": {}, "new": {}, **members}


async def meters(office: Office, rows: int) -> None:
    await office.database.execute("INSERT INTO page_meter SELECT i, i / 8.0 FROM generate_series(1, $1) i", rows)


async def test_types_and_rights_travel_with_the_schema_to_who_knows_of_them(office: Office) -> None:
    client = await office.client()
    assert client.described["page_meter"] == {
        "key": 1, "direction": "pull", "types": ["integer", "double precision"], "operations": [], "writable": [],
        "insertable": [],
    }  # fmt: skip
    note = client.described["page_note"]
    assert note["types"] == ["uuid", "text", "text"] and note["direction"] == "both"
    assert note["operations"] == ["delete", "insert", "update"] and note["writable"] == ["owner", "text"]
    body = json.dumps({"twins": {"page_meter": {"version": 1, "columns": ["number"]}}}).encode()
    headers = client._headers("POST", "sync/schema", {}, body)
    older = {name: value for name, value in headers.items() if name not in ("Twinbase-Revision", "Twinbase-Checksum")}
    _, _, answer = await office.send("POST", "sync/schema", older, {}, body)
    assert set(json.loads(answer)) == {"schema", "twins", "refused"}


async def test_a_first_sync_fills_the_dictionaries_and_is_proven(office: Office) -> None:
    await meters(office, 100)
    await office.database.execute(
        "INSERT INTO page_note VALUES (gen_random_uuid(), 'anna', 'a'), (gen_random_uuid(), 'bob', 'not hers')"
    )
    client = await office.client()
    await client.initial()
    assert client.is_proven()
    assert [row["text"] for row in client.tables["page_note"].rows.values()] == ["a"]
    assert client.tables["page_meter"].rows[(8,)] == {"number": 8, "level": 1.0}


async def test_a_pull_brings_what_changed_and_takes_away_what_was_deleted(office: Office) -> None:
    await meters(office, 10)
    client = await office.client()
    await client.initial()
    await office.database.execute("UPDATE page_meter SET level = 99 WHERE number = 3")
    await office.database.execute("DELETE FROM page_meter WHERE number = 4")
    await client.pull()
    rows = client.tables["page_meter"].rows
    assert rows[(3,)]["level"] == 99 and (4,) not in rows and client.is_proven()


async def test_nothing_new_is_proven_without_a_comparison(office: Office) -> None:
    client = await office.client()
    await client.initial()
    await client.pull()
    assert set(client.end["proven_by_skip"]) == set(COLUMNS) and client.is_proven()


async def test_an_answer_that_the_server_cuts_is_gone_on_with(database_url: str) -> None:
    async with serve(database_url, answer_seconds=0) as office:
        await meters(office, 100)
        client = await office.client()
        await client.initial()
        assert len(client.tables["page_meter"].rows) == 100
        assert client.end["digests"] == {} and not client.is_proven()
        await client.pull()
        assert client.is_proven()


async def test_a_row_that_cannot_be_carried_counts_in_the_proof_and_is_not_shown(office: Office) -> None:
    await meters(office, 3)
    await office.database.execute("UPDATE page_meter SET level = 'NaN' WHERE number = 2")
    client = await office.client()
    await client.initial()
    assert set(client.tables["page_meter"].rows) == {(1,), (3,)} and client.is_proven()


async def test_a_repair_heals_what_the_delta_cannot_say(office: Office) -> None:
    await meters(office, 100)
    client = await office.client()
    await client.initial()
    meter = client.tables["page_meter"]
    meter.drop((7,))
    meter.put([1, 12345, 4711, 0.5])
    meter.put([1, 54321, 8, 0.5])
    await client.pull(prove="all")
    assert client.differing() == ["page_meter"]
    await client.repair(unexplained=["page_meter"])
    assert client.is_proven()
    assert (4711,) not in meter.rows and meter.rows[(8,)]["level"] == 1.0 and (7,) in meter.rows


async def test_a_push_is_answered_once_and_seen_in_the_next_pull(office: Office) -> None:
    client = await office.client()
    await client.initial()
    key = uuid4()
    new = {"id": str(key), "owner": "anna", "text": "Chaudière"}
    answer = await client.push([mutation(key, "insert", 1, new=new)])
    again = await client.push_again()
    assert [outcome["status"] for outcome in answer["outcomes"]] == ["applied"]
    assert again["replayed"] and again["outcomes"] == answer["outcomes"]
    await client.pull()
    assert client.tables["page_note"].rows[(str(key),)] == new and client.is_proven()
    assert client.begin["last_n"] == 1 and client.begin["outcomes"][0]["status"] == "applied"


async def test_an_edit_of_a_column_that_the_office_edited_too_is_a_conflict_and_says_who_won(office: Office) -> None:
    key = uuid4()
    await office.database.execute("INSERT INTO page_note VALUES ($1, 'anna', 'old')", key)
    client = await office.client()
    await client.initial()
    version, _ = client.tables["page_note"].proof[(str(key),)]
    await office.database.execute("UPDATE page_note SET text = 'of the office'")
    edit = mutation(key, "update", 1, base=version, old={"text": "old"}, new={"text": "of the device"})
    answer = await client.push([edit])
    (outcome,) = answer["outcomes"]
    assert outcome["status"] == "conflict" and outcome["columns"] == {"text": "server"}


async def test_what_is_refused_parks_what_was_written_with_it(office: Office) -> None:
    client = await office.client()
    await client.initial()
    one, other = uuid4(), uuid4()
    good = mutation(one, "insert", 1, new={"id": str(one), "owner": "anna", "text": "x"})
    bad = mutation(other, "insert", 1, new={"id": str(other), "owner": "anna", "text": None})
    answer = await client.push([good, bad])
    assert [outcome["status"] for outcome in answer["outcomes"]] == ["parked", "refused"]
    assert answer["outcomes"][0]["behind"] == bad["id"] and answer["outcomes"][1]["reason"] == "not-null"


async def test_a_copy_of_the_file_is_told_apart_and_goes_on_in_a_new_epoch(office: Office) -> None:
    client = await office.client()
    await client.initial()
    key = uuid4()
    await client.push([mutation(key, "insert", 1, new={"id": str(key), "owner": "anna", "text": "x"})])
    client.n, client.previous = 0, ""
    late = mutation(key, "update", 2, old={"text": "x"}, new={"text": "y"}, base=1)
    with pytest.raises(ProblemAnswer) as refused:
        await client.push([late])
    assert refused.value.type == "forked"
    client.epoch = refused.value.problem["epoch"] + 1
    answer = await client.push([late])
    assert answer["epoch"] == client.epoch and answer["last_n"] == 1


async def test_a_cursor_of_somebody_else_is_a_problem_with_a_way_on(office: Office) -> None:
    client = await office.client()
    await client.initial()
    client.cursor = "made-up"
    with pytest.raises(ProblemAnswer) as refused:
        await client.pull()
    assert refused.value.type == "bad-cursor"
    await client.initial()
    assert client.is_proven()


async def test_a_session_goes_on_and_an_old_token_ends_it(office: Office) -> None:
    client = await office.client()
    first = client.refresh_token
    for _ in range(3):
        await client.refresh()
    await client.initial()
    assert client.is_proven()
    client.refresh_token = first
    with pytest.raises(ProblemAnswer) as refused:
        await client.refresh()
    assert refused.value.type == "session-ended"
    with pytest.raises(ProblemAnswer) as refused:
        await client.pull()
    assert refused.value.type == "session-ended"


async def test_a_copy_of_a_refresh_token_is_worth_nothing_without_the_key(office: Office) -> None:
    client = await office.client()
    thief = Client(client.send, replica=client.replica, refresh_token=client.refresh_token)
    with pytest.raises(ProblemAnswer) as refused:
        await thief.refresh()
    assert refused.value.type == "other-device"
    await client.refresh()


# -- the page itself --------------------------------------------------------------------------------------------------


async def test_a_device_enrols_by_a_code_and_tells_the_office_how_it_is(office: Office) -> None:
    client = Client(office.send)
    await client.enroll(show_code(await make_code(office.database, "anna@example.org", "office", NOON)).lower())
    await client.agree(COLUMNS)
    await client.initial()
    said = {"unsent": "3", "storage": "4096", "platform": "Dictionary 3.11", "proven_at": NOON.isoformat()}
    await client.pull(**said, oldest_outbox=NOON.isoformat())
    (device,) = await list_devices(office.database)
    assert (device.unsent, device.storage_bytes, device.platform) == (3, 4096, "Dictionary 3.11")
    assert device.proven_at == device.oldest_unsent == NOON
    with pytest.raises(ProblemAnswer) as wrong:
        await Client(office.send).enroll("7K3M-Q9TD")
    assert wrong.value.type == "credentials-wrong"


async def test_a_device_that_is_wiped_hands_over_what_is_unsent_and_says_when_it_is_done(office: Office) -> None:
    client = await office.client()
    await client.initial()
    await wipe_device(office.database, UUID(client.replica), NOON)
    with pytest.raises(ProblemAnswer) as order:
        await client.pull()
    assert order.value.type == "device-wiped"
    new = {"id": str(uuid4()), "owner": "anna", "text": "unsent"}
    assert await client.wipe(order.value.problem, [mutation(UUID(new["id"]), "insert", 1, new=new)]) == 1
    (device,) = await list_devices(office.database)
    (edit,) = await list_salvaged(office.database)
    assert device.state == "wiped" and edit.mutation["new"] == new


def shown(kind: str, word: str) -> Block:
    """The block of the page that holds this member or value."""
    (found,) = [block for block in find_blocks("docs/reference/protocol.md", kind) if f'"{word}"' in block.text]
    return found


def golden(word: str) -> dict[str, Any]:
    """The JSON block of the page that holds this member."""
    found: dict[str, Any] = json.loads(shown("json", word).take())
    return found


def golden_lines(word: str) -> list[bytes]:
    """The lines of the block of text that holds this member."""
    return [line.encode() for line in shown("text", word).take().splitlines()]


@executes(shown("json", "bits_for_rows"))
def test_the_golden_vectors_of_digests_and_buckets_hold_on_both_sides() -> None:
    from twinbase.digest import bits_for as our_bits_for
    from twinbase.digest import bucket_of, digest_of

    page = golden("bits_for_rows")
    sums = bucket_sums(page["hashes"], page["bits"])
    assert digest(page["hashes"]) == digest_of(page["hashes"]).as_list() == page["digest"]
    assert [bucket_of(h, page["bits"]) for h in page["hashes"]] == page["buckets"]
    assert {str(b): s for b, s in enumerate(sums) if s[0]} == page["sums"]
    for rows, bits in page["bits_for_rows"].items():
        assert bits_for(int(rows)) == our_bits_for(int(rows)) == bits


@executes(shown("json", "batch_hashes"), shown("text", "previous"))
def test_the_golden_vectors_of_batches_hold_on_both_sides() -> None:
    from twinbase import protocol

    page = golden("batch_hashes")
    bodies = golden_lines("previous")
    assert [batch_hash(page["replica"], page["epoch"], body) for body in bodies] == page["batch_hashes"]
    assert [protocol.batch_hash(UUID(page["replica"]), page["epoch"], b) for b in bodies] == page["batch_hashes"]
    assert protocol.Push.model_validate_json(bodies[1]).previous == page["batch_hashes"][0]


@executes(shown("json", "checked_request"), shown("text", "initial"))
def test_the_golden_vectors_of_checksums_hold_on_both_sides() -> None:
    from twinbase.checksum import sum_answer, sum_request
    from twinbase.frames import read_frames

    page = golden("checked_request")
    asked = page["checked_request"]
    body = asked["body"].encode()
    request = (asked["method"], asked["route"], asked["query"], asked["headers"], body)
    assert request_checksum(*request) == page["request_checksum"]
    assert sum_request(*request[:2], asked["query"].items(), *request[3:]) == page["request_checksum"]
    answer = (page["status"], page["body"].encode())
    assert answer_checksum(*answer) == sum_answer(*answer) == page["answer_checksum"]
    lines = golden_lines("initial")
    assert [frame["frame"] for frame, _ in checked_frames(b"\n".join(lines))] == ["begin", "page", "end"]
    assert len(list(read_frames(iter(lines)))) == 3


def test_a_frame_that_was_changed_on_the_way_is_noticed_by_both() -> None:
    from twinbase.errors import Garbled
    from twinbase.frames import read_frames

    lines = golden_lines("initial")
    for number in range(len(lines)):
        changed = [*lines[:number], lines[number].replace(b"1", b"3", 1), *lines[number + 1 :]]
        with pytest.raises(DamagedAnswer):
            list(checked_frames(b"\n".join(changed)))
        with pytest.raises(Garbled):
            list(read_frames(iter(changed)))


def test_every_problem_stands_on_the_page_with_its_status() -> None:
    listed = {kind: int(status) for kind, status in re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", PAGE, re.MULTILINE)}
    assert listed == {name: kind.status for name, kind in KINDS.items()}


def test_every_reason_of_a_refusal_stands_on_the_page() -> None:
    accept = Path(__file__).parents[2] / "server" / "twinbase_server" / "accept"
    said = {word for file in accept.glob("*.py") for word in re.findall(r'Refusal\(\s*"([a-z-]+)"', file.read_text())}
    rows = PAGE.partition("| `reason` |")[2].partition("A corrected edit")[0]
    listed = {word for row in rows.splitlines() for word in re.findall(r"`([a-z-]+)`", row.split(" | ")[0])}
    assert listed == said | {"behind"}


def test_every_frame_and_its_members_stand_on_the_page() -> None:
    from twinbase import frames

    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE.partition("## Streams")[2], re.MULTILINE))
    for frame in (frames.Begin, frames.Page, frames.Removed, frames.Quarantine, frames.Buckets, frames.End, frames.Cut):
        name = frame.__struct_config__.tag
        assert all(f"`{member}`" in rows[str(name)] for member in frame.__struct_fields__ if member != "content")


def test_every_member_of_a_push_and_of_its_answer_stands_on_the_page() -> None:
    from twinbase import protocol

    pushing = PAGE.partition("## Pushing")[2].partition("## Epochs")[0]
    for model in (protocol.Push, protocol.Mutation, protocol.Outcome, protocol.PushAnswer):
        for member in model.model_fields:
            assert f"`{member}`" in pushing or f'"{member}"' in pushing, f"{model.__name__}.{member}"


def test_the_client_knows_nothing_of_twinbase() -> None:
    tree = ast.parse(Path(protocol_client.__file__).read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    signing = "cryptography.hazmat.primitives.asymmetric.ed25519"
    known = {"base64", "collections.abc", "dataclasses", "hashlib", "json", "typing", "uuid", "zlib", signing}
    assert imported <= known


(EVENTS,) = (block for block in find_blocks("docs/reference/protocol.md", "text") if "event: hello" in block.text)


@executes(EVENTS)
async def test_a_client_hears_of_news_in_the_words_of_the_page(database_url: str) -> None:
    async with serve(database_url, news_heartbeat_seconds=1) as office:
        client = await office.client()
        await client.initial()
        route, query, headers = client.listening()
        app = office.http._transport.app  # type: ignore[attr-defined]
        async with httpx2.AsyncClient(transport=Wire(app), base_url=office.http.base_url) as http:
            async with http.stream("GET", route, params=query, headers=headers) as answer:
                pieces, read, heard = aiter(answer.aiter_raw()), Events(), b""
                hello = read.feed(heard := await anext(pieces))
                assert [name for name, _ in hello] == ["hello"]
                await office.database.execute("INSERT INTO page_meter VALUES (1, 1)")
                while b"news" not in heard or not heard.endswith(b":\n\n"):
                    heard += (piece := await anext(pieces))
                    assert all(name == "news" for name, _ in read.feed(piece))
                await app.state.serving.news.close()
                heard += (last := b"".join([piece async for piece in pieces]))
                assert [name for name, _ in read.feed(last)] == ["bye"]
    assert kinds_of_lines(heard.decode()) == kinds_of_lines(EVENTS.take())


def kinds_of_lines(stream: str) -> set[str]:
    """The lines of a stream of events, each without its numbers."""
    return {re.sub(r"[0-9.]+", "1", line) for line in stream.splitlines()}
