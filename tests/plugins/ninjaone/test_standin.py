"""The stand-in says what NinjaOne would say, in the volumes that a real one had."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
import jsonschema_rs
import pytest
from tests.plugins.ninjaone.conftest import MORNING, Desk, make_desk
from tests.plugins.ninjaone.description import Description, description_at_hand

from twinbase_ninjaone.client import TicketFile
from twinbase_ninjaone.contract import CALLS, calls
from twinbase_ninjaone.standin import CLIENT_ID, CLIENT_SECRET, Sizes, create_app, make_world, serve_app
from twinbase_ninjaone.standin.sizes import SMALL

BOUNDS = {"int32": 2**31, "int64": 2**63}


def strict(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema, that allows no property which is not described.

    An object without any property described is what a Java program makes of "anything": a board's columns are said to
    be such objects, and are numbers.
    """
    if isinstance(schema, list):
        return [strict(inner) for inner in schema]
    if not isinstance(schema, Mapping):
        return schema
    if schema.get("type") == "object" and not schema.get("properties") and "additionalProperties" not in schema:
        return {}
    kept = {name: strict(value) for name, value in schema.items() if name not in {"example", "description", "nullable"}}
    if "properties" in schema:
        kept["properties"] = {name: strict(inner) for name, inner in schema["properties"].items()}
        kept.setdefault("additionalProperties", False)
    if bound := BOUNDS.get(schema.get("format", "")):
        kept |= {"minimum": -bound, "maximum": bound - 1}
    return {"anyOf": [kept, {"type": "null"}]} if schema.get("nullable") else kept


def errors(schema: Mapping[str, Any], value: Any) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(strict(schema), validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)][:5]


