"""Every role, over every route and every table, on a row of one's own and on somebody else's, and none of it by hand.

What is expected comes from the declarations (roles, permissions, mirrors) and from the oracle of scopes (wanted.py).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.plugins.mobile.company import AS_OF, Dice
from tests.plugins.mobile.wanted import query
from tests.server.depot import Answer, Device

from twinbase import Credentials, Identity, Plugins, hookimpl
from twinbase.quoting import quote_name
from twinbase.registry import Twin
from twinbase.roles import OF_THE_SERVER
from twinbase.testing import prepare
from twinbase.testing.databases import Databases
from twinbase_mobile.roles import COMPLETE, PERMISSIONS, REOPEN, ROLES, ROLES_OF_BEFORE
from twinbase_server.app import create_app
from twinbase_server.extension import needs
from twinbase_server.http.access import RouteAccess, list_access
from twinbase_server.settings import Settings
from twinbase_server.sql.names import column_sql, table_sql

ALONE = {f"only-{number}": [permission] for number, permission in enumerate(PERMISSIONS)}
"""A role for each permission: a list of them is any set of permissions."""


class Gates:
    """A plugin with a route for each permission, and a sign-in in which everybody says what they are."""

    @hookimpl
    def twinbase_roles(self) -> Mapping[str, Collection[str]]:
        return ALONE

    @hookimpl
    def twinbase_routes(self) -> Iterable[Any]:
        router = APIRouter(prefix="/gates")
        for permission in PERMISSIONS:
            router.get(f"/{permission}", dependencies=[needs(permission)])(_open)
        return [router]

    @hookimpl
    async def twinbase_authenticate(self, credentials: Credentials) -> Identity:
        return Identity(credentials.email, json.loads(credentials.password))


async def _open() -> str:
    return "open"


PLUGINS = Plugins("mobile", "ninjaone", Gates())
TWINS = [twin for twin in PLUGINS.registry if twin.schema == "mobile"]


@dataclass
class Company:
    """A database with random rows, and who asks: a colleague with nobody in the team."""

    url: str
    me: UUID

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[tuple[FastAPI, httpx2.AsyncClient]]:
        app = create_app(Settings(database_url=SecretStr(self.url)), PLUGINS, clock=lambda: AS_OF)
        transport = httpx2.ASGITransport(app=app)
        async with app.router.lifespan_context(app):
            async with httpx2.AsyncClient(transport=transport, base_url="http://mobile/api/v1/") as http:
                yield app, http

    async def sign_in(self, http: httpx2.AsyncClient, role: object) -> Device:
        device = Device(http)
        claims = {"colleague_id": str(self.me), "team": [], "role": role}
        assert (await device.login(f"{uuid4()}@mobile", json.dumps(claims))).status_code == 200
        return device


@pytest.fixture(scope="module")
def company(databases: Databases) -> Iterator[Company]:
    url = databases.create()
    yield Company(url, asyncio.run(_fill(url)))
    databases.drop(url)


async def _fill(url: str) -> UUID:
    await prepare(url, Plugins("accounts", "mobile"), AS_OF)
    dice = Dice(3)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await dice.fill(connection)
    await engine.dispose()
    return dice.ids["colleagues"][0]


def permissions_of(roles: Iterable[str]) -> set[str]:
    """What they give, as they are declared."""
    declared = {**ROLES, **ROLES_OF_BEFORE, **ALONE}
    given = {permission for role in roles for permission in declared[role]}
    return {*PERMISSIONS, *OF_THE_SERVER} if "*" in given else given


@dataclass
class Rows:
    """Of one table, in wire form by id: those that the oracle gives to whoever asks, and the others."""

    own: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)

    def pick(self) -> Iterator[tuple[bool, Mapping[str, Any]]]:
        """One of each: whether it is their own, and its values."""
        for is_own, rows in ((True, self.own), (False, self.foreign)):
            if rows:
                yield is_own, rows[min(rows)]


async def read_rows(company: Company) -> dict[str, Rows]:
    connection = await asyncpg.connect(company.url)
    found: dict[str, Rows] = {}
    for twin in TWINS:
        names = (f"{twin.codecs[n].to_wire_sql(column_sql(n, 't'))} AS {quote_name(n)}" for n in twin.columns)
        sql = f"SELECT row_to_json(w)::text FROM (SELECT {', '.join(names)} FROM {table_sql(twin.table)} t) w"
        wanted = {str(row[0]) for row in await connection.fetch(query(twin.name), company.me, AS_OF, [])}
        rows = found[twin.name] = Rows()
        for (row,) in await connection.fetch(sql):
            values = json.loads(row)
            (rows.own if values["id"] in wanted else rows.foreign)[values["id"]] = values
    await connection.close()
    return found


async def pull(device: Device) -> Answer:
    """Everything, as a first sync brings it."""
    schema = {twin.name: {"version": twin.mirror.version, "columns": list(twin.columns)} for twin in TWINS}
    assert (await device.agree(schema)).status_code == 200
    answer = await device.initial()
    assert answer.status == 200, answer.problem
    return answer


async def expect_rows(company: Company, device: Device, permissions: Collection[str]) -> None:
    """Of each table all rows of one's own and no other, or none at all."""
    rows, answer = await read_rows(company), await pull(device)
    for twin in TWINS:
        expected = set(rows[twin.name].own) if twin.gates <= set(permissions) else set()
        assert set(answer.keys(twin.name)) == expected, twin.name


