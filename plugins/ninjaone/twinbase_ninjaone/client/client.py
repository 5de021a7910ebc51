"""What we ask of NinjaOne, a method each."""

import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec
import stamina

from twinbase_ninjaone.client import meaning, paging, rows
from twinbase_ninjaone.client.board_paging import page_board
from twinbase_ninjaone.client.http_client import HttpClient, Request
from twinbase_ninjaone.client.token import Grant, TokenCache
from twinbase_ninjaone.contract import Call, NinjaRow, calls
from twinbase_ninjaone.errors import NotConfigured, NotWhole, Unreachable, WrongCredentials
from twinbase_ninjaone.settings import NinjaOneSettings

BOARD_OVERLAP_ROWS = 20
BOARD_COLUMNS = ["id", "lastUpdated", "totalTimeTracked"]
LOG_PAGE_ROWS = 500  # The documented default, so a page that is shorter is the last one.
ACTIVITY_PAGE_ROWS = 1000  # The documented maximum.
TOKEN_SECONDS = 3600.0  # What a token lasts when its answer does not say.


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A file of a comment."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


class NinjaOne:
    """A client; use it in `async with`. `calls` counts what went over the line, the token's calls too; `unreadable` the
    rows that could not be read, by what they should have been.

    What only reads is tried again when nothing answers. What writes is tried once: it may have been carried out.
    """

    def __init__(
        self,
        settings: NinjaOneSettings,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not settings.configured:
            raise NotConfigured()
        self._settings = settings
        self._http = HttpClient(settings, transport)
        self._token = TokenCache(self._grant, clock)
        self.unreadable: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"<NinjaOne at {self._settings.address}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    @property
    def calls(self) -> int:
        return self._http.calls

    # Lists

    async def read_pages(self, call: Call, **query: Any) -> AsyncGenerator[list[NinjaRow], None]:
        """A list, in pages or whole, as this call pages it. Raises NotWhole behind the last page where rows lack."""
        if "after" not in call.query:
            page = await self._page(call, query=query)
            yield list(page.rows)
            if page.unreadable:
                raise NotWhole(f"{page.unreadable} rows could not be read.", rows=page.rows)
            return

        async def ask(last: Any) -> paging.AnsweredPage:
            onward = {} if last is None else {"after": last}
            return await self._page(call, query={**query, "pageSize": self._settings.page_rows, **onward})

        async for page_of_list in paging.page_after_ids(ask, rows.spec_of(call).key):
            yield page_of_list

    async def read_board(self, board_id: int, *, page_rows: int | None = None) -> AsyncGenerator[list[NinjaRow], None]:
        """The rows of a board, those updated last first. Raises NotWhole behind the last page where rows may lack."""
        size = page_rows or self._settings.page_rows

        async def ask(cursor: int | None) -> paging.AnsweredPage:
            order = {"sortBy": [{"field": "lastUpdated", "direction": "DESC"}], "includeColumns": BOARD_COLUMNS}
            onward = {} if cursor is None else {"lastCursorId": cursor}
            body = {**order, "pageSize": size, **onward}
            answer = await self._ask(calls.BOARD_RUN, {"boardId": board_id}, json=body)
            return self._counted(calls.BOARD_RUN, rows.read_page(calls.BOARD_RUN, answer))

        async for page in page_board(ask, "id", overlap_rows=BOARD_OVERLAP_ROWS, page_rows=size):
            yield page

    async def read_log(self, ticket_id: int) -> list[NinjaRow]:
        """The whole log of a ticket. Raises NotWhole, with what came of it, where it may not be all.

        Whether an anchor goes forward or back is not documented, so it is only used to go on in the direction in which
        the first page went.
        """

        async def ask(last: Any) -> paging.AnsweredPage:
            onward = {} if last is None else {"anchorId": last}
            return await self._page(calls.LOG_ENTRIES, {"ticketId": ticket_id}, {"pageSize": LOG_PAGE_ROWS, **onward})

        log = paging.ListReading("id")
        pages = paging.page_from_anchor(ask, log, "create_time", anchor=rows.last_id, is_all=rows.is_whole_log)
        return [row async for page in pages for row in page]

    async def read_activities(self, newer_than: int | None) -> list[NinjaRow]:
        """The activities after an id; without one, the newest page alone. Raises NotWhole where some may lack.

        They come newest first, so a second page is asked for below the first. The description of the two parameters is
        swapped in the API's own document: what comes is checked, not believed.
        """
        kind = {"type": self._settings.activity_type} if self._settings.activity_type else {}
        since = {} if newer_than is None else {"newerThan": newer_than}

        async def ask(last: Any) -> paging.AnsweredPage:
            onward = {} if last is None else {"olderThan": last}
            return await self._page(calls.ACTIVITIES, query={**kind, **since, **onward, "pageSize": ACTIVITY_PAGE_ROWS})

        found: list[NinjaRow] = []
        reading = paging.ListReading("id", needs_all=False)
        async for page in paging.page_from_anchor(ask, reading, "activity_time", anchor=rows.least_id):
            found += [row for row in page if newer_than is None or row["id"] > newer_than]
            if newer_than is None or rows.least_id(page) <= newer_than:
                break
        return found

    # One ticket

    async def read_ticket(self, ticket_id: int) -> NinjaRow:
        """A ticket as it is now; raises NotThere when it is gone."""
        return rows.read_ticket(calls.TICKET, ticket_id, await self._ask(calls.TICKET, {"ticketId": ticket_id}))

    async def create_ticket(self, fields: Mapping[str, Any]) -> NinjaRow:
        """A new ticket, in the API's own field names; what NinjaOne made of it."""
        return rows.read_one(calls.CREATE_TICKET, await self._ask(calls.CREATE_TICKET, json=dict(fields)))

    async def update_ticket(self, ticket_id: int, version: int, fields: Mapping[str, Any]) -> NinjaRow:
        """The ticket after the change; raises OutOfDate when `version` is not its version any more."""
        body = {**fields, "version": version}
        answer = await self._ask(calls.UPDATE_TICKET, {"ticketId": ticket_id}, json=body)
        return rows.read_ticket(calls.UPDATE_TICKET, ticket_id, answer)

    async def add_comment(
        self, ticket_id: int, text: str, *, public: bool, seconds: int | None = None, files: Sequence[TicketFile] = ()
    ) -> None:
        """A comment, with the time that it took and files. NinjaOne answers nothing, so the log shows its id later."""
        comment = {"public": public, "body": text} | ({} if seconds is None else {"timeTracked": seconds})
        parts: list[tuple[str, tuple[str | None, bytes, str]]] = [
            ("comment", (None, msgspec.json.encode(comment), "application/json")),
            *(("files", (one.name, one.content, one.content_type)) for one in files),
        ]
        await self._ask(calls.COMMENT, {"ticketId": ticket_id}, files=parts)

    # Being told

    async def set_webhook(
        self, url: str, *, activities: Mapping[str, Sequence[str]], headers: Mapping[str, str]
    ) -> None:
        """Have activities told to `url`, with headers that only we know. One webhook for an application."""
        wanted = {kind: list(statuses) for kind, statuses in activities.items()}
        named = [{"name": name, "value": value} for name, value in headers.items()]
        await self._ask(calls.SET_WEBHOOK, json={"url": url, "activities": wanted, "expand": [], "headers": named})

    async def remove_webhook(self) -> None:
        await self._ask(calls.REMOVE_WEBHOOK)

    # The way there

    async def _page(
        self, call: Call, path_values: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> paging.AnsweredPage:
        return self._counted(call, rows.read_page(call, await self._ask(call, path_values, query=query)))

    def _counted(self, call: Call, page: paging.AnsweredPage) -> paging.AnsweredPage:
        """Rows that cannot be read stop nobody; they are counted."""
        if page.unreadable:
            self.unreadable[rows.spec_of(call).name] += page.unreadable
        return page

    async def _ask(
        self,
        call: Call,
        path_values: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        files: Any = None,
    ) -> Any:
        path = call.path.format(**(path_values or {}))
        request = Request(call.method, path, writes=not call.reads, query=query or {}, json=json, files=files)
        if request.writes:
            return await self._carry_out(request)
        patience = self._settings
        async for attempt in stamina.retry_context(
            on=self._again,
            attempts=patience.attempts,
            timeout=None,
            wait_initial=patience.first_pause_seconds,
            wait_max=patience.longest_pause_seconds,
            wait_jitter=patience.first_pause_seconds,
        ):
            with attempt:
                return await self._carry_out(request)
        raise AssertionError("retry_context always tries once")

    def _again(self, error: Exception) -> bool | float:
        """Whether to try again, and when NinjaOne says so: after how many seconds."""
        if isinstance(error, Unreachable) and error.retry_after_seconds is not None:
            patient = error.retry_after_seconds <= self._settings.longest_pause_seconds
            return error.retry_after_seconds if patient else False
        return isinstance(error, Unreachable)

    async def _carry_out(self, request: Request) -> Any:
        """With a token; with a new one, once, when it is not accepted. A call that got 401 was not carried out."""
        token = await self._token.get()
        answer = await self._http.send(_bearing(request, token))
        if answer.status == 401:
            self._token.forget(token)
            answer = await self._http.send(_bearing(request, await self._token.get()))
        return meaning.read_data(request, answer)

    async def _grant(self) -> Grant:
        secret = self._settings.client_secret.get_secret_value()
        who = {"client_id": self._settings.client_id, "client_secret": secret, "scope": self._settings.scope}
        request = Request("POST", "/ws/oauth/token", form={"grant_type": "client_credentials", **who})
        answer = await self._http.send(request)
        if answer.status != 200:
            raise meaning.token_refusal(request, answer, self._settings.region)
        grant = meaning.read_data(request, answer)
        if not isinstance(grant, dict) or not isinstance(grant.get("access_token"), str):
            raise WrongCredentials(f"{request}: it holds no token.", status=200)
        lasts = grant.get("expires_in")
        return Grant(grant["access_token"], float(lasts) if isinstance(lasts, int | float) else TOKEN_SECONDS)


def _bearing(request: Request, token: str) -> Request:
    """The request with its token."""
    return Request(
        request.method,
        request.path,
        request.writes,
        request.query,
        {"Authorization": f"Bearer {token}"},
        request.json,
        None,
        request.files,
    )
