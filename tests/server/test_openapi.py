"""The API says what it does: every route, body, answer and problem, with examples; and no request makes it fail."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import httpx2
import hypothesis
import pytest
import schemathesis
from fastapi import APIRouter
from hypothesis import HealthCheck
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from tests.server.depot import Device, House

from twinbase import Plugins, hookimpl
from twinbase.testing.wire import Wire
from twinbase_server.app import create_app
from twinbase_server.extension import describe_problems, needs
from twinbase_server.problems import KINDS
from twinbase_server.settings import Settings

# A letter may become twelve on its way, and the client itself refuses an address of more than 65,536.
QUERY_LETTERS_MAX = 5_000
# What a piece of an upload is; the tests send it as any other bytes.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
ROUTES = {
    "/api/v1/auth/enroll", "/api/v1/auth/link", "/api/v1/auth/login", "/api/v1/auth/me", "/api/v1/auth/refresh",
    "/api/v1/auth/sessions", "/api/v1/auth/sessions/end", "/api/v1/auth/sign-out", "/api/v1/auth/wipe/done",
    "/api/v1/auth/wipe/unsent", "/api/v1/health", "/api/v1/metrics", "/api/v1/sync/events", "/api/v1/sync/initial",
    "/api/v1/sync/mark-synced", "/api/v1/sync/pending", "/api/v1/sync/repair", "/api/v1/sync/schema",
    "/api/v1/sync/status",
    "/api/v1/office/people", "/api/v1/office/people/change", "/api/v1/office/people/disable",
    "/api/v1/office/people/enable", "/api/v1/office/people/invite", "/api/v1/office/people/reset",
    "/api/v1/office/devices", "/api/v1/office/devices/code", "/api/v1/office/devices/{id}/cancel-wipe",
    "/api/v1/office/devices/{id}/readmit", "/api/v1/office/devices/{id}/rename", "/api/v1/office/devices/{id}/revoke",
    "/api/v1/office/devices/{id}/wipe", "/api/v1/office/salvaged", "/api/v1/office/salvaged/{id}/accept",
    "/api/v1/files", "/api/v1/files/uploads/{id}", "/api/v1/files/{twin}/{column}/{key}",
    "/api/v1/office/salvaged/{id}/discard", "/api/v1/office/sessions", "/api/v1/office/sessions/end",
    "/api/v1/office/conflicts", "/api/v1/office/conflicts/{id}", "/api/v1/office/conflicts/{id}/restore",
    "/api/v1/office/conflicts/{id}/settle",
}  # fmt: skip


class Guarded:
    """A plugin with a route for some, by which people sign in elsewhere."""

    @hookimpl
    def twinbase_permissions(self) -> Mapping[str, str]:
        return {"gate.open": "Open the gate."}

    @hookimpl
    def twinbase_routes(self) -> Iterable[Any]:
        router = APIRouter()
        router.get("/gate", dependencies=[needs("gate.open")], responses=describe_problems("sign-in-pending"))(_gate)
        return [router]


async def _gate() -> str:
    """The gate."""
    return "open"


async def test_every_route_is_described(house: House) -> None:
    description = house.app.openapi()
    assert set(description["paths"]) == ROUTES
    for operation in _operations(description):
        assert operation["description"] or operation["summary"]
        assert {"200", "201", "204"} & operation["responses"].keys()


async def test_every_problem_is_an_example_somewhere_and_no_other_is(house: House) -> None:
    guarded = create_app(Settings(database_url=SecretStr(house.url)), Plugins(Guarded()))
    told = {
        kind
        for operation in (*_operations(house.app.openapi()), *_operations(guarded.openapi()))
        for response in operation["responses"].values()
        for kind in response.get("content", {}).get("application/problem+json", {}).get("examples", {})
    }
    assert told <= set(KINDS)
    assert set(KINDS) - told <= {"internal", "not-found", "method"}


async def test_every_reference_leads_somewhere(house: House) -> None:
    description = house.app.openapi()
    for reference in _references(description):
        name = reference.removeprefix("#/components/schemas/")
        assert name in description["components"]["schemas"]


async def test_no_request_that_the_description_allows_or_forbids_makes_the_server_fail(house: House) -> None:
    device = await house.device()
    schema = schemathesis.openapi.from_dict(house.app.openapi())
    cases: list[Any] = []
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)
        cases += _examples(operation.ok().as_strategy(), 8)
        # What takes no parameter and no body cannot be asked wrongly.
        with suppress(Unsatisfiable):
            cases += _examples(operation.ok().as_strategy(generation_mode=GenerationMode.NEGATIVE), 12)
    cases = [case for case in cases if len(repr(case.query)) < QUERY_LETTERS_MAX]
    for case in cases:
        response = await _send(house, device, case)
        assert response.status_code != 500, (case.method, case.path, response.text)
        if response.status_code >= 400:
            assert response.headers["content-type"] == "application/problem+json"


def _examples(strategy: Any, count: int) -> list[Any]:
    found: list[Any] = []

    @hypothesis.settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @hypothesis.given(strategy)
    def collect(case: Any) -> None:
        found.append(case)

    collect()
    return found


async def _send(house: House, device: Device, case: Any) -> Any:
    """A generated request, with a token, so that it reaches what lies behind the door."""
    given = case.as_transport_kwargs()
    headers = {**{k: v for k, v in device.headers().items()}, "Content-Type": "application/json"}
    body = {k: given[k] for k in ("json", "content", "data") if given.get(k) is not None}
    url = case.formatted_path.removeprefix("/api/v1/")
    if url == "sync/events":
        return await _begin_to_listen(house, case.method, url, given.get("params"), headers)
    return await house.http.request(case.method, url, params=given.get("params"), headers=headers, **body)


async def _begin_to_listen(house: House, method: str, url: str, params: Any, headers: dict[str, str]) -> Any:
    """The head of an answer that has no end, or a whole problem."""
    wire = Wire(house.app)
    async with httpx2.AsyncClient(transport=wire, base_url=house.http.base_url) as http:
        async with http.stream(method, url, params=params, headers=headers) as response:
            if response.status_code >= 400:
                await response.aread()
    assert not wire.crashes
    return response


def _operations(description: Any) -> list[Any]:
    return [operation for path in description["paths"].values() for operation in path.values()]


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for item in node for found in _references(item)] if isinstance(node, list) else []


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
