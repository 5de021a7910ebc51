"""Every route says who may call it, and is refused at start when it does not; what it says holds for every role."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import asyncpg
import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from tests.server.depot import Depot, serve

from twinbase import Credentials, Identity, Plugins, hookimpl
from twinbase.errors import DeclarationError
from twinbase_server.app import create_app
from twinbase_server.extension import IdentityDep, needs, needs_sign_in, open_to_anybody
from twinbase_server.http.access import list_access
from twinbase_server.settings import Settings

ROLES: Mapping[str, Collection[str]] = {
    "clerk": ["stock.read"],
    "keeper": ["stock.read", "stock.write"],
    "guest": [],
    "boss": ["*"],
}


OF_THE_PLUGIN = {
    "GET /api/v1/alone/open", "GET /api/v1/alone/signed", "GET /api/v1/alone/named", "POST /api/v1/alone/written",
    "GET /api/v1/stock/list", "PUT /api/v1/stock/item",
}  # fmt: skip


class Count(BaseModel):
    """A body."""

    number: int


async def _hello() -> str:
    return "hello"


async def _count(body: Count) -> int:
    return body.number


async def _named(identity: IdentityDep) -> str:
    return identity.subject


def _routers() -> list[APIRouter]:
    """Routes of every kind: what they need said by themselves, by their router, by both, and by who is named."""
    alone, shared = APIRouter(prefix="/alone"), APIRouter(prefix="/stock", dependencies=[needs("stock.read")])
    alone.get("/open", dependencies=[open_to_anybody("for this test")])(_hello)
    alone.get("/signed", dependencies=[needs_sign_in()])(_hello)
    alone.get("/named")(_named)
    alone.post("/written", dependencies=[needs("stock.write")])(_count)
    shared.get("/list")(_hello)
    shared.put("/item", dependencies=[needs("stock.write")])(_count)
    return [alone, shared]


class Stock:
    """A plugin that brings these routes, permissions and roles."""

    def __init__(self, *routers: Any, roles: Mapping[str, Collection[str]] = ROLES) -> None:
        self.routers, self.roles = routers, roles

    @hookimpl
    def twinbase_permissions(self) -> Mapping[str, str]:
        return {"stock.read": "See the stock.", "stock.write": "Change it."}

    @hookimpl
    def twinbase_roles(self) -> Mapping[str, Collection[str]]:
        return self.roles

    @hookimpl
    async def twinbase_authenticate(self, credentials: Credentials) -> Identity:
        """Everybody is who they say, and has the role that they are named after."""
        return Identity(credentials.email, {"role": credentials.email.partition("@")[0]})

    @hookimpl
    def twinbase_routes(self) -> Iterable[Any]:
        return self.routers


def application(*routers: Any) -> FastAPI:
    return create_app(Settings(database_url=SecretStr("postgresql://nowhere")), Plugins(Stock(*routers)))


def _one(**options: Any) -> APIRouter:
    made = APIRouter()
    made.get("/counted", **options)(_hello)
    return made


def test_a_route_that_does_not_say_who_may_call_it_is_refused_at_start() -> None:
    with pytest.raises(DeclarationError, match=r"GET /api/v1/counted does not say who may call it: write.*needs\("):
        application(_one())


def test_a_dependency_of_another_kind_says_nothing() -> None:
    with pytest.raises(DeclarationError, match="does not say who may call it"):
        application(_one(dependencies=[Depends(_hello)]))


def test_a_permission_that_no_plugin_declares_is_refused_with_the_nearest() -> None:
    with pytest.raises(DeclarationError, match=r"GET /api/v1/counted needs the permission 'stock.raed'.*is stock.read"):
        application(_one(dependencies=[needs("stock.raed")]))


@pytest.mark.parametrize("other", [needs("stock.read"), needs_sign_in()])
def test_a_route_is_not_open_and_shut_at_once(other: Any) -> None:
    with pytest.raises(DeclarationError, match="open to anybody and needs a sign-in"):
        application(_one(dependencies=[open_to_anybody("by mistake"), other]))


def test_a_web_socket_says_it_too() -> None:
    made = APIRouter()
    made.websocket("/watched")(_hello)
    with pytest.raises(DeclarationError, match="/api/v1/watched does not say who may call it"):
        application(made)


@pytest.mark.parametrize("kind", ["route", "mount", "api"])
async def test_what_is_added_to_the_application_later_is_refused_when_it_starts(kind: str) -> None:
    app = application()
    if kind == "route":
        app.router.routes.append(Route("/later", lambda request: PlainTextResponse("")))
    elif kind == "mount":
        app.mount("/later", Starlette())
    else:
        app.get("/later")(_hello)
    with pytest.raises(DeclarationError, match="/later"):
        async with app.router.lifespan_context(app):
            pass


def test_all_routes_are_found_and_say_it() -> None:
    said = {access.label: access for access in list_access(application(*_routers()).routes)}
    opened = {label for label, access in said.items() if access.is_open}
    assert opened == {
        "GET /openapi.json", "POST /api/v1/auth/login", "POST /api/v1/auth/refresh", "GET /api/v1/health",
        "GET /api/v1/metrics", "GET /api/v1/alone/open", "POST /api/v1/auth/enroll", "GET /api/v1/auth/link",
        "POST /api/v1/auth/link", "POST /api/v1/auth/wipe/unsent", "POST /api/v1/auth/wipe/done",
    }  # fmt: skip
    assert said["PUT /api/v1/stock/item"].permissions == {"stock.read", "stock.write"}
    assert {label for label in said if "/stock/" in label or "/alone/" in label} == OF_THE_PLUGIN


async def test_every_route_lets_in_whom_it_says_and_nobody_else(depot_url: str) -> None:
    """Every route of the application, ours and a plugin's, with every role, without one, and without a token."""
    async with serve(depot_url, Plugins(Depot(), Stock(*_routers()))) as (app, http, _clock):
        routes = list_access(app.routes)
        for role in (*ROLES, None):
            for access in routes:
                if access.label == "POST /api/v1/auth/login":
                    continue  # it is how one comes in
                headers = {} if role is None else await _signed_in(http, role)  # once more: some routes sign out
                kind = await _problem(http, access.label, headers)
                expected = None if _admits(access, role) else _why_not(role)
                # What is open may ask for a secret of its own, a ticket say: then no token of ours opens it.
                assert _is_shut_out(kind) == expected or (access.is_open and kind == "token-invalid"), (access, kind)


