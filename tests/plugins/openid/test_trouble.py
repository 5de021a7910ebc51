"""Codes that are stolen, guessed or used twice; a directory that is down, slow, or says nonsense; keys that change."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx2
import pytest
from joserfc.jwk import KeySet, OKPKey
from tests.plugins.openid.conftest import OpenWorld
from tests.plugins.openid.directory import Person

from twinbase.errors import NotSignedIn, ServerRefused
from twinbase.testing import Device
from twinbase_openid.device.flow import BEGIN, FINISH, BrowserFlow
from twinbase_openid.device.landing import open_landing
from twinbase_openid.provider import Provider, ProviderFailed
from twinbase_openid.settings import OpenIdSettings

Come = Callable[..., Person]
NOW = datetime.now(UTC)


async def bring_code(device: Device, person: Person) -> dict[str, str]:
    """What a device would finish with."""
    async with open_landing() as landing:
        flow = BrowserFlow(landing.address)
        answer = await device.replica.ask_plugin(BEGIN, flow.make_question())
        person.browse(str(answer["url"]))
        return dict(flow.read_return(str(answer["issuer"]), await landing.wait(10)))


async def test_a_code_is_good_once(open_world: OpenWorld, person: Come) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        device, thief = await world.device("phone", signed_in=False), await world.device("thief", signed_in=False)
        code = await bring_code(device, person("ada"))
        await device.replica.sign_in_by(FINISH, code)
        for again in (device, thief):
            with pytest.raises(NotSignedIn, match="used, or has ended"):
                await again.replica.sign_in_by(FINISH, code)


@pytest.mark.parametrize("lacking", ["verifier", "nonce"])
async def test_a_code_without_what_the_device_kept_is_worth_nothing(
    open_world: OpenWorld, person: Come, lacking: str
) -> None:
    async with open_world() as world:
        await world.account("ada", role="writer")
        device, thief = await world.device("phone", signed_in=False), await world.device("thief", signed_in=False)
        stolen = {**await bring_code(device, person("ada")), lacking: "x" * 43}
        with pytest.raises(NotSignedIn):
            await thief.replica.sign_in_by(FINISH, stolen)


async def test_who_guesses_has_to_wait(open_world: OpenWorld) -> None:
    async with open_world() as world:
        device = await world.device("phone", signed_in=False)
        flow = BrowserFlow("http://127.0.0.1:4711/")
        said = {"redirect_uri": flow.redirect_uri, "verifier": flow.verifier, "nonce": flow.nonce, "code": "guessed"}
        for _ in range(31):
            with pytest.raises(NotSignedIn):
                await device.replica.sign_in_by(FINISH, said)
        with pytest.raises(ServerRefused) as refused:
            await device.replica.sign_in_by(FINISH, said)
        assert refused.value.kind == "too-many-sign-ins"


@pytest.mark.parametrize("uri", ["https://evil.example/", "http://192.0.2.1:4711/", "javascript:1", ""])
async def test_a_code_is_sent_to_no_stranger(open_world: OpenWorld, uri: str) -> None:
    async with open_world(redirects='["com.example.app:/back"]') as world:
        device = await world.device("phone", signed_in=False)
        with pytest.raises(ServerRefused) as refused:
            await device.replica.ask_plugin(BEGIN, BrowserFlow(uri).make_question())
        assert refused.value.kind == "bad-request"
        assert await device.replica.ask_plugin(BEGIN, BrowserFlow("com.example.app:/back").make_question())


async def test_a_directory_that_is_down_is_said_to_be(open_world: OpenWorld) -> None:
    async with open_world(issuer="http://127.0.0.1:9") as world:
        device = await world.device("phone", signed_in=False)
        with pytest.raises(ServerRefused) as refused:
            await device.replica.ask_plugin(BEGIN, BrowserFlow("http://127.0.0.1:4711/").make_question())
        assert (refused.value.status, refused.value.kind) == (503, "plugin-failed")
        await world.account("ben", role="writer")
        assert (await (await world.device("ben")).sync()).is_proven


async def test_without_a_directory_nobody_signs_in_this_way(open_world: OpenWorld) -> None:
    async with open_world(issuer="", client_id="") as world:
        device = await world.device("phone", signed_in=False)
        for route, said in [
            (BEGIN, BrowserFlow("http://127.0.0.1:4711/").make_question()),
            ("auth/openid/terminal/begin", {}),
        ]:
            with pytest.raises(ServerRefused) as refused:
                await device.replica.ask_plugin(route, said)
            assert refused.value.kind == "not-found"


class Answers:
    """What an odd provider answers, by path. `issuer`: where it is."""

    issuer: str

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.by_path: dict[str, tuple[int, Any]] = {}
        self.waits = Event()
        self.waits.set()

    def describe(self, **changed: Any) -> None:
        """Say of oneself what a provider says."""
        said = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **changed}
        named = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")}
        described = {name: value for name, value in {**named, **said}.items() if value is not None}
        self.by_path["/.well-known/openid-configuration"] = 200, described


@contextmanager
def open_odd_provider() -> Iterator[Answers]:
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append(self.path)
            answers.waits.wait(20)
            status, said = answers.by_path.get(self.path, (404, {}))
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.issuer = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield answers
    finally:
        answers.waits.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def odd() -> Iterator[Answers]:
    with open_odd_provider() as answers:
        answers.describe()
        yield answers


def provider_of(odd: Answers, **settings: Any) -> Provider:
    return Provider(OpenIdSettings(issuer=odd.issuer, client_id="twinbase", **settings))


@pytest.mark.parametrize(
    "answer",
    [(200, b"<html>"), (200, b""), (200, []), (200, {"issuer": 7}), (500, {}), (302, {}), (200, b"\xff")],
    ids=str,
)
async def test_a_directory_that_says_nonsense_is_not_believed(odd: Answers, answer: tuple[int, Any]) -> None:
    odd.by_path["/.well-known/openid-configuration"] = answer
    with pytest.raises(ProviderFailed):
        await provider_of(odd).read_metadata(NOW)


async def test_a_directory_that_calls_itself_otherwise_is_not_believed(odd: Answers) -> None:
    odd.describe(issuer="https://other.example")
    with pytest.raises(ProviderFailed, match="TWINBASE_OPENID_ISSUER"):
        await provider_of(odd).read_metadata(NOW)


async def test_a_slow_directory_is_waited_for_so_long_and_no_longer(odd: Answers) -> None:
    odd.waits.clear()
    with pytest.raises(ProviderFailed, match="did not answer"):
        await provider_of(odd, timeout_seconds=0.2).read_metadata(NOW)


async def test_a_new_key_is_read_and_one_that_is_made_up_not_each_time(odd: Answers) -> None:
    def offer(*names: str) -> None:
        keys: list[Any] = [OKPKey.generate_key("Ed25519", {"kid": name}) for name in names]
        odd.by_path["/keys"] = 200, KeySet(keys).as_dict(private=False)

    async def names(key_id: str, now: datetime) -> set[str | None]:
        return {key.kid for key in (await provider.read_keys(key_id, now)).keys}

    provider = provider_of(odd)
    offer("old")
    assert await names("old", NOW) == {"old"}
    offer("old", "new")
    assert await names("old", NOW + timedelta(minutes=2)) == {"old"}
    assert await names("new", NOW + timedelta(minutes=2)) == {"old", "new"}
    for _ in range(20):
        await names("made up", NOW + timedelta(minutes=2, seconds=30))
    assert odd.asked.count("/keys") == 2
    offer("newest")
    assert await names("newest", NOW + timedelta(hours=2)) == {"newest"}


@pytest.mark.parametrize("keys", [(200, {}), (200, {"keys": [{"kty": "?"}]}), (200, b"no"), (404, {})], ids=str)
async def test_keys_that_cannot_be_read_are_no_keys(odd: Answers, keys: tuple[int, Any]) -> None:
    odd.by_path["/keys"] = keys
    with pytest.raises(ProviderFailed):
        await provider_of(odd).read_keys("k", NOW)


async def test_a_browser_that_comes_with_nothing_is_not_the_one_that_is_waited_for() -> None:
    async with open_landing() as landing, httpx2.AsyncClient() as browser:
        assert (await browser.get(f"{landing.address}favicon.ico")).status_code == 404
        assert (await browser.get(landing.address)).status_code == 404
        assert (await browser.get(f"{landing.address}?code=first&state=s")).status_code == 200
        await browser.get(f"{landing.address}?code=second&state=s")
        assert (await landing.wait(5))["code"] == "first"


async def test_who_is_ended_twice_leaves_no_address_open() -> None:
    addresses: asyncio.Queue[str] = asyncio.Queue()

    async def wait() -> None:
        async with open_landing() as landing:
            addresses.put_nowait(landing.address)
            await landing.wait(60)

    waiting = asyncio.create_task(wait())
    address = await addresses.get()
    for _ in range(2):
        waiting.cancel()
        await asyncio.wait([asyncio.create_task(asyncio.sleep(0))])
    with pytest.raises(asyncio.CancelledError):
        await waiting
    # Not a timeout: then somebody would still listen.
    with pytest.raises((httpx2.ConnectError, httpx2.ReadError)):
        httpx2.get(address)