class Watched(httpx2.AsyncBaseTransport):
    """Looks at every answer on its way, and says what the description would not allow in it."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, description: Description) -> None:
        self._inner, self._description = inner, description
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        if path := self._path(request.method, request.url.path):
            body = await response.aread()
            self.seen[f"{request.method} {path}"] += 1
            self._check(request, path, response.status_code, body)
            return httpx2.Response(response.status_code, headers=response.headers, content=body)
        return response

    def _path(self, method: str, path: str) -> str | None:
        steps = path.split("/")
        for call in CALLS:
            described = call.path.split("/")
            alike = len(steps) == len(described) and all(
                ours == theirs or ours.startswith("{") for ours, theirs in zip(described, steps, strict=True)
            )
            if call.method == method and alike:
                return call.path
        return None

    def _check(self, request: httpx2.Request, path: str, status: int, body: bytes) -> None:
        schema = self._description.answered(request.method, path, status)
        if schema is None:
            self.wrong.append(f"{request.method} {path}: no answer {status} is described")
        elif schema:
            value = httpx2.Response(status, content=body).json()
            self.wrong += [f"{request.method} {path}: {said}" for said in errors(schema, value)]
        if request.headers.get("content-type") == "application/json":
            call = next(call for call in CALLS if (call.method, call.path) == (request.method, path))
            sent = httpx2.Response(200, content=request.content).json()
            self.wrong += [f"{request.method} {path}, sent: {e}" for e in errors(self._description.sent(call), sent)]


async def everything(desk: Desk, transport: httpx2.AsyncBaseTransport) -> None:
    """Makes every call that we make."""
    from twinbase_ninjaone.client import NinjaOne

    async with NinjaOne(desk.configured(), transport=transport) as ninja:
        for call in CALLS:
            if call.method == "GET" and call.rows == "[]" and "ticketId" not in call.query:
                assert [row async for page in ninja.read_pages(call) for row in page]
        tickets = [row["id"] async for page in ninja.read_board(2) for row in page]
        for ticket in tickets:
            await ninja.read_ticket(ticket)
            assert await ninja.read_log(ticket)
        assert await ninja.read_activities(None)
        requester = next(iter(desk.world.contacts))
        fields = {"clientId": 1, "ticketFormId": 1, "subject": "Écran noir", "status": "1000"}
        made = await ninja.create_ticket({**fields, "description": {"public": True, "body": "depuis ce matin"}})
        change = {**fields, "status": "2001", "requesterUid": requester, "tags": ["atelier"]}
        assert (await ninja.update_ticket(made["id"], made["version"], change))["status_name"] == "IN_PROGRESS"
        photo = TicketFile("photo.jpg", "image/jpeg", b"\xff\xd8")
        await ninja.add_comment(made["id"], "Remplacé", public=True, seconds=900, files=[photo])
        activities = {"NINJA_TICKETING": ["NINJA_TICKETING_TICKET_CREATED"]}
        await ninja.set_webhook("https://twinbase.example/hint", activities=activities, headers={"X-Secret": "s"})
        await ninja.remove_webhook()


async def test_every_answer_and_every_body_is_as_the_vendor_describes_it(desk: Desk) -> None:
    watched = Watched(desk.transport, description_at_hand())
    await everything(desk, watched)
    assert watched.wrong == []
    assert set(watched.seen) == {f"{call.method} {call.path}" for call in CALLS}


async def test_every_call_that_we_make_is_answered(desk: Desk) -> None:
    await everything(desk, desk.transport)
    paths = [call.split(" ")[1] for call in desk.calls()]
    assert "/v2/webhook" in paths and "/v2/ticketing/trigger/board/2/run" in paths


def test_an_answer_that_is_not_as_described_is_noticed() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "integer", "format": "int32"}}}
    assert errors(schema, {"id": 1}) == []
    assert errors(schema, {"id": 2**31}) and errors(schema, {"id": "1"}) and errors(schema, {"name": "x"})


def test_the_volumes_are_those_of_a_real_installation() -> None:
    world = make_world(random.Random(7), MORNING)
    tickets = list(world.tickets.values())
    closed = [ticket for ticket in tickets if ticket["status"]["parentId"] == 6000]
    assert (len(tickets), len(closed), len(world.board_rows(1001))) == (965, 467, 498)
    assert sum("assignedAppUserId" not in ticket for ticket in tickets) == 760
    assert Counter(ticket["priority"] for ticket in tickets) == {"NONE": 634, "HIGH": 208, "MEDIUM": 120, "LOW": 3}
    assert (len(world.organizations), len({ticket["clientId"] for ticket in tickets})) == (348, 114)
    assert (len(world.devices), sum(user["userType"] == "TECHNICIAN" for user in world.users.values())) == (290, 16)
    assert len({ticket["assignedAppUserId"] for ticket in tickets if "assignedAppUserId" in ticket}) == 11
    assert sum(world.tracked_seconds(ticket) for ticket in world.tickets) == 1_078_956


def test_the_same_chance_makes_the_same_world() -> None:
    first, second = (make_world(random.Random(3), MORNING, sizes=SMALL) for _ in range(2))
    assert (first.organizations, first.tickets, first.logs) == (second.organizations, second.tickets, second.logs)


def test_organisations_bear_the_names_they_are_given_and_some_are_misspelt() -> None:
    names = [f"Établissements Lefèvre n° {number}" for number in range(200)]
    world = make_world(random.Random(5), MORNING, names, Sizes())
    given = [world.organizations[number + 1]["name"] for number in range(200)]
    misspelt = [ours for ours, theirs in zip(given, names, strict=True) if ours != theirs]
    assert 10 < len(misspelt) < 50


async def test_it_answers_at_a_real_port() -> None:
    desk = make_desk()
    with serve_app(desk.app) as url:
        async with httpx2.AsyncClient(base_url=url) as http:
            form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
            token = (await http.post("/ws/oauth/token", data={**form, "scope": "monitoring"})).json()["access_token"]
            answer = await http.get("/v2/organizations", headers={"Authorization": f"Bearer {token}"})
            assert len(answer.json()) == 12
            assert (await http.get("/v2/organizations")).status_code == 400
            refused = await http.delete("/v2/webhook", headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 403


@pytest.mark.parametrize("sizes", [SMALL, Sizes()], ids=["small", "real"])
def test_its_sizes_add_up(sizes: Sizes) -> None:
    assert sum(sizes.priorities.values()) == sizes.tickets >= sizes.unassigned


def test_an_application_of_the_stand_in_can_be_made_without_anything() -> None:
    app = create_app(make_world(random.Random(1), MORNING, sizes=SMALL))
    paths: Sequence[Any] = [getattr(route, "path", "") for route in app.routes]
    assert calls.ORGANIZATIONS.path in paths
