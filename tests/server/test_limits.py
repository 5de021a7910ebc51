"""Limits: what is too large, too slow or not what it says is refused clearly, and nothing is kept of it."""

import asyncio
import contextlib
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import msgspec
import pytest
from tests.server.depot import ANNA, Device, House, compressed, open_house, read_frames

from twinbase.testing.databases import Databases, database_name
from twinbase_server.database.errors import database_problem, is_transient
from twinbase_server.problems import KINDS, ProblemError


async def post(device: Device, content: bytes, path: str = "sync/initial", **headers: str) -> httpx2.Response:
    return await device.http.post(
        path, content=content, headers={**device.headers(), "Content-Type": "application/json", **headers}
    )


def kind_of(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["type"]


async def test_a_body_that_is_too_large_is_refused_by_its_length_and_by_its_bytes(depot_url: str) -> None:
    async with open_house(depot_url, body_bytes_max=2048) as house:
        device = await house.device()
        large = b'{"twins":[' + b" " * 4000 + b"]}"
        assert kind_of(await post(device, large)) == (413, "body-too-large")

        async def drip() -> Any:
            for _ in range(40):
                yield b" " * 100

        streamed = await device.http.post("sync/initial", content=drip(), headers=device.headers())
        assert kind_of(streamed) == (413, "body-too-large")


async def test_a_decompression_bomb_is_refused_before_it_is_large(house: House) -> None:
    device = await house.device()
    bomb = compressed(b" " * 200_000_000)
    assert len(bomb) < 50_000
    assert kind_of(await post(device, bomb, **{"Content-Encoding": "zstd"})) == (413, "body-too-large")


async def test_a_compressed_body_is_read(house: House) -> None:
    device = await house.device()
    answer = await post(device, compressed(b'{"twins":["product"]}'), **{"Content-Encoding": "zstd"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        (b"not zstd", {"Content-Encoding": "zstd"}, (415, "media-type")),
        (b"{}", {"Content-Encoding": "br"}, (415, "media-type")),
        (b"{", {}, (400, "bad-request")),
        (b'{"twins": 1}', {}, (400, "bad-request")),
        (b'{"unknown": 1}', {}, (400, "bad-request")),
        (b'{"twins": ["nothing"]}', {}, (400, "bad-request")),
        (b'{"columns": {"product": ["nothing"]}}', {}, (400, "bad-request")),
        (b"\xff\xfe", {}, (400, "bad-request")),
        (b"[" * 100_000, {}, (400, "bad-request")),
        (b"{}", {"Content-Type": "text/plain"}, (400, "bad-request")),
    ],
)
async def test_a_malformed_body_is_a_problem_with_its_place(
    house: House, content: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert kind_of(await post(await house.device(), content, **headers)) == expected


async def test_a_problem_never_repeats_what_was_sent(house: House) -> None:
    body = {"email": {"secret": "hunter2"}, "password": "hunter2", "replica": "hunter2"}
    answer = await house.http.post("auth/login", json=body, headers={"Twinbase-Protocol": "1"})
    assert kind_of(answer) == (400, "bad-request")
    assert "hunter2" not in answer.text


async def test_parameters_out_of_range_are_problems(house: House) -> None:
    device = await house.device()
    cursor = (await device.initial()).end["cursor"]
    for params in ({"acked": -1}, {"acked": "x"}, {"prove": "some"}, {"oldest_outbox": "yesterday"}):
        assert (await device.pending(cursor, **params)).problem["type"] == "bad-request"
    assert (await device.pending("c" * 20_000)).problem["type"] == "bad-request"


async def test_an_unknown_address_and_a_wrong_method_are_problems(house: House) -> None:
    assert kind_of(await house.http.get("nothing")) == (404, "not-found")
    assert kind_of(await house.http.post("sync/pending", json={})) == (405, "method")


async def test_a_wide_row_makes_its_pages_smaller(house: House) -> None:
    await house.office.execute(
        "INSERT INTO depot.product"
        " SELECT lpad(g::text, 4, '0'), repeat('x', 100000), 0, 0 FROM generate_series(1, 90) g"
    )
    pages = (await (await house.device()).initial()).of("page", "product")
    assert [page["rows"] for page in pages][1:3] == [10, 10]
    assert sum(page["rows"] for page in pages) == 90


async def test_a_server_whose_connections_are_all_in_use_says_so_soon(depot_url: str) -> None:
    async with open_house(depot_url, pool_max=1, pool_wait_seconds=0.05) as house:
        device = await house.device()
        async with house.app.state.serving.borrow_connection():
            answer = await house.http.get("sync/status", headers=device.headers())
            assert kind_of(answer) == (503, "too-busy")
            assert answer.headers["retry-after"]
            # Whoever watches takes none of them, and is told the truth: the server and its database are well.
            assert (await house.http.get("health")).status_code == 200
        assert (await house.http.get("health")).status_code == 200


async def test_health_asked_again_and_again_asks_postgresql_once_a_second(house: House) -> None:
    for _ in range(50):
        assert (await house.http.get("health")).status_code == 200
    asked = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT 1' AND datname = current_database()"
    assert await house.office.fetchval(asked) == 1


async def test_the_metrics_are_for_this_machine_or_for_whoever_has_their_token(depot_url: str) -> None:
    async def ask(house: House, address: str, token: str = "") -> int:
        line = httpx2.ASGITransport(app=house.app, client=(address, 4711))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx2.AsyncClient(transport=line, base_url="http://depot/api/v1/") as http:
            return (await http.get("metrics", headers=headers)).status_code

    async with open_house(depot_url) as house:
        device = await house.device()
        assert [await ask(house, address) for address in ("127.0.0.1", "::1", "10.0.0.7")] == [200, 200, 404]
        assert await ask(house, "10.0.0.7", device.token) == 404
    async with open_house(depot_url, metrics_token="of the watcher") as house:
        wanted = [("127.0.0.1", ""), ("10.0.0.7", "of the watcher"), ("10.0.0.7", "of the watche")]
        assert [await ask(house, *one) for one in wanted] == [404, 200, 404]


async def test_an_account_that_brings_one_new_schema_after_another_is_stopped_and_others_are_not(house: House) -> None:
    anna, bob = await house.device("anna@depot"), await house.device("bob@depot")
    gauges, jobs = (
        [[first, *some] for size in range(4) for some in combinations(rest, size)]
        for first, *rest in (("id", "level", "read_on", "lasted"), ("id", "lead_id", "title", "starts_at"))
    )
    several = [
        {"gauge": {"version": 1, "columns": one}, "job": {"version": 1, "columns": other}}
        for one in gauges
        for other in jobs
    ]
    answers = [(await anna.agree(one)).status_code for one in several]
    assert answers.count(200) <= 21 and answers[-1] == 503
    assert (await anna.agree(several[0])).status_code == 200
    assert (await bob.agree(several[-1])).status_code == 200


async def test_a_statement_that_takes_too_long_is_a_problem_to_retry(depot_url: str) -> None:
    async with open_house(depot_url, statement_seconds=0.05) as house:
        device = await house.device()
        async with house.office.transaction():
            await house.office.execute("LOCK TABLE depot.product")
            assert (await device.initial()).problem["type"] == "too-slow"
        assert (await device.initial()).status == 200


async def test_when_the_database_is_gone_the_device_is_told_to_come_back(house: House, databases: Databases) -> None:
    device = await house.device()
    name = database_name(house.url)
    admin = await asyncpg.connect(databases.admin_url)
    try:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        answers = [await house.http.get("sync/status", headers=device.headers()) for _ in range(2)]
        assert kind_of(answers[-1]) == (503, "database-unavailable")
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        assert (await device.initial()).status == 200
    finally:
        await admin.close()


async def test_a_database_that_goes_in_the_middle_leaves_half_an_answer_without_an_end(house: House) -> None:
    (job,) = await house.jobs(ANNA)
    await house.products(*(f"p{n:05}" for n in range(3000)))
    await house.lines(job, 5)
    device = await house.device()
    sent = await _stream(house, device, after_first_portion=house.office.execute)
    frames = read_frames(sent)
    assert frames[0]["frame"] == "begin"
    assert frames[-1]["frame"] == "page" and frames[-1]["resume"], "whole pages, each a place to go on from"
    assert (await device.initial(resume=frames[-1]["resume"])).end


async def test_a_device_that_takes_nothing_is_left_and_its_transaction_ends(depot_url: str) -> None:
    # Less, and a busy machine is too slow for the first statement of the transaction.
    async with open_house(depot_url, send_seconds=1) as house:
        await house.products(*(f"p{n:05}" for n in range(3000)))
        device = await house.device()
        await _stream(house, device, stuck=True)
        open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        assert await house.office.fetchval(open_ones) == 0
        assert (await device.initial()).end


async def _stream(house: House, device: Device, *, after_first_portion: Any = None, stuck: bool = False) -> bytes:
    """Speak ASGI directly, to stop between two portions."""
    headers = {**device.headers(), "Content-Type": "application/json", "Accept-Encoding": "identity"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/sync/initial",
        "raw_path": b"/api/v1/sync/initial",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("test", 1),
        "server": ("depot", 80),
    }
    body: list[bytes] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] != "http.response.body":
            assert message.get("status", 200) == 200, "it failed before anything was sent"
            return
        if stuck:
            await asyncio.Event().wait()
        body.append(message["body"])
        if after_first_portion and len(body) == 1:
            await after_first_portion(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with contextlib.suppress(asyncio.CancelledError):
        await house.app(scope, receive, send)
    return b"".join(body)


def test_every_problem_has_a_status_and_a_sentence() -> None:
    for kind, known in KINDS.items():
        body = ProblemError(kind, "why", limit=3).make_body()
        assert body == {"type": kind, "title": known.title, "status": known.status, "detail": "why", "limit": 3}
        assert known.title.endswith(".") and 400 <= known.status < 600


def test_errors_of_the_database_are_told_apart_by_what_a_device_should_do() -> None:
    assert database_problem(asyncpg.QueryCanceledError()) == "too-slow"
    assert database_problem(asyncpg.TooManyConnectionsError()) == "database-unavailable"
    assert database_problem(asyncpg.AdminShutdownError()) == "database-unavailable"
    assert database_problem(ConnectionRefusedError()) == "database-unavailable"
    assert database_problem(asyncpg.UndefinedTableError()) == "internal"


@pytest.mark.parametrize(
    "state", ["08006", "53300", "57P01", "40001", "40P01", "55P03", "25006", "25P03", "23505", "P0001", "42P01"]
)
def test_what_a_pull_is_told_to_ask_again_a_push_tries_again(state: str) -> None:
    """One list says which errors are about the moment, whatever was asked."""
    error = asyncpg.PostgresError()
    error.sqlstate = state  # type: ignore[misc]
    assert (database_problem(error) != "internal") is is_transient(error)


def moved(job: UUID) -> bytes:
    """A first batch that gives a job of Anna's another title."""
    mutation = {
        "id": str(uuid4()), "tx": 1, "twin": "job", "op": "update", "key": [str(job)], "base": None,
        "old": {"title": f"job of {ANNA}"}, "new": {"title": "moved"}, "at": "2030-05-01T12:00:00+00:00",
    }  # fmt: skip
    return msgspec.json.encode({"n": 1, "previous": "", "offset_ms": 0, "mutations": [mutation]})


async def test_a_row_that_another_program_holds_keeps_one_push_waiting_for_so_long_and_nobody_else(
    depot_url: str,
) -> None:
    async with open_house(depot_url, pool_max=2, lock_seconds=0.1) as house:
        anna, bob = await house.device("anna@depot"), await house.device("bob@depot")
        [job] = await house.jobs(ANNA)
        batch = moved(job)
        async with house.office.transaction():
            await house.office.execute("SELECT FROM depot.job FOR UPDATE")
            async with asyncio.timeout(20):
                tries = [post(anna, batch, "sync/mark-synced") for _ in range(3)]
                held, *_ = await asyncio.gather(*tries)
                assert (await bob.initial()).end
        assert kind_of(held) == (503, "database-unavailable")
        assert "Another program holds" in held.json()["detail"] and int(held.headers["retry-after"]) > 0
        taken = await post(anna, batch, "sync/mark-synced")
        assert (taken.status_code, taken.json()["replayed"], len(taken.json()["outcomes"])) == (200, False, 1)


async def test_a_push_too_is_told_to_come_back_when_no_connection_comes_free(depot_url: str) -> None:
    async with open_house(depot_url, pool_max=1, pool_wait_seconds=0.05) as house:
        device = await house.device()
        [job] = await house.jobs(ANNA)
        async with house.app.state.serving.borrow_connection(), asyncio.timeout(20):
            answer = await post(device, moved(job), "sync/mark-synced")
        assert kind_of(answer) == (503, "too-busy")
