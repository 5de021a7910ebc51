"""The sync page: what waits for you, what is to be sent, what was decided, and the proof."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins
from twinbase.registry import Registry
from twinbase.replica import AttachmentUsage, PendingEdit, Replica, ReplicaSession, UnsentEdit, WaitingEdit
from twinbase_presentation.command import Command, Done
from twinbase_presentation.faults import say_error
from twinbase_presentation.form import Form
from twinbase_presentation.route import Route
from twinbase_presentation.row_titles import name_edits
from twinbase_presentation.runner import FILES, ROWS, STATUS
from twinbase_presentation.screen import ScreenModel
from twinbase_presentation.screens.decided import DecidedCard, list_decided
from twinbase_presentation.screens.outbox import OutboxGroup, group_outbox, measure_sent
from twinbase_presentation.screens.refusals import RefusedCard, make_card, make_fields
from twinbase_presentation.screens.refused_files import RefusedFileCard, list_refused_files
from twinbase_presentation.status_line import StatusLine, describe_status, say_proof
from twinbase_presentation.workday import Workday

ROUTE = Route("sync")


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """An edit that goes along by itself when the one before it is decided; `behind`: which one that is."""

    id: UUID
    title: str
    sentence: str
    behind: UUID | None


@dataclass(frozen=True, slots=True)
class ProofShown:
    """So many tables of how many are equal to the server's, with so many rows. `unproven`: those that are not."""

    tables: int
    proven: int
    rows: int
    unproven: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SyncShown:
    """Everything on the page. `decided`: the newest first; those that still ask are also counted by the banner."""

    refused: tuple[RefusedCard, ...]
    refused_files: tuple[RefusedFileCard, ...]
    parked: tuple[ParkedLine, ...]
    decided: tuple[DecidedCard, ...]
    to_send: tuple[OutboxGroup, ...]
    proof: ProofShown
    files: AttachmentUsage

    @property
    def is_all_sent(self) -> bool:
        return not (self.refused or self.refused_files or self.parked or self.to_send or self.files.waiting)