def mutations_on(rows: Mapping[str, Rows]) -> Iterator[tuple[Twin, bool, dict[str, Any]]]:
    """All that a device may do to one row of each table that is its own, and to one that is not."""
    for twin in TWINS:
        for is_own, row in rows[twin.name].pick():
            for operation in sorted(twin.operations):
                yield twin, is_own, _mutation(twin, operation, row)


def _mutation(twin: Twin, operation: str, row: Mapping[str, Any]) -> dict[str, Any]:
    made = {"id": str(uuid4()), "twin": twin.name, "op": operation, "key": [row["id"]], "at": AS_OF.isoformat()}
    if operation == "delete":
        return {**made, "base": None, "old": dict(row), "new": {}}
    if operation == "insert":
        return {**made, "base": None, "old": {}, "new": {name: row[name] for name in twin.insertable}}
    column = min(twin.writable)
    return {**made, "base": None, "old": {column: row[column]}, "new": {column: row[column]}}


NOT_ONES_OWN = {"insert": ("refused", "key-taken"), "update": ("refused", "gone"), "delete": ("applied", "")}


async def expect_writes(company: Company, device: Device, permissions: Collection[str]) -> None:
    """Without the permission everything is refused for that; with it, what is not one's own is as good as not there."""
    before = await read_rows(company)
    tried = list(mutations_on(before))
    outcomes = await _push(device, [{**mutation, "tx": tx} for tx, (_, _, mutation) in enumerate(tried)])
    after = await read_rows(company)
    for (twin, is_own, mutation), outcome in zip(tried, outcomes, strict=True):
        came = (outcome["status"], outcome.get("reason") or "")
        what = (twin.name, mutation["op"], is_own, came)
        key, permitted = mutation["key"][0], twin.mirror.write in permissions
        if not permitted:
            assert came == ("refused", "permission"), what
        elif not is_own or not twin.gates <= set(permissions):
            assert came == NOT_ONES_OWN[mutation["op"]], what
        else:
            assert came[1] not in ("permission", "gone", "key-taken"), what
        if not permitted or not is_own:
            assert _row(after, twin, key) == _row(before, twin, key), what
    assert {is_own for _, is_own, _ in tried} == {True, False} and len(tried) > 40


def _row(rows: Mapping[str, Rows], twin: Twin, key: str) -> Any:
    return {**rows[twin.name].own, **rows[twin.name].foreign}.get(key)


