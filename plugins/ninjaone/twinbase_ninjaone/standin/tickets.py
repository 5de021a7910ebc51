"""Tickets over HTTP: boards, one ticket, its log, and what may be written."""

import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from twinbase_ninjaone.standin.faults import Faults
from twinbase_ninjaone.standin.world import StandinWorld
from twinbase_ninjaone.tables.base import Json

REQUIRED_NEW = ("clientId", "status", "subject", "ticketFormId")
REQUIRED_CHANGE = (*REQUIRED_NEW, "requesterUid", "version")


def failure_response(status: int, said: str) -> Response:
    """A refusal in the API's words."""
    return JSONResponse({"resultCode": "FAILURE", "errorMessage": said, "incidentId": "standin-1"}, status)


class Tickets:
    """The endpoints of tickets."""

    def __init__(self, world: StandinWorld, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._world, self._faults, self._clock = world, faults, clock

    def list_routes(self) -> Iterable[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        yield "POST", "/v2/ticketing/trigger/board/{board:int}/run", self._run
        yield "GET", "/v2/ticketing/ticket/{ticket:int}", self._get
        yield "GET", "/v2/ticketing/ticket/{ticket:int}/log-entry", self._log
        yield "POST", "/v2/ticketing/ticket", self._writing(self._create)
        yield "PUT", "/v2/ticketing/ticket/{ticket:int}", self._writing(self._update)
        yield "POST", "/v2/ticketing/ticket/{ticket:int}/comment", self._writing(self._comment)

    async def _run(self, request: Request) -> Response:
        """A page from an offset, of a list that is sorted anew for each page."""
        board = request.path_params["board"]
        if board not in self._world.boards:
            return failure_response(404, "no such board")
        asked = await request.json()
        rows = self._world.board_rows(board)
        for order in reversed(asked.get("sortBy") or []) if self._world.sorts_boards else ():
            rows.sort(key=lambda row: row[order["field"]], reverse=order["direction"] == "DESC")
        once = self._faults.board_pages_once
        start = 0 if once else asked.get("lastCursorId", 0)
        shown = self._faults.cut(self._faults.spoil(request, rows)[start:], asked.get("pageSize", 50))
        hidden = self._world.hidden_columns
        page = [{name: one for name, one in row.items() if name not in hidden} if row in rows else row for row in shown]
        columns = list(self._world.boards[board]["columns"])
        metadata = {"columns": columns, "sortBy": asked.get("sortBy") or []}
        metadata |= {} if once else {"lastCursorId": start + len(page)}
        answer = JSONResponse({"data": page, "metadata": metadata})
        if self._faults.after_page:
            self._faults.after_page()
        return answer

    async def _get(self, request: Request) -> Response:
        ticket = self._world.tickets.get(request.path_params["ticket"])
        if ticket is None or (ticket["deleted"] and self._world.deleted_answers_404):
            return failure_response(404, "ticket not found")
        return JSONResponse(ticket)

    async def _log(self, request: Request) -> Response:
        """The log from an anchor on, in the direction in which it is read here."""
        entries = self._world.logs.get(request.path_params["ticket"])
        if entries is None:
            return failure_response(404, "ticket not found")
        found = entries if self._world.log_oldest_first else entries[::-1]
        anchor = 0 if self._faults.anchors_ignored else int(request.query_params.get("anchorId", 0))
        ids = [entry["id"] for entry in found]
        rest = found[ids.index(anchor) + 1 :] if anchor in ids else found
        kind = request.query_params.get("type")
        rest = [entry for entry in rest if kind in (None, entry["type"])]
        page = rest if anchor in ids else self._faults.spoil(request, rest)
        return JSONResponse(self._faults.cut(page, int(request.query_params.get("pageSize", 500))))

    def _writing(self, endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if self._faults.writes_forbidden:
                return failure_response(403, "user_context_required")
            return await endpoint(request)

        return answer

    async def _create(self, request: Request) -> Response:
        fields = await request.json()
        if wrong := self._wrong(fields, REQUIRED_NEW):
            return failure_response(400, wrong)
        return JSONResponse(self._world.open_ticket(_known(fields), self._clock(), source="TECHNICIAN"))

    async def _update(self, request: Request) -> Response:
        ticket = self._world.tickets.get(request.path_params["ticket"])
        fields = await request.json()
        if ticket is None or ticket["deleted"]:
            return failure_response(404, "ticket not found")
        if wrong := self._wrong(fields, REQUIRED_CHANGE):
            return failure_response(400, wrong)
        if fields.pop("version") != ticket["version"]:
            return failure_response(
                409, "the ticket was changed meanwhile"
            )  # Which status it is there is not documented.
        return JSONResponse(self._world.change_ticket(ticket["id"], self._clock(), **_known(fields)))

    async def _comment(self, request: Request) -> Response:
        """A multipart form with the comment as JSON, and files; it answers nothing."""
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return failure_response(415, "multipart/form-data required")
        ticket = request.path_params["ticket"]
        if ticket not in self._world.tickets or self._world.tickets[ticket]["deleted"]:
            return failure_response(404, "ticket not found")
        async with request.form() as form:
            comment: Json = json.loads(str(form["comment"]))
            files = [getattr(one, "filename", "") for one in form.getlist("files")]
        said = {"timeTracked": comment.get("timeTracked"), "htmlBody": comment.get("htmlBody")}
        body = "\n".join([comment.get("body") or "", *(f"[{name}]" for name in files)])
        self._world.add_comment(ticket, self._clock(), body, public=comment["public"], **said)
        return Response(status_code=204)

    def _wrong(self, fields: Json, required: Iterable[str]) -> str:
        """What is wrong with a body, in a sentence; empty when nothing is."""
        if missing := [name for name in required if fields.get(name) is None]:
            return f"{missing[0]} is required"
        if len(fields["subject"]) > 200:
            return "subject: size must be between 0 and 200"
        if fields["clientId"] not in self._world.organizations:
            return "no such client"
        try:
            self._world.find_status(str(fields["status"]))
        except KeyError:
            return "no such status"
        return ""


def _known(fields: Json) -> dict[str, Any]:
    """What is sent under other names than it is shown."""
    shown = {name: value for name, value in fields.items() if name not in {"cc", "attributes", "parentTicketId"}}
    if fields.get("cc") is not None:
        shown["ccList"] = fields["cc"]
    if fields.get("attributes") is not None:
        shown["attributeValues"] = fields["attributes"]
    return shown
