"""Routes of plugins: served and described beside ours, and never in the place of one."""

from collections.abc import Iterable
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter
from pydantic import SecretStr
from tests.server.depot import NOON, PASSWORD, Depot, serve

from twinbase import Plugins, hookimpl
from twinbase.errors import DeclarationError
from twinbase_server import accounts
from twinbase_server.app import create_app
from twinbase_server.extension import (
    ConnectionDep,
    IdentityDep,
    NowDep,
    ProblemError,
    describe_problems,
    open_to_anybody,
)
from twinbase_server.settings import Settings

router = APIRouter(prefix="/machines", tags=["vending"])


@router.get("/count", response_model=dict[str, Any], responses=describe_problems("token-invalid", "token-expired"))
async def count(identity: IdentityDep, connection: ConnectionDep, now: NowDep) -> dict[str, Any]:
    """How many products there are, and who asks."""
    products = await connection.fetchval("SELECT count(*) FROM depot.product")
    return {"who": identity.subject, "sectors": identity.claims["sectors"], "products": products, "at": now.isoformat()}


@router.get("/{number}", response_model=dict[str, Any], dependencies=[open_to_anybody("for this test")])
async def machine(number: int) -> dict[str, Any]:
    """One machine."""
    if number > 9:
        raise ProblemError("not-found", "There are nine machines.")
    return {"number": number}


class Brings:
    """A plugin that brings these routes."""

    def __init__(self, *routes: Any) -> None:
        self.routes = routes

    @hookimpl
    def twinbase_routes(self) -> Iterable[Any]:
        return self.routes


def application(*routes: Any) -> Any:
    return create_app(Settings(database_url=SecretStr("postgresql://nowhere")), Plugins(Brings(*routes)))


async def _token(http: httpx2.AsyncClient) -> str:
    body = {"email": "anna@depot", "password": PASSWORD, "replica": "0198c5a0-0000-7000-8000-000000000001"}
    answer = await http.post("auth/login", json={**body, "device_name": "t"}, headers={"Twinbase-Protocol": "1"})
    return str(answer.json()["token"])


async def test_a_route_knows_who_calls_and_has_a_connection_and_the_time(depot_url: str) -> None:
    async with serve(depot_url, Plugins(Depot(), accounts, Brings(router))) as (_, http, _clock):
        answer = await http.get("machines/count", headers={"Authorization": f"Bearer {await _token(http)}"})
        assert answer.json() == {
            "who": "anna@depot",
            "sectors": ["north", "west"],
            "products": 0,
            "at": NOON.isoformat(),
        }
        nobody = await http.get("machines/count")
    assert (nobody.status_code, nobody.json()["type"]) == (401, "token-invalid")


async def test_what_goes_wrong_in_it_leaves_as_a_problem(depot_url: str) -> None:
    async with serve(depot_url, Plugins(Depot(), accounts, Brings(router))) as (_, http, _clock):
        assert (await http.get("machines/7")).json() == {"number": 7}
        for path, kind in (("machines/70", "not-found"), ("machines/seven", "bad-request")):
            answer = await http.get(path)
            assert answer.json()["type"] == kind and answer.headers["content-type"] == "application/problem+json"


def test_it_is_described_like_the_others() -> None:
    described = application(router).openapi()["paths"]["/api/v1/machines/count"]["get"]
    assert described["tags"] == ["vending"] and "How many products" in described["description"]
    assert {"200", "400", "401", "503"} <= set(described["responses"])


def _one(path: str, **options: Any) -> APIRouter:
    made = APIRouter(**options)
    made.get(path)(count)
    return made


@pytest.mark.parametrize(
    "routes",
    [[_one("/sync/status")], [_one("/status", prefix="/sync")], [_one("/a/{x}"), _one("/a/{y}")], [router, router]],
    ids=["ours", "ours-by-prefix", "names-of-parameters", "twice"],
)
def test_a_path_that_is_taken_is_refused_at_start(routes: list[APIRouter]) -> None:
    with pytest.raises(DeclarationError, match="is served already"):
        application(*routes)


def test_another_method_on_a_path_of_ours_is_no_collision() -> None:
    made = APIRouter()
    made.delete("/sync/status")(count)
    assert set(application(made).openapi()["paths"]["/api/v1/sync/status"]) == {"get", "delete"}


def test_what_is_no_router_is_refused_at_start() -> None:
    with pytest.raises(DeclarationError, match="which is no APIRouter"):
        application(count)
