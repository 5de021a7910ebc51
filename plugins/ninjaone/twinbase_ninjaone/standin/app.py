"""NinjaOne's public API 2.0 over a made-up world: the calls that the plugin makes, their paging, their noes."""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from twinbase.clock import utc_now
from twinbase_ninjaone.standin.faults import Faults
from twinbase_ninjaone.standin.tickets import Tickets, failure_response
from twinbase_ninjaone.standin.world import StandinWorld
from twinbase_ninjaone.tables.base import Json

CLIENT_ID = "standin-client"
CLIENT_SECRET = "standin-secret"
TOKEN_SECONDS = 3600
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(world: StandinWorld, faults: Faults | None = None, clock: Callable[[], datetime] = utc_now) -> Starlette:
    """The application. `clock` says when its tokens expire and when what is written happens."""
    guard = AccessGuard(faults or Faults(), clock)
    lists, tickets = Lists(world, guard.faults), Tickets(world, guard.faults, clock)
    routes = [
        Route("/ws/oauth/token", guard.give_token, methods=["POST"]),
        *(Route(path, guard.guard(endpoint), methods=[method]) for method, path, endpoint in lists.list_routes()),
        *(Route(path, guard.guard(endpoint), methods=[method]) for method, path, endpoint in tickets.list_routes()),
    ]
    app = Starlette(routes=routes)
    app.state.world, app.state.faults, app.state.guard = world, guard.faults, guard
    return app


class AccessGuard:
    """Who may come in: tokens by client credentials, and what goes wrong before anything is answered."""

    def __init__(self, faults: Faults, clock: Callable[[], datetime]) -> None:
        self.faults, self._clock = faults, clock
        self._tokens: dict[str, tuple[datetime, set[str]]] = {}
        self.calls: list[str] = []

    def expire_all(self) -> None:
        """No token given so far is worth anything any more."""
        self._tokens.clear()

    async def give_token(self, request: Request) -> Response:
        self.calls.append(f"POST {request.url.path}")
        if fault := await self.faults.answer(request):
            return fault
        form = await request.form()
        if form.get("client_id") != CLIENT_ID:
            return JSONResponse({"error": "Client app not exist"}, 404)
        if form.get("client_secret") != CLIENT_SECRET or form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "invalid_client"}, 401)
        token, scope = secrets.token_urlsafe(24), str(form.get("scope", ""))
        self._tokens[token] = (self._clock() + timedelta(seconds=TOKEN_SECONDS), set(scope.split()))
        granted = {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer", "scope": scope}
        return JSONResponse(granted)

    def guard(self, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            self.calls.append(f"{request.method} {request.url.path}")
            return await self.faults.answer(request) or self._refused(request) or await endpoint(request)

        return answer

    def _refused(self, request: Request) -> Response | None:
        header = request.headers.get("authorization", "")
        if not header.startswith("Bearer "):
            return failure_response(400, "missing_authorization")
        until, scope = self._tokens.get(header.removeprefix("Bearer "), (datetime.min.replace(tzinfo=UTC), set()))
        if self._clock() >= until:
            return failure_response(401, "expired_token")
        writes = request.method != "GET" and not request.url.path.endswith("/run")
        wanted = "management" if writes else "monitoring"
        return None if wanted in scope else failure_response(403, "insufficient_scope")


class Lists:
    """The lists that come whole, or page by page after an id, and the activities."""

    def __init__(self, world: StandinWorld, faults: Faults) -> None:
        self._world, self._faults = world, faults

    def list_routes(self) -> Iterable[tuple[str, str, Endpoint]]:
        world, _after, _whole = self._world, self._after, self._whole
        yield "GET", "/v2/organizations", _after(lambda: world.organizations.values())
        yield "GET", "/v2/locations", _after(lambda: world.locations.values())
        yield "GET", "/v2/devices", _after(lambda: world.devices.values())
        yield "GET", "/v2/users", _whole(lambda: world.users.values())
        yield "GET", "/v2/alerts", _whole(lambda: world.alerts.values())
        yield "GET", "/v2/ticketing/trigger/boards", _whole(lambda: world.boards.values())
        yield "GET", "/v2/ticketing/statuses", _whole(lambda: world.statuses.values())
        yield "GET", "/v2/ticketing/ticket-form", _whole(lambda: world.forms.values())
        yield "GET", "/v2/ticketing/attributes", _whole(lambda: world.attributes.values())
        yield "GET", "/v2/ticketing/contact/contacts", _whole(lambda: world.contacts.values())
        yield "GET", "/v2/activities", self._activities
        yield "PUT", "/v2/webhook", self._set_webhook
        yield "DELETE", "/v2/webhook", self._remove_webhook

    async def _activities(self, request: Request) -> Response:
        """Newest first, above `newerThan` and below `olderThan`."""
        asked = request.query_params
        above, below = int(asked.get("newerThan", 0)), int(asked.get("olderThan", 2**62))
        found = [
            activity
            for activity in reversed(self._world.activities)
            if above < activity["id"] < below and asked.get("type") in (None, activity["activityType"])
        ]
        last = self._world.activities[-1]["id"] if self._world.activities else 0
        page = found if "olderThan" in asked else self._faults.spoil(request, found)
        shown = self._faults.cut(page, int(asked.get("pageSize", 200)))
        return JSONResponse({"lastActivityId": last, "activities": shown})

    async def _set_webhook(self, request: Request) -> Response:
        self._world.webhook = await request.json()
        return Response(status_code=204)

    async def _remove_webhook(self, request: Request) -> Response:
        self._world.webhook = None
        return Response(status_code=204)

    def _whole(self, rows: Callable[[], Iterable[Json]]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return JSONResponse(self._faults.spoil(request, rows()))

        return endpoint

    def _after(self, rows: Callable[[], Iterable[Json]]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            after = int(request.query_params.get("after", 0))
            rest: Sequence[Any] = sorted((row for row in rows() if row["id"] > after), key=lambda row: row["id"])
            page = rest if after else self._faults.spoil(request, rest)
            return JSONResponse(self._faults.cut(page, int(request.query_params.get("pageSize", 100))))

        return endpoint
