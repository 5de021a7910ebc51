"""The exporter `ninjaone`. A comment is sent once: before it is sent again, the log is looked at."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2

from twinbase.delivery import DeliveryOutcome, Exporter, WaitingDelivery
from twinbase.source import Run
from twinbase_ninjaone.client import NinjaOne
from twinbase_ninjaone.contract import NinjaRow
from twinbase_ninjaone.database import connect_database
from twinbase_ninjaone.delivering.deliveries import COMMENT, DESTINATION
from twinbase_ninjaone.delivering.statuses import decide, find_lack, ticket_fields
from twinbase_ninjaone.delivering.write_log import TriedWrite, WriteLog
from twinbase_ninjaone.errors import (
    CallRefused,
    NinjaOneError,
    NotThere,
    NotWhole,
    OutOfDate,
    Uncertain,
    UnexpectedAnswer,
    Unreachable,
    UserContextRequired,
    WrongCredentials,
    WrongRegion,
)
from twinbase_ninjaone.settings import NinjaOneSettings

LOG = logging.getLogger(__name__)
EVERY = timedelta(minutes=1)
READ_AGAIN_MAX = 3
OFF = "Writing to NinjaOne is switched off (TWINBASE_NINJAONE_WRITE)."
NOT_CONFIGURED = "NinjaOne is not configured on the server."
USERS_ONLY = (
    "NinjaOne lets only users write tickets, not this application. Nothing is lost: ask whoever administers NinjaOne, "
    "then `twinbase delivery release --all --to ninjaone`."
)
SENT, THERE = "Sent to NinjaOne.", "It is in NinjaOne."
GONE = "The ticket was deleted in NinjaOne."
FINISHED = "Somebody has finished the ticket in NinjaOne meanwhile; it stays as it is there."
THEN_RETRY = "The status is not set; `twinbase delivery retry` hands it over again."
UNSURE = "NinjaOne did not answer. Its log is looked at before this is sent again."
BUSY = "The ticket is being changed in NinjaOne at this moment; it is tried again."
UNFORESEEN = "It could not be handed over ({}): the server's log names it. It is tried again; the others go on."
ENDS_THE_RUN = (Unreachable, WrongCredentials, WrongRegion)


def make_exporters(settings: NinjaOneSettings, *, transport: httpx2.AsyncBaseTransport | None = None) -> list[Exporter]:
    """The one exporter; where writing is off or nothing is configured, it holds what it gets."""
    sender = Sender(settings, transport)
    return [Exporter(DESTINATION, sender.send, sender.find_acknowledged, every=EVERY)]


@dataclass
class Sender:
    """What the exporter does."""

    settings: NinjaOneSettings
    transport: httpx2.AsyncBaseTransport | None = None

    async def send(self, waiting: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        """One after the other; where the rest would fail alike it keeps waiting, or is held."""
        if not self.settings.write or not self.settings.configured:
            return _held(waiting, OFF if self.settings.configured else NOT_CONFIGURED)
        answers: list[DeliveryOutcome] = []
        async with (
            NinjaOne(self.settings, transport=self.transport) as ninja,
            connect_database(run.database_url) as line,
        ):
            turn = ExportRun(self.settings, ninja, WriteLog(line, self.settings.time_unit_seconds), run.now)
            for one in waiting:
                try:
                    answers.append(await turn.hand_over(one))
                except UserContextRequired:
                    return [*answers, *_held(waiting[len(answers) :], USERS_ONLY)]
                except ENDS_THE_RUN as failure:
                    return [*answers, *(_waiting(rest, str(failure)) for rest in waiting[len(answers) :])]
                except Exception as unforeseen:
                    if line.invalidated or line.closed:
                        raise  # Without the database, nothing can be handed over.
                    answers.append(_left_aside(one, unforeseen))
        return answers

    async def find_acknowledged(self, sent: Sequence[WaitingDelivery], run: Run) -> Sequence[DeliveryOutcome]:
        """Those that the last fetch has brought back."""
        async with connect_database(run.database_url) as line:
            book = WriteLog(line, self.settings.time_unit_seconds)
            await book.claim_fetched()
            back = await book.find_returned(sent)
        return [DeliveryOutcome(one.id, "acknowledged", THERE) for one in sent if one.id in back]


@dataclass
class ExportRun:
    """One run of the exporter."""

    settings: NinjaOneSettings
    ninja: NinjaOne
    log: WriteLog
    now: datetime

    async def hand_over(self, one: WaitingDelivery) -> DeliveryOutcome:
        tried = await self.log.open(one, self.now)
        try:
            return await (self._comment(one, tried) if one.action == COMMENT else self._status(one))
        except NotThere:
            return DeliveryOutcome(one.id, "refused", GONE)
        except (UserContextRequired, WrongCredentials, WrongRegion):
            raise
        except CallRefused as refused:
            return DeliveryOutcome(one.id, "refused", f"NinjaOne refused: {refused.said or refused}")
        except UnexpectedAnswer as odd:
            return _waiting(one, str(odd))

    async def _comment(self, one: WaitingDelivery, tried: TriedWrite) -> DeliveryOutcome:
        """What was tried before may have been carried out, whatever came of it."""
        if (tried.before or one.attempts) and await self._is_in_the_log(tried):
            return DeliveryOutcome(one.id, "acknowledged", THERE)
        seconds = self.log.time_units_of(one.payload["minutes"])
        number, body, public = one.payload["ticket"], one.payload["body"], one.payload["public"]
        try:
            await self.ninja.add_comment(number, body, public=public, seconds=seconds)
        except Uncertain:
            return await self._after_silence(one, tried)
        return DeliveryOutcome(one.id, "sent", SENT)

    async def _after_silence(self, one: WaitingDelivery, tried: TriedWrite) -> DeliveryOutcome:
        try:
            if await self._is_in_the_log(tried):
                return DeliveryOutcome(one.id, "acknowledged", THERE)
        except NinjaOneError:
            pass
        return _waiting(one, UNSURE)

    async def _is_in_the_log(self, tried: TriedWrite) -> bool:
        if tried.write["log_entry_id"] is not None:
            return True
        try:
            return await self._claims(tried, await self.ninja.read_log(tried.write["ticket_id"]))
        except NotWhole as doubt:
            if await self._claims(tried, doubt.rows):
                return True
            raise  # It may be in the part that did not come.

    async def _claims(self, tried: TriedWrite, entries: Sequence[NinjaRow]) -> bool:
        return await self.log.claim(tried.write, entries) is not None

    async def _status(self, one: WaitingDelivery) -> DeliveryOutcome:
        """With the version that was read a moment ago; when somebody was quicker, it is read and decided again."""
        word = str(one.payload["status"])
        status = await self.log.find_status(word)
        if status is None:
            return DeliveryOutcome(
                one.id, "refused", f"NinjaOne has no status {word!r} (TWINBASE_NINJAONE_STATUS_OF_VISIT)."
            )
        for _ in range(READ_AGAIN_MAX):
            ticket = await self.ninja.read_ticket(one.payload["ticket"])
            verdict = decide(ticket, status[0], one.payload["seen"], self.settings.finished_statuses)
            if verdict != "write":
                said = {"there": THERE, "gone": GONE, "finished": FINISHED}[verdict]
                return DeliveryOutcome(one.id, "acknowledged" if verdict == "there" else "refused", said)
            if lack := find_lack(ticket):
                return DeliveryOutcome(one.id, "refused", f"{lack} {THEN_RETRY}")
            try:
                written = await self.ninja.update_ticket(
                    ticket["id"], ticket["version"], ticket_fields(ticket, status[0])
                )
            except OutOfDate:
                continue
            except Uncertain:
                return _waiting(one, UNSURE)
            await self.log.note_version(one.id, written["version"])
            return DeliveryOutcome(one.id, "sent", SENT)
        return _waiting(one, BUSY)


def _waiting(one: WaitingDelivery, said: str) -> DeliveryOutcome:
    return DeliveryOutcome(one.id, "waiting", said)


def _left_aside(one: WaitingDelivery, unforeseen: Exception) -> DeliveryOutcome:
    """What nobody has thought of happened with this one; the others go on, and it is tried again."""
    kind = type(unforeseen).__name__
    LOG.error("delivery %s (%s of %s) to ninjaone failed: %s", one.id, one.action, one.twin, kind)
    return _waiting(one, UNFORESEEN.format(kind))


def _held(waiting: Sequence[WaitingDelivery], said: str) -> list[DeliveryOutcome]:
    return [DeliveryOutcome(one.id, "held", said) for one in waiting]