async def _push(device: Device, mutations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    body = {"n": 1, "previous": "", "offset_ms": 0, "mutations": mutations}
    answer = await device.http.post("sync/mark-synced", json=body, headers=device.headers())
    assert answer.status_code == 200, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


@pytest.mark.parametrize("role", [*ROLES, *ROLES_OF_BEFORE])
async def test_a_role_has_the_rows_that_are_its_own_in_the_tables_that_it_may_read(company: Company, role: str) -> None:
    async with company.serve() as (_, http):
        await expect_rows(company, await company.sign_in(http, role or None), permissions_of([role]))


@pytest.mark.parametrize("role", [*ROLES, *ROLES_OF_BEFORE])
async def test_a_role_writes_its_own_rows_in_the_tables_that_it_may_write(company: Company, role: str) -> None:
    async with company.serve() as (_, http):
        await expect_writes(company, await company.sign_in(http, role or None), permissions_of([role]))


STEPS = [
    ({"in_progress", "paused"}, "done", COMPLETE, "complete_not_yours"),
    ({"done"}, "in_progress", REOPEN, "status_office_only"),
    ({"cancelled"}, "planned", REOPEN, "status_office_only"),
]


@pytest.mark.parametrize(("before", "after", "permission", "reason"), STEPS)
async def test_some_steps_of_a_visit_are_permissions_of_their_own(
    company: Company, before: Collection[str], after: str, permission: str, reason: str
) -> None:
    """Of two people who may both work on visits."""
    works = ["interventions.read", "interventions.update"]
    visit = next(row for row in (await read_rows(company))["interventions"].own.values() if row["status"] in before)
    step = {"op": "update", "old": {"status": visit["status"]}, "new": {"status": after}}
    async with company.serve() as (_, http):
        for permissions, is_refused in ((works, True), ([*works, permission], False)):
            roles = [role for role, (given,) in ALONE.items() if given in permissions]
            device = await company.sign_in(http, roles)
            mutation = {**_mutation(PLUGINS.registry["interventions"], "update", visit), **step}
            (outcome,) = await _push(device, [mutation])
            assert (outcome.get("reason") == reason) == is_refused, outcome


@pytest.mark.parametrize("role", [*ROLES, *ROLES_OF_BEFORE, None])
async def test_a_role_gets_into_the_routes_that_it_may_call(company: Company, role: str | None) -> None:
    """None: nobody is signed in."""
    async with company.serve() as (app, http):
        permissions = set() if role is None else permissions_of([role])
        routes = [access for access in list_access(app.routes) if access.label != "POST /api/v1/auth/login"]
        assert len(routes) > len(PERMISSIONS) + 10
        for access in routes:
            # Once more each time: some routes sign out.
            headers = {} if role is None else (await company.sign_in(http, role or None)).headers()
            kind = await _problem(http, access, headers)
            if access.is_open:
                # It may ask for a secret of its own, a ticket say.
                assert kind != "not-permitted", access
            elif role is None:
                assert kind == "token-invalid", access
            else:
                assert (kind == "not-permitted") == (not access.permissions <= permissions), (access, kind)


async def _problem(http: httpx2.AsyncClient, access: RouteAccess, headers: Mapping[str, str]) -> str | None:
    method, path = access.label.split()
    answer = await http.request(method, f"http://mobile{path}", headers=headers)
    if method == "HEAD":  # it has no body to say more
        return {401: "token-invalid", 403: "not-permitted"}.get(answer.status_code)
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return str(answer.json()["type"]) if is_problem else None


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(roles=st.frozensets(st.sampled_from(sorted(ALONE))))
def test_no_set_of_roles_reads_or_writes_more_or_less_than_its_permissions_say(
    company: Company, roles: frozenset[str]
) -> None:
    async def run() -> None:
        async with company.serve() as (_, http):
            await expect_rows(company, await company.sign_in(http, sorted(roles)), permissions_of(roles))
            await expect_writes(company, await company.sign_in(http, sorted(roles)), permissions_of(roles))

    asyncio.run(run())
