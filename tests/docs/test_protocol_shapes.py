"""The messages that the protocol page shows are sent to a real server, and its answers have the page's members."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import String
from sqlmodel import Field, SQLModel
from tests.docs.page_blocks import executes, find_blocks
from tests.docs.protocol_client import Client, Json, checked_frames
from tests.docs.test_protocol_client import Office, serve

from twinbase import Mirror, hookimpl

LOGIN, TOKEN, REFRESH, HAVE, AGREED, REPAIR, PUSH, OUTCOMES = (
    block for block in find_blocks("docs/reference/protocol.md", "json")
    if not any(word in block.text for word in ("checked_request", "bits_for_rows", "batch_hashes"))
)  # fmt: skip
STREAM = next(block for block in find_blocks("docs/reference/protocol.md", "text") if '"delta"' in block.text)
OPEN = {"claims", "columns", "attributes", "digests", "causes", "old", "new"}
"""Members whose members are data."""


class Note(SQLModel, table=True):
    """The twin of the page."""

    __tablename__ = "note"
    __table_args__ = {"schema": "shapes"}
    id: UUID = Field(primary_key=True)
    text: str
    place: str = Field(sa_type=String(40))


class Notes:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Note, direction="both", conflict="merge_columns")


def differences(shown: Any, real: Any, path: str = "") -> Iterator[str]:
    """Where a message of the page and a real one differ in members or types; what is empty fits everything."""
    if isinstance(shown, dict) and isinstance(real, dict):
        if path.rpartition(".")[2] not in OPEN:
            yield from (f"{path}.{name} is on one side only" for name in sorted(shown.keys() ^ real.keys()))
        for name in shown.keys() & real.keys():
            yield from differences(shown[name], real[name], f"{path}.{name}")
    elif isinstance(shown, list) and isinstance(real, list):
        yield from differences(shown[0], real[0], f"{path}.0") if shown and real else ()
    elif type(shown) is not type(real) and None not in (shown, real):
        yield f"{path} is {type(real).__name__} and {type(shown).__name__} on the page"


class Shown(Client):
    """A client that sends what the page shows, with its own values in the named members."""

    async def post(self, path: str, block_text: str, **values: Any) -> Json:
        body: Json = json.loads(block_text)
        assert values.keys() <= body.keys()
        return await self._json(path, body | values)

    async def frames(self, method: str, path: str, query: dict[str, str], body: bytes) -> list[tuple[Json, list[Any]]]:
        status, _, answer = await self.send(method, path, self._headers(method, path, query, body), query, body)
        assert status == 200, answer
        return list(checked_frames(answer))


@executes(LOGIN, TOKEN, REFRESH, HAVE, AGREED, REPAIR, PUSH, OUTCOMES, STREAM)
async def test_the_messages_of_the_page_are_those_of_a_real_server(database_url: str) -> None:
    async with serve(database_url, Notes()) as office:
        client = Shown(office.send)
        token = await client.post("auth/login", LOGIN.take(), password="correct horse", replica=client.replica)
        assert list(differences(json.loads(TOKEN.take()), token)) == []
        shown = {"refresh_token": token["refresh_token"], "replica": client.replica, "proof": ""}
        token = await client.post("auth/refresh", REFRESH.take(), **shown)
        assert list(differences(json.loads(TOKEN.take()), token)) == []
        client.token = token["token"]

        agreed, said = json.loads(AGREED.take()), await client.post("sync/schema", HAVE.take())
        assert said | {"schema": agreed["schema"]} == agreed and len(said["schema"]) == len(agreed["schema"])
        await client.agree({"note": said["twins"]["note"]})
        await _stream(office, client)
        await _push(office, client)


async def _stream(office: Office, client: Shown) -> None:
    """A note is written and another one deleted: the lines of the page, then a repair."""
    shown = [json.loads(line) for line in STREAM.take().splitlines()]
    ((key, *_),), (deleted,) = ([row[2:] for row in shown[2]], shown[3]["keys"][0])
    for id in (key, deleted):
        await office.database.execute("INSERT INTO shapes.note VALUES ($1, 'x', '')", id)
    await client.initial()
    await office.database.execute("UPDATE shapes.note SET text = 'The boiler leaks', place = 'In the cellar'")
    await office.database.execute("DELETE FROM shapes.note WHERE id = $1", deleted)
    real = await client.frames("GET", "sync/pending", {"since": client.cursor, "acked": "0"}, b"")
    lines = [part for frame, rows in real for part in ([frame, rows] if frame["frame"] == "page" else [frame])]
    assert [type(line) for line in lines] == [type(line) for line in shown]
    for line, there in zip(shown, lines, strict=True):
        assert (
            [row[2:] for row in line] == [row[2:] for row in there]
            if isinstance(there, list)
            else (list(differences(line, there)) == [])
        )
    repair = json.loads(REPAIR.take()) | {"cursor": client.cursor, "acked": 0}
    kinds = [frame["frame"] for frame, _ in await client.frames("POST", "sync/repair", {}, json.dumps(repair).encode())]
    assert kinds[0] == "begin" and "buckets" in kinds and kinds[-1] == "end"
    await client.pull()


async def _push(office: Office, client: Shown) -> None:
    """The office wrote the text, the device the place: both stay."""
    body = json.loads(PUSH.take())
    (sent,) = body["mutations"]
    version, _ = client.tables["note"].proof[tuple(sent["key"])]
    await office.database.execute("UPDATE shapes.note SET text = 'It leaks', place = '' WHERE id = $1", *sent["key"])
    await client.pull()
    version, _ = client.tables["note"].proof[tuple(sent["key"])]
    await office.database.execute("UPDATE shapes.note SET text = 'It leaks a lot'")
    values = {"n": 1, "previous": "", "mutations": [sent | {"base": version}]}
    answer = await client.post("sync/mark-synced", PUSH.text, **values)
    shown = json.loads(OUTCOMES.take())
    assert list(differences(shown, answer)) == []
    assert [outcome["status"] for outcome in answer["outcomes"]] == [shown["outcomes"][0]["status"]] == ["merged"]
    kept = await office.database.fetch("SELECT text, place FROM shapes.note")
    assert [tuple(row) for row in kept] == [("It leaks a lot", "In the cellar")]


def test_a_member_or_a_type_that_is_not_the_servers_is_told() -> None:
    shown, real = {"n": 1, "previous": "", "claims": {"a": "x"}}, {"n": "1", "hash": "", "claims": {"b": "x"}}
    said = [".hash is on one side only", ".previous is on one side only", ".n is str and int on the page"]
    assert sorted(differences(shown, real)) == sorted(said)