def _admits(access: Any, role: str | None) -> bool:
    if role is None:
        return bool(access.is_open)
    return all(permission in ROLES[role] or "*" in ROLES[role] for permission in access.permissions)


def _why_not(role: str | None) -> str:
    return "token-invalid" if role is None else "not-permitted"


def _is_shut_out(kind: str | None) -> str | None:
    """The problems of whoever may not; any other answer comes from inside."""
    return kind if kind in ("token-invalid", "not-permitted") else None


async def _problem(http: httpx2.AsyncClient, label: str, headers: Mapping[str, str]) -> str | None:
    method, path = label.split()
    body = {"number": 1} if method in ("POST", "PUT") else None
    answer = await http.request(method, f"http://depot{path}", json=body, headers=headers)
    if method == "HEAD":  # it has no body to say more
        return {401: "token-invalid", 403: "not-permitted"}.get(answer.status_code)
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return str(answer.json()["type"]) if is_problem else None


async def _signed_in(http: httpx2.AsyncClient, role: str) -> dict[str, str]:
    replica = f"0198c5a0-0000-7000-8000-{list(ROLES).index(role):012}"
    body = {"email": f"{role}@depot", "password": "any", "replica": replica}
    answer = await http.post("auth/login", json=body, headers={"Twinbase-Protocol": "1"})
    return {
        "Authorization": f"Bearer {answer.json()['token']}", "Twinbase-Protocol": "1", "Twinbase-Replica": replica,
        "Twinbase-Epoch": "1",
    }  # fmt: skip


async def test_whoever_may_not_hears_so_before_the_body_is_judged(depot_url: str) -> None:
    async with serve(depot_url, Plugins(Depot(), Stock(*_routers()))) as (_, http, _clock):
        clerk = await _signed_in(http, "clerk")
        for body in ({"number": "none"}, {}, {"number": 1}):
            answer = await http.put("stock/item", json=body, headers=clerk)
            assert (answer.status_code, answer.json()["type"]) == (403, "not-permitted")
            assert "stock.write" in answer.json()["detail"]


async def test_the_role_counts_as_it_is_now_and_not_as_it_was_at_sign_in(depot_url: str) -> None:
    """The token names the role; what that gives is the server's to say, today."""
    async with serve(depot_url, Plugins(Depot(), Stock(*_routers()))) as (_, http, _clock):
        headers = await _signed_in(http, "clerk")
        assert (await http.get("auth/me", headers=headers)).json()["permissions"] == ["stock.read"]
        assert (await http.get("stock/list", headers=headers)).status_code == 200
    for roles, kind in (({**ROLES, "clerk": []}, "not-permitted"), ({"boss": ["*"]}, "claim-missing")):
        async with serve(depot_url, Plugins(Depot(), Stock(*_routers(), roles=roles))) as (_, http, _clock):
            answer = await http.get("stock/list", headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (403, kind)


@pytest.mark.parametrize("path", ["stock/list", "alone/signed", "alone/named"])
async def test_whoever_was_cut_off_calls_no_route_of_a_plugin_any_more(depot_url: str, path: str) -> None:
    """The token is good for minutes still; the device, the account and the session are not."""
    cuts = {
        "UPDATE twinbase.replica SET revoked_at = now()": "device-revoked",
        "UPDATE twinbase.session SET ended_at = now(), ended_why = 'It was ended.'": "session-ended",
    }
    async with serve(depot_url, Plugins(Depot(), Stock(*_routers()))) as (_, http, _clock):
        for number, (cut, kind) in enumerate(cuts.items()):
            headers = await _signed_in(http, list(ROLES)[number])
            assert (await http.get(path, headers=headers)).status_code == 200
            await execute(depot_url, cut)
            assert (await http.get(path, headers=headers)).json()["type"] == kind


async def execute(url: str, statement: str) -> None:
    """Do something in the office."""
    office = await asyncpg.connect(url)
    await office.execute(statement)
    await office.close()
