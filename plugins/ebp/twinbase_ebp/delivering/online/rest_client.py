"""Calls to EBP's online interface, and what their answers mean: taken, not taken, or nobody knows."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import msgspec

from twinbase.errors import TwinbaseError
from twinbase.postgres import PostgresConnection
from twinbase_ebp.delivering.online.allowance import Allowance
from twinbase_ebp.delivering.online.tokens import EbpTokens
from twinbase_ebp.settings import EbpSettings

PAGE_ROWS, PAGES_MAX, SECONDS_MAX = 100, 50, 30.0
Leaving = Callable[[], Awaitable[Any]]
NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class Busy(TwinbaseError):
    """EBP does not take it now. It is tried again."""

    retry_after: timedelta | None = None


class AnswerLost(TwinbaseError):
    """EBP's answer was lost: nobody knows whether it has taken this. It is looked for there before the next try."""


class Denied(TwinbaseError):
    """EBP does not let this program write: give it the right there, then release this."""


class NotTaken(TwinbaseError):
    """EBP refused it."""


class _Paging(msgspec.Struct):
    total: int = 0


class _Page(msgspec.Struct):
    results: list[dict[str, Any]]
    paging: _Paging = msgspec.field(default_factory=_Paging)


async def _as_it_is() -> None:
    """Nothing is noted of what is only read."""


@dataclass(frozen=True, slots=True)
class RestClient:
    """One call after the other, each in its turn."""

    client: httpx2.AsyncClient
    settings: EbpSettings
    allowance: Allowance
    connection: PostgresConnection

    async def hand_in(self, category: str, name: str, content: bytes, leaving: Leaving) -> None:
        """Give a file to EBP's import; `leaving` is awaited when its turn has come, before anything leaves. Raises what
        became of it: Busy and Denied and NotTaken: it was not taken; AnswerLost: nobody knows."""
        files = {"file": (name, content, "text/csv")}
        answer = await self._write(files, {"category": category}, leaving)
        if answer.status_code == 429:
            raise _busy(answer, self.allowance.clock())
        if answer.status_code >= 500 or 300 <= answer.status_code < 400:
            raise AnswerLost()
        if answer.status_code == 403:
            raise Denied()
        if answer.status_code >= 400:
            # What EBP says of it may hold the customer's data: it stays in EBP.
            raise NotTaken(f"status {answer.status_code}")

    async def read_changed(self, table: str, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
        """The rows of a table that were changed since (EBP's time), page by page. After Busy it may be tried again,
        after Denied and NotTaken there is no use."""
        for page in range(PAGES_MAX):
            query = {
                "TableName": table, "OrderByValue": "sysModifiedDate", "Offset": page * PAGE_ROWS, "Limit": PAGE_ROWS,
                "FromModifiedDate": since.isoformat(),
            }  # fmt: skip
            found = await self._page(query)
            for row in found.results:
                yield row
            if len(found.results) < PAGE_ROWS:
                return

    async def _page(self, query: Mapping[str, Any]) -> _Page:
        try:
            answer = await self._signed("GET", f"{self.settings.rest_url}/GenericQuery", params=query)
        except httpx2.HTTPError as error:
            raise Busy() from error
        if answer.status_code != 200:
            raise _unread(answer, self.allowance.clock())
        try:
            return msgspec.json.decode(answer.content, type=_Page)
        except msgspec.MsgspecError as error:
            raise Busy() from error

    async def _write(self, files: Mapping[str, Any], data: Mapping[str, str], leaving: Leaving) -> httpx2.Response:
        try:
            return await self._signed("POST", self.settings.rest_import_url, leaving, files=files, data=data)
        except NEVER_SENT as error:
            raise Busy() from error
        except httpx2.HTTPError as error:
            raise AnswerLost() from error

    async def _signed(self, method: str, url: str, leaving: Leaving = _as_it_is, **more: Any) -> httpx2.Response:
        """With a token; a token that is not accepted (nothing was done then) is replaced once."""
        token = await self._token()
        answer = await self._call(method, url, token, leaving, **more)
        if answer.status_code == 401:
            answer = await self._call(method, url, await self._token(refused=token), leaving, **more)
        if answer.status_code == 401:
            raise Denied()
        return answer

    async def _call(self, method: str, url: str, token: str, leaving: Leaving, **more: Any) -> httpx2.Response:
        await self.allowance.take()
        await leaving()
        key = self.settings.rest_subscription_key.get_secret_value()
        headers = {"Authorization": f"Bearer {token}", "ebp-subscription-key": key}
        return await self.client.request(method, url, headers=headers, **more)

    async def _token(self, refused: str = "") -> str:
        async def post(form: dict[str, str]) -> httpx2.Response:
            await self.allowance.take()
            return await self.client.post(self.settings.rest_token_url, data=form)

        try:
            return await EbpTokens(self.connection, self.settings, self.allowance.clock, post).get_access_token(refused)
        except (httpx2.HTTPError, msgspec.MsgspecError) as error:
            raise Busy() from error


def _unread(answer: httpx2.Response, now: datetime) -> TwinbaseError:
    """Why EBP did not let us read."""
    if answer.status_code == 403:
        return Denied()
    if 400 <= answer.status_code < 500 and answer.status_code != 429:
        return NotTaken(f"status {answer.status_code}")
    return _busy(answer, now)


def _busy(answer: httpx2.Response, now: datetime) -> Busy:
    busy = Busy()
    busy.retry_after = _pause(answer.headers.get("retry-after", ""), now)
    return busy


def _pause(written: str, now: datetime) -> timedelta | None:
    """Retry-After: seconds, or a date."""
    if written.isdecimal():
        return timedelta(seconds=int(written))
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    return max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta(0))
