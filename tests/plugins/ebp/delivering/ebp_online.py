"""EBP's online interface as it is documented: one refresh token at a time, a key in a header, pages of a hundred rows,
an import that takes files. It can be told to fail, before or after it has done what it was asked for."""

import csv
import io
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY, SECRET = "key-of-the-subscription", "secret-of-the-client"


@dataclass
class EbpOnline:
    """`taken`: rows by category, as they were imported. `tables`: what GenericQuery answers. `faults`: statuses for the
    next imports; "lost" takes the file and loses the answer, "down" is a server that nobody reaches. `query_status`:
    what it answers whoever wants to read."""

    refresh: str = "refresh-0"
    access: str = ""
    taken: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: deque[Any] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    tokens: int = 0
    query_status: int = 200

    @property
    def transport(self) -> httpx2.AsyncBaseTransport:
        app = Starlette(
            routes=[
                Route("/connect/token", self.token, methods=["POST"]),
                Route("/gestion/api/v1/GenericQuery", self.query),
                Route("/import/api/v1", self.take, methods=["POST"]),
            ]
        )
        return _Line(httpx2.ASGITransport(app=app), self)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        self.calls.append("token")
        if form["refresh_token"] != self.refresh or form["client_secret"] != SECRET:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.tokens += 1
        self.refresh, self.access = f"refresh-{self.tokens}", f"access-{self.tokens}"
        return JSONResponse({"access_token": self.access, "refresh_token": self.refresh, "expires_in": 3600})

    def _fault(self, request: Request) -> Response | None:
        if request.headers.get("ebp-subscription-key") != KEY:
            return JSONResponse({"message": "Access denied due to missing subscription key."}, 401)
        if request.headers.get("authorization") != f"Bearer {self.access}":
            return Response(status_code=401)
        return None

    async def query(self, request: Request) -> Response:
        self.calls.append("query")
        self.queries.append(dict(request.query_params))
        if fault := self._fault(request):
            return fault
        if self.query_status != 200:
            return JSONResponse({"message": "Durand, 12 rue des Lilas"}, self.query_status)
        offset, limit = int(request.query_params["Offset"]), int(request.query_params["Limit"])
        if limit > 100:
            return JSONResponse({"message": "Limit"}, 400)
        rows = self.tables.get(request.query_params["TableName"], [])
        return JSONResponse({"results": rows[offset : offset + limit], "paging": {"total": len(rows)}})

    async def take(self, request: Request) -> Response:
        self.calls.append("import")
        if fault := self._fault(request):
            return fault
        fault_status = self.faults.popleft() if self.faults else None
        if isinstance(fault_status, int):
            headers = {"Retry-After": "120"} if fault_status == 429 else {}
            return JSONResponse({"message": "Durand, 12 rue des Lilas"}, fault_status, headers=headers)
        async with request.form() as form:
            file: Any = form["file"]
            text = (await file.read()).decode("utf-8-sig")
            category = str(form["category"])
        self.taken += [(category, row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")]
        if fault_status == "lost":
            raise _LostError
        return JSONResponse({}, 202)


class _LostError(Exception):
    pass


class _Line(httpx2.AsyncBaseTransport):
    """The way there, which may break."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, online: EbpOnline) -> None:
        self._inner, self._online = inner, online

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/import") and self._online.faults and self._online.faults[0] == "down":
            self._online.faults.popleft()
            raise httpx2.ConnectError("unreachable", request=request)
        try:
            return await self._inner.handle_async_request(request)
        except _LostError:
            raise httpx2.ReadTimeout("no answer", request=request) from None
