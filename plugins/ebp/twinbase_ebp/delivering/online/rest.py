"""Deliveries through EBP's online interface: one call for each, and none twice unless a person says so."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from twinbase.delivery import DeliveryOutcome, WaitingDelivery
from twinbase.source import Run
from twinbase_ebp.delivering.copies import Copies
from twinbase_ebp.delivering.expected_rows import GONE, read_expected_rows
from twinbase_ebp.delivering.finding import is_result
from twinbase_ebp.delivering.handed_over import Before, find_handed, forget_handed, look_before, note_handed
from twinbase_ebp.delivering.import_file import make_sheet
from twinbase_ebp.delivering.make_ready import Ready, make_ready
from twinbase_ebp.delivering.online.allowance import Allowance, Spent
from twinbase_ebp.delivering.online.rest_client import SECONDS_MAX, AnswerLost, Busy, Denied, NotTaken, RestClient
from twinbase_ebp.delivering.online.tokens import SignInNeeded
from twinbase_ebp.settings import EbpSettings

SENT = "EarlierChange over to EBP's import."
TAKEN_BEFORE = "EBP had taken it, though its answer was lost."
MAY_NOT_LOOK = "Nobody knows whether EBP has taken this, and EBP lets only people look. If it lacks, release this."
LOOK = "Nobody knows whether EBP has taken this, and it was not found there. Look in EBP; if it lacks, release this."
BEFORE = timedelta(minutes=5)


class Rest:
    """Hands deliveries over through EBP's online interface. The last three are the machine's own, except in tests."""

    def __init__(
        self, settings: EbpSettings, transport: httpx2.AsyncBaseTransport | None = None, **allowance: Any
    ) -> None:
        self._settings, self._transport, self._allowance = settings, transport, allowance

    async def send(self, waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        """What became of each; when EBP takes nothing more now, the rest waits."""
        async with self._client(run.database_url) as client:
            await forget_handed(client.connection, run.now)
            handed = await find_handed(client.connection, waiting)
            outcomes = [DeliveryOutcome(id, "sent", SENT) for id in handed]
            left = [one for one in waiting if one.id not in handed]
            ready, others = await make_ready(left, client.connection, self._settings)
            outcomes += others
            for number, one in enumerate(ready):
                try:
                    outcomes.append(await _Handing(client, one, self._settings).hand_in())
                except (Busy, Spent, SignInNeeded) as reason:
                    outcomes += [_stopped(each, reason, client) for each in ready[number:]]
                    break
            return outcomes

    @asynccontextmanager
    async def _client(self, url: str) -> AsyncIterator[RestClient]:
        import asyncpg  # not on a device

        connection = await asyncpg.connect(url)
        client = httpx2.AsyncClient(transport=self._transport, timeout=SECONDS_MAX, follow_redirects=False)
        try:
            yield RestClient(client, self._settings, Allowance(connection, **self._allowance), connection)
        finally:
            await client.aclose()
            await connection.close()


def _stopped(one: Ready, reason: Busy | Spent | SignInNeeded, client: RestClient) -> DeliveryOutcome:
    if isinstance(reason, SignInNeeded):
        return DeliveryOutcome(one.waiting.id, "held", str(reason))
    pause = client.allowance.time_until_tomorrow() if isinstance(reason, Spent) else reason.retry_after
    return DeliveryOutcome(one.waiting.id, "waiting", str(reason), pause)


class _Handing:
    """One delivery. That its call is begun is noted before it is made, so that no crash is forgotten."""

    def __init__(self, client: RestClient, one: Ready, settings: EbpSettings) -> None:
        self._line, self._one, self._settings = client, one, settings

    async def hand_in(self) -> DeliveryOutcome:
        id, entity = self._one.waiting.id, self._one.entry.sheet_name
        if entity not in self._settings.rest_categories:
            said = f"EBP's category for {entity} is not known: set TWINBASE_EBP_REST_CATEGORIES, then release this."
            return DeliveryOutcome(id, "held", said)
        begun = await self._line.connection.fetchrow("SELECT * FROM ebp.rest_try WHERE delivery = $1", id)
        if begun and not begun["asked"]:
            return await self._look(begun["began_at"])
        return await self._hand_over(self._settings.rest_categories[entity])

    async def _look(self, began_at: datetime) -> DeliveryOutcome:
        """The call before may have been taken: if EBP has it, all is well, and if not, a person decides."""
        id, said = self._one.waiting.id, LOOK
        try:
            if await self._is_there(began_at):
                # What EBP had before cannot be told any more.
                await self._taken({})
                return DeliveryOutcome(id, "sent", TAKEN_BEFORE)
        except (Denied, NotTaken):
            said = MAY_NOT_LOOK
        await self._line.connection.execute("UPDATE ebp.rest_try SET asked = true WHERE delivery = $1", id)
        return DeliveryOutcome(id, "held", said)

    async def _is_there(self, began_at: datetime) -> bool:
        since = (began_at - BEFORE).astimezone(ZoneInfo(self._settings.time_zone)).replace(tzinfo=None, microsecond=0)
        async for row in self._line.read_changed(self._one.entry.entity, since):
            if is_result(self._one, row):
                return True
        return False

    async def _hand_over(self, category: str) -> DeliveryOutcome:
        id, entity = self._one.waiting.id, self._one.entry.sheet_name
        copies = Copies(self._line.connection)
        rows = await read_expected_rows(entity, [self._one], copies)
        if rows.is_gone(self._one):
            return DeliveryOutcome(id, "refused", GONE)
        before = await look_before([self._one], rows, copies)
        content, _ = make_sheet(entity, [self._one], rows, self._settings)
        try:
            await self._line.hand_in(category, f"{entity}.csv", content, self._begin)
        except AnswerLost as error:
            return DeliveryOutcome(id, "waiting", str(error))
        except (Denied, NotTaken) as error:
            await self._forget()
            return DeliveryOutcome(id, "held" if isinstance(error, Denied) else "refused", str(error))
        except (Busy, Spent, SignInNeeded):
            await self._forget()
            raise
        await self._taken(before)
        return DeliveryOutcome(id, "sent", SENT)

    async def _taken(self, before: Before) -> None:
        """From now on it is never handed over again, whoever dies before it is told."""
        connection, file = self._line.connection, f"{self._one.entry.sheet_name}.csv"
        async with connection.transaction():
            await note_handed(connection, [self._one], file, self._line.allowance.clock(), before)
            await self._forget()

    async def _begin(self) -> None:
        await self._line.connection.execute(_BEGIN, self._one.waiting.id, self._line.allowance.clock())

    async def _forget(self) -> None:
        await self._line.connection.execute("DELETE FROM ebp.rest_try WHERE delivery = $1", self._one.waiting.id)


_BEGIN = """
INSERT INTO ebp.rest_try (delivery, began_at, asked) VALUES ($1, $2, false)
ON CONFLICT (delivery) DO UPDATE SET began_at = excluded.began_at, asked = false
"""
