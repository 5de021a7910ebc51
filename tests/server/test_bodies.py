"""Bodies: who has not signed in sends a few kilobytes; of the others nobody takes the room that all need."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from tests.server.depot import PASSWORD, TWINS, Device, House, compressed, open_house
from tests.server.test_limits import kind_of, post

MIB = 1024 * 1024
BOMB = b"[],[]," * (2 * MIB // 6)


async def _never(asked: list[str]) -> AsyncIterator[bytes]:
    """A body that notes when somebody reads it, and does not end."""
    asked.append("read")
    yield b"{"
    await asyncio.Event().wait()


@pytest.mark.parametrize("path", ["sync/schema", "sync/initial", "sync/repair", "sync/mark-synced"])
@pytest.mark.parametrize("token", ["", "x.y.z"])
async def test_a_wrong_token_is_refused_before_the_body_is_read(house: House, path: str, token: str) -> None:
    asked: list[str] = []
    headers = {**Device(house.http).headers(), "Authorization": f"Bearer {token}"}
    async with asyncio.timeout(20):
        answer = await house.http.post(path, content=_never(asked), headers=headers)
    assert kind_of(answer) == (401, "token-invalid") and asked == []


async def test_before_sign_in_a_body_is_small_and_plain(house: House) -> None:
    async def sign_in(content: bytes, **headers: str) -> tuple[int, str]:
        sent = {"Twinbase-Protocol": "1", "Content-Type": "application/json", **headers}
        return kind_of(await house.http.post("auth/login", content=content, headers=sent))

    assert await sign_in(BOMB) == (413, "body-too-large")
    assert await sign_in(b'{"email": "' + b"x" * 9_000) == (413, "body-too-large")
    assert await sign_in(compressed(BOMB), **{"Content-Encoding": "zstd"}) == (415, "media-type")
    assert await sign_in(b"{}" + b" " * 8_000) == (400, "bad-request")


async def test_the_longest_names_and_passwords_can_sign_in(house: House) -> None:
    body = {"email": "é" * 308 + "@example.org", "password": "𝄞" * 1024, "device_name": "𝄞" * 200}
    body["replica"] = str(Device(house.http).replica)
    sent = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Twinbase-Protocol": "1", "Content-Type": "application/json"}
    assert kind_of(await house.http.post("auth/login", content=sent, headers=headers)) == (401, "credentials-wrong")


async def test_only_a_push_may_be_as_large_as_a_batch(house: House) -> None:
    device = await house.device()
    for path in ("sync/schema", "sync/initial", "sync/repair"):
        assert kind_of(await post(device, BOMB, path)) == (413, "body-too-large")
        assert kind_of(await post(device, compressed(BOMB), path, **{"Content-Encoding": "zstd"}))[0] == 413
    assert kind_of(await post(device, BOMB, "sync/mark-synced")) == (422, "bad-batch")


async def test_a_body_to_no_route_of_ours_is_small_without_a_token(house: House) -> None:
    device = await house.device()
    assert kind_of(await house.http.post("hook", content=b"x" * 70_000)) == (413, "body-too-large")
    assert kind_of(await house.http.post("hook", content=b"x" * 60_000)) == (404, "not-found")
    assert kind_of(await post(device, b"x" * 70_000, "hook")) == (404, "not-found")


class Held:
    """Requests that have sent a part of their body, and send the rest when they are told to."""

    def __init__(self) -> None:
        self.sent, self.go_on = asyncio.Semaphore(0), asyncio.Event()

    async def body(self, count: int) -> AsyncIterator[bytes]:
        yield b" " * count
        self.sent.release()
        await self.go_on.wait()

    async def send(self, device: Device, count: int) -> "asyncio.Task[httpx2.Response]":
        request = device.http.post("sync/mark-synced", content=self.body(count), headers=device.headers())
        task = asyncio.create_task(request)
        await self.sent.acquire()
        return task

    async def end(self, *tasks: "asyncio.Task[httpx2.Response]") -> list[tuple[int, str]]:
        self.go_on.set()
        return [kind_of(answer) for answer in await asyncio.gather(*tasks)]


async def test_all_bodies_together_are_bounded_and_small_ones_still_come_through(depot_url: str) -> None:
    async with open_house(depot_url, body_bytes_total_max=16 * MIB) as house, asyncio.timeout(60):
        one, other, held = await house.device(), await house.device("bob@depot"), Held()
        first = await held.send(one, 12 * MIB)
        assert kind_of(await post(other, b" " * (8 * MIB), "sync/mark-synced")) == (503, "too-busy")
        assert (await other.agree(house.schema(TWINS))).status_code == 200
        assert await held.end(first) == [(422, "bad-batch")]
        assert kind_of(await post(other, b" " * (8 * MIB), "sync/mark-synced")) == (422, "bad-batch")


async def test_one_device_does_not_hold_more_than_three_bodies_at_a_time(house: House) -> None:
    async with asyncio.timeout(60):
        one, other, held = await house.device(), await house.device("bob@depot"), Held()
        tasks = [await held.send(one, 100) for _ in range(3)]
        assert kind_of(await post(one, b" ", "sync/mark-synced")) == (503, "too-busy")
        assert kind_of(await post(other, b" ", "sync/mark-synced")) == (422, "bad-batch")
        assert await held.end(*tasks) == [(422, "bad-batch")] * 3
        assert kind_of(await post(one, b" ", "sync/mark-synced")) == (422, "bad-batch")


async def test_a_body_that_comes_steadily_on_a_bad_line_is_waited_for(depot_url: str) -> None:
    async with open_house(depot_url, send_seconds=0.2) as house:
        device, loop = await house.device(), asyncio.get_running_loop()

        async def steady() -> Any:
            ends = loop.time() + 0.6
            while loop.time() < ends:
                yield b" " * 8192
                await house.http.get("health")

        answer = await device.http.post("sync/mark-synced", content=steady(), headers=device.headers())
        assert kind_of(answer) == (422, "bad-batch")


async def test_sign_ins_wait_for_each_other_and_for_nobody_else(depot_url: str) -> None:
    async with open_house(depot_url, sign_ins_max=1, pool_wait_seconds=0.1) as house:
        device = await house.device()
        async with house.app.state.serving.lanes.sign_ins.enter_lane():
            answer = await Device(house.http).login("anna@depot", PASSWORD)
            assert kind_of(answer) == (503, "too-busy")
            assert (await device.initial()).end
        assert (await Device(house.http).login("anna@depot")).status_code == 200
