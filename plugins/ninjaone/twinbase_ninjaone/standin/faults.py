"""What can go wrong with NinjaOne, on demand."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

FailureKind = Literal[
    "401", "403", "404", "429", "429-html", "500", "500-html", "502", "503", "html", "not-json", "slow", "huge",
    "redirect",
]  # fmt: skip
PAGE = "<!doctype html><title>Maintenance</title><p>Please come back later."


@dataclass
class PlannedFailure:
    """One kind of failure, for `times` calls whose path holds `path`, after `after` of them were let through."""

    kind: FailureKind
    path: str = ""
    times: int = 1
    after: int = 0

    def strikes(self, path: str) -> bool:
        if self.path not in path or not self.times:
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Faults:
    """Switches. `writes_forbidden`: tickets are written by users only. `after_page`: called after each page of a board
    has been answered, as somebody who works in NinjaOne at that moment. `before_call`: called with each call's path.
    `rows_max`: no page holds more, whatever is asked for. `board_pages_once`: a board gives no cursor and takes none.
    `anchors_ignored`: a log begins anew each time. `odd_rows`: stand before those of a list whose path ends so.
    `instead`: what is answered where the path ends so.
    """

    planned: list[PlannedFailure] = field(default_factory=list)
    writes_forbidden: bool = False
    retry_after: str | None = "0"
    slow_seconds: float = 3600.0
    huge_bytes: int = 50_000_000
    after_page: Callable[[], None] | None = None
    before_call: Callable[[str], None] | None = None
    rows_max: int = 10_000
    board_pages_once: bool = False
    anchors_ignored: bool = False
    odd_rows: dict[str, list[Any]] = field(default_factory=dict)
    instead: dict[str, Any] = field(default_factory=dict)

    def cut(self, rows: Sequence[Any], asked: int) -> Sequence[Any]:
        """A page as it is answered."""
        return rows[: min(asked, self.rows_max)]

    def spoil(self, request: Request, rows: Iterable[Any]) -> list[Any]:
        """A list, with the odd rows at its beginning."""
        odd = [row for end, some in self.odd_rows.items() if request.url.path.endswith(end) for row in some]
        return [*odd, *rows]

    def plan(self, kind: FailureKind, path: str = "", *, times: int = 1, after: int = 0) -> None:
        """Let a failure happen at the next calls."""
        self.planned.append(PlannedFailure(kind, path, times, after))

    async def answer(self, request: Request) -> Response | None:
        """What goes wrong with this call; None when nothing does."""
        if self.before_call:
            self.before_call(request.url.path)
        for planned in self.planned:
            if planned.strikes(request.url.path):
                return await self._response(planned.kind)
        return next((JSONResponse(it) for end, it in self.instead.items() if request.url.path.endswith(end)), None)

    async def _response(self, kind: FailureKind) -> Response | None:
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        failure = {"resultCode": "FAILURE", "errorMessage": "injected", "incidentId": "standin-1"}
        match kind:
            case "401" | "403" | "404" | "500" | "502":
                return JSONResponse(failure, int(kind))
            case "429" | "503":
                return JSONResponse(failure, int(kind), headers)
            case "429-html":
                return HTMLResponse(PAGE, 429, headers)
            case "500-html":
                return HTMLResponse(PAGE, 500)
            case "html":
                return HTMLResponse(PAGE)
            case "not-json":
                return Response(b'{"id": 1', media_type="application/json")
            case "huge":
                return Response(b"[" + b" " * self.huge_bytes + b"]", media_type="application/json")
            case "redirect":
                return Response(status_code=302, headers={"Location": "https://elsewhere.invalid/"})
            case "slow":
                await asyncio.sleep(self.slow_seconds)
                return None