class SyncModel(ScreenModel[SyncShown]):
    """The page that people trust, or do not."""

    def __init__(self, workday: Workday, plugins: Plugins) -> None:
        super().__init__(workday, ROUTE)
        self._plugins = plugins
        self._edits: dict[UUID, PendingEdit] = {}

    @property
    def title(self) -> str:
        return self.workday.language.say("Sync")

    @property
    def status_line(self) -> StatusLine:
        workday = self.workday
        return describe_status(workday.runner.status, workday.language, workday.read_now(), workday.zone)

    @property
    def proven_at(self) -> str:
        """When this device was last found equal to the server."""
        workday = self.workday
        return say_proof(workday.runner.status, workday.language, workday.read_now(), workday.zone)

    @property
    def headline(self) -> str:
        """How many tables are equal, or that everything is sent."""
        language, shown = self.workday.language, self.shown
        if shown is None:
            return ""
        facts = {"m": shown.proof.tables, "rows": language.format_number(shown.proof.rows)}
        return language.count(
            "{n} of {m} tables equal to the server, {rows} rows.",
            "{n} of {m} tables equal to the server, {rows} rows.",
            shown.proof.proven,
            **facts,
        )

    @property
    def refused(self) -> tuple[RefusedCard, ...]:
        """The refusals, without one that is being discarded."""
        shown = self.shown
        return tuple(card for card in shown.refused if not self.workday.held.hides(card.id)) if shown else ()

    @property
    def refused_files(self) -> tuple[RefusedFileCard, ...]:
        """The attachments that are not taken, without one that is being discarded."""
        shown = self.shown
        return tuple(card for card in shown.refused_files if not self.workday.held.hides(card.sha256)) if shown else ()

    @property
    def commands(self) -> Sequence[Command]:
        say = self.workday.language.say
        return (Command("sync", say("Sync now"), "sync", self.sync_now, "ctrl+r", is_main=True),)

    def list_topics(self) -> Iterable[str]:
        return [STATUS, FILES, *(ROWS + twin.name for twin in self._plugins.twins if twin.pushes)]

    async def read_from(self, replica: Replica, now: datetime) -> SyncShown:
        waiting = {one.id: one for one in await replica.waiting_edits()}
        decisions, usage = await replica.decisions(), await replica.attachments.read_usage()
        files = await replica.attachments.list_refused()
        language, registry = self.workday.language, replica.registry
        async with replica.read() as session:
            unsent = await session.read_outbox()
            self._edits = {one.edit.id: one.edit for one in unsent}
            sent = await measure_sent(replica, unsent)
            titles = await name_edits(session, unsent, language)
            return SyncShown(
                refused=tuple(self._cards(unsent, titles)),
                refused_files=tuple(list_refused_files(files, registry, language)),
                parked=tuple(self._parked(unsent, titles, waiting)),
                decided=await list_decided(session, registry, decisions, language),
                to_send=await group_outbox(session, unsent, sent, language),
                proof=await read_proof(session, registry, replica.status.now.unproven),
                files=usage,
            )

    async def sync_now(self) -> Done:
        """Sync now; without a network it is said, quietly, that it goes by itself."""
        try:
            await self.workday.runner.ask(lambda replica: replica.sync())
        except TwinbaseError as error:
            return Done(fault=say_error(self.workday.language, error))
        status = self.workday.runner.status
        is_done = not (status.pending or status.unsent_files)
        return Done(self.workday.language.say("Everything is sent.") if is_done else "")

    async def discard(self, id_: UUID) -> Done:
        """Give up an edit that waits; it can be undone for some seconds."""
        said = self.workday.language.say("Discarded.")
        return await self.workday.held.hold(said, lambda: self._ask(lambda replica: replica.discard(id_)), id_)

    async def discard_file(self, sha256: str) -> Done:
        """Give up an attachment that is not taken; it can be undone for some seconds, and then its bytes are gone."""
        give_up = lambda: self._ask(lambda replica: replica.attachments.discard(sha256))  # noqa: E731
        return await self.workday.held.hold(self.workday.language.say("Discarded."), give_up, sha256)

    async def offer_file(self, sha256: str) -> Done:
        """Send it once more: the office may have changed its mind, or the row has come back."""
        await self._ask(lambda replica: replica.attachments.offer_again(sha256))
        await self.load()
        return Done(self.workday.language.say("It is sent again."))

    async def make_correct_form(self, id_: UUID) -> Form:
        """The fields of a refused edit, as they were typed. Raises KeyError where it waits no more."""
        edit = self._edits[id_]
        form = Form(self.workday, Route("sync", id_), make_fields(edit, self._plugins, self.workday.language))
        await form.load()
        return form

    async def correct(self, id_: UUID, form: Form) -> Done:
        """Send the edit again with what stands in the form now."""
        language, edit = self.workday.language, self._edits[id_]
        if not form.validate():
            return Done(fault=form.fault or language.say("Correct what is marked."))
        values = {name: _like(edit.new[name], value) for name, value in form.values.items()}
        try:
            await self._ask(lambda replica: replica.correct(id_, values))
        except ValueError as error:
            return Done(fault=str(error))
        except TwinbaseError as error:
            return Done(fault=say_error(language, error))
        await form.forget()
        await self.load()
        return Done(language.say("Corrected. It is sent again."))

    async def put_back(self, id_: UUID, columns: Sequence[str] | None = None) -> Done:
        """Write mine again, where the server has set it aside."""
        try:
            await self._ask(lambda replica: replica.put_back(id_, columns=columns))
        except TwinbaseError as error:
            return Done(fault=say_error(self.workday.language, error))
        await self.load()
        return Done(self.workday.language.say("Yours is put back. It is sent as soon as possible."))

    async def _ask(self, work: Callable[[Replica], Awaitable[object]]) -> None:
        await self.workday.runner.ask(work)

    def _cards(self, unsent: Sequence[UnsentEdit], titles: Mapping[UUID, str]) -> Iterable[RefusedCard]:
        for one in unsent:
            if one.edit.state == "refused":
                yield make_card(one.edit, titles[one.edit.id], self.workday.language, one.belongs_to)

    def _parked(
        self, unsent: Sequence[UnsentEdit], titles: Mapping[UUID, str], waiting: dict[UUID, WaitingEdit]
    ) -> Iterable[ParkedLine]:
        """Each says which one keeps it back."""
        language = self.workday.language
        for one in unsent:
            if one.edit.state == "parked":
                behind = waiting[one.edit.id].behind if one.edit.id in waiting else None
                before = titles.get(behind) if behind else None
                said = language.say("Waits for the decision on: {title}", title=before) if before else one.edit.detail
                yield ParkedLine(one.edit.id, titles[one.edit.id], said, behind)


async def read_proof(session: ReplicaSession, registry: Registry, unproven: Sequence[str]) -> ProofShown:
    """How much of the device is known to be as the server has it."""
    twins = [twin for twin in registry if twin.pulls]
    rows = [(await session.read_digest(twin.model)).rows for twin in twins]
    return ProofShown(len(twins), len(twins) - len(unproven), sum(rows), tuple(unproven))


def _like(before: object, typed: object) -> object:
    """What a form has of a value, as the column has it: a word of a list is that word."""
    return type(before)(typed) if isinstance(before, StrEnum) and isinstance(typed, str) else typed
