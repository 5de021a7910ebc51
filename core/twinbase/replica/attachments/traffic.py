"""All that attachments send: after the rows, smallest first, and never in their way."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from uuid import uuid4

from twinbase.clock import Clock
from twinbase.errors import (
    AttachmentMissing,
    DamagedAttachment,
    NotSignedIn,
    ReplicaBusy,
    ServerRefused,
    StorageFailed,
    TransportError,
    TwinbaseError,
)
from twinbase.registry import Registry
from twinbase.replica.attachments.contents import note_gone
from twinbase.replica.attachments.fate import LOST, NOT_TAKEN_THERE, has_left
from twinbase.replica.attachments.line import FileLine
from twinbase.replica.attachments.naming_rows import list_attachments
from twinbase.replica.attachments.plan import Plan, note_plan, plan_uploads
from twinbase.replica.attachments.send import UploadSender
from twinbase.replica.attachments.store import ContentStore
from twinbase.replica.attachments.tidy import tidy_store
from twinbase.replica.attachments.uploads import RowUpload, count_uploads, list_uploads, note_objection, note_refused
from twinbase.replica.attachments.waited import find_lacking
from twinbase.replica.engines import Database
from twinbase.replica.file.content_tables import content_folder
from twinbase.replica.file.lock import hold_sync_lock
from twinbase.replica.report import Report

SECONDS_MAX = 30.0
"""Of one sync: what is left goes with the next one, which begins soon."""
OF_ONE = ("not-found", "not-permitted", "bad-request", "attachment-offset", "attachment-checksum", "body-too-large")
"""What the server says of one upload, and of no other: the next one may go."""
NOT_HIS = ("not-found", "not-permitted")
"""The answer to whoever may not bring it: one, whether there is such a row or not."""
DAMAGED = "Its bytes on this device are damaged. Take it again, as a new one."


class FileTraffic:
    """Sends what waits. `metered`: the app says that the network costs money, and nothing is sent."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        clock: Clock,
        line: FileLine,
        open_store: Callable[[], Awaitable[ContentStore]],
        fetch: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._database, self._registry, self._clock, self._line = database, registry, clock, line
        self._open_store, self._fetch = open_store, fetch
        self._exists = bool(list_attachments(registry))
        self._settled = self._tidied = self._rows_wait = False
        self.metered = False
        self.seconds_max = SECONDS_MAX
        self.note_moved: Callable[[str, int], None] = lambda sha256, size: None
        database.watch_writes(self._note_rows)

    async def send_waiting(self, report: Report) -> bool:
        """Send what waits, as far as that can be done now; what was done, and what is left, is in the report. False:
        there was nothing to look at.

        Nothing that goes wrong here is an error of the sync: the rows are through.
        """
        if not self._exists or (self._settled and not report.pushed and not report.pulled):
            return False
        self._rows_wait, self._settled = False, False
        try:
            folder = content_folder(self._database.file.path)
            async with hold_sync_lock(folder, uuid4(), wait_seconds=0.0):
                await self._bring_back()
                await self._plan()
                await self._send_all(report)
                self._settled = True
        except ReplicaBusy:
            pass  # Another process sends them.
        except (TwinbaseError, OSError) as error:
            _note_problem(report, error)
        counts = await self._database.look(count_uploads)
        report.files_waiting, report.files_refused = counts.get("waiting", 0), counts.get("refused", 0)
        self._settled = self._settled and not report.files_waiting
        return True

    def note_put(self) -> None:
        """Something was put here: a row may name it."""
        self._settled = False

    async def _bring_back(self) -> None:
        """What made room here comes again where a row that lacks its bytes names it now: to be sent for that row."""
        for sha256 in () if self.metered else await self._database.look(find_lacking, self._registry):
            with suppress(AttachmentMissing):  # It went there meanwhile.
                await self._fetch(sha256)

    async def _plan(self) -> None:
        if not self._tidied:
            await self._database.write(tidy_store, await self._open_store(), self._registry, self._clock())
            self._tidied = True
        plan: Plan = await self._database.look(plan_uploads, self._registry)
        if not plan.is_empty:
            await self._database.write(note_plan, plan)
        for upload in plan.abandoned:
            with suppress(TransportError, NotSignedIn):  # It ends there by itself, after some days.
                await self._line.end_upload(upload.address)

    async def _send_all(self, report: Report) -> None:
        uploads = await self._database.look(list_uploads, waiting=True)
        report.files_paused = self.metered
        if not uploads or self.metered:
            return
        end = monotonic() + self.seconds_max

        def may_go_on() -> bool:
            return not (self._rows_wait or self.metered or monotonic() > end)

        sender = UploadSender(
            self._line,
            self._database,
            await self._open_store(),
            may_go_on=may_go_on,
            note_moved=lambda sha256, size: self._note_sent(report, sha256, size),
        )
        for upload in uploads:
            try:
                if not await self._send_one(sender, upload, report):
                    return
            except ServerRefused as problem:
                if problem.kind not in OF_ONE:
                    raise
                _note_problem(report, problem)
            if not may_go_on():
                return

    async def _send_one(self, sender: UploadSender, upload: RowUpload, report: Report) -> bool:
        """Whether it is done with, one way or the other. What cannot be sent at all is noted, and said on a screen."""
        try:
            if not await sender.send(upload):
                return False
            report.files_sent += 1
        except ServerRefused as problem:
            reason = await self._find_reason(upload, problem)
            if not reason:
                await self._database.write(note_objection, upload, problem.detail)
                raise
            await self._database.write(note_refused, upload, reason)
        except DamagedAttachment:
            await self._database.write(note_refused, upload, DAMAGED)
        except AttachmentMissing:
            await self._database.write(note_gone, upload.sha256)
            await self._database.write(note_refused, upload, LOST)
        self.note_moved(upload.sha256, 0)
        return True

    async def _find_reason(self, upload: RowUpload, problem: ServerRefused) -> str:
        """Why it will never be taken; "" where it may be, by and by."""
        if problem.kind == "attachment-refused":
            return problem.detail
        has_gone = problem.kind in NOT_HIS and await self._database.look(has_left, self._registry, upload)
        return NOT_TAKEN_THERE if has_gone else ""

    def _note_sent(self, report: Report, sha256: str, size: int) -> None:
        report.files_bytes += size
        self.note_moved(sha256, size)

    def _note_rows(self) -> None:
        self._rows_wait = True


def _note_problem(report: Report, error: Exception) -> None:
    said = error if isinstance(error, TwinbaseError) else StorageFailed(f"({type(error).__name__})")
    report.files_problem = str(said)
    report.files_retry_seconds = error.retry_after_seconds if isinstance(error, TransportError) else None
