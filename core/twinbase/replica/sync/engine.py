"""One sync, from the device's side: the way of a row, step by step.

push what was written → pull what changed → apply it under what is still pending → prove → repair what differs.
What the server objects to has a way on, a bounded number of times; what the line does to us is tried again later.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from twinbase.clock import utc_now
from twinbase.errors import DestroyedReplica, NotSignedIn, Offline, ServerRefused, TwinbaseError, UnsentWork
from twinbase.protocol import LoginAnswer
from twinbase.registry import Registry
from twinbase.replica.apply.fuse import forget_removal
from twinbase.replica.connection import Connection
from twinbase.replica.engines import Database
from twinbase.replica.file.content_tables import count_unsent_contents
from twinbase.replica.file.destroy import destroy_file
from twinbase.replica.file.lock import hold_sync_lock
from twinbase.replica.file.loss import read_loss
from twinbase.replica.file.state import read_state, recall
from twinbase.replica.file.transaction import take_over
from twinbase.replica.outbox.batch import has_pending
from twinbase.replica.outbox.history import forget_old
from twinbase.replica.outbox.states import PENDING_STATES, count_states
from twinbase.replica.report import Report
from twinbase.replica.status import StatusBoard
from twinbase.replica.sync.agree import AGREED, agree
from twinbase.replica.sync.backfill import backfill
from twinbase.replica.sync.condition import note_proven
from twinbase.replica.sync.device_session import DeviceSession
from twinbase.replica.sync.exchange import ChangedKeys, Exchange, agreed_shapes
from twinbase.replica.sync.first_sync import run_first_sync
from twinbase.replica.sync.pull import pull
from twinbase.replica.sync.push import push
from twinbase.replica.sync.recover import recover
from twinbase.replica.sync.server import Server
from twinbase.replica.sync.sign_in import has_current_claims, keep_identity
from twinbase.replica.sync.start import find_start
from twinbase.replica.sync.thread import FileThread, open_file_thread
from twinbase.replica.sync.wipe import WIPED, WipeOrder, hand_over
from twinbase.replica.tokens import MemoryTokens
from twinbase.replica.tokens.kept import read_device_key, sign_message

RECOVERIES_MAX = 6
FAILED_THERE = ("plugin-failed", "internal", "database-unavailable", "too-slow", "too-busy")
"""What keeps a batch from being taken, every time perhaps, until somebody there has mended it or let a row go."""
OnWipe = Callable[[], Awaitable[None]]
Observer = Callable[[ChangedKeys], None]


class Engine:
    """Syncs one replica with its server.

    `session`: whose tokens every request shows; without one it lasts as long as this process.
    `on_wipe`: called before the file is destroyed, because the office has asked for it: it destroys the file's key.
    `observers`: called after each apply with the keys of the rows that changed (None: too many to list).
    """

    def __init__(
        self,
        database: Database,
        registry: Registry,
        server: Server,
        *,
        clock: Callable[[], datetime] = utc_now,
        ids: Callable[[], UUID] = uuid4,
        session: DeviceSession | None = None,
        status: StatusBoard | None = None,
        who: str = "",
        on_wipe: OnWipe | None = None,
    ) -> None:
        self._database, self._registry, self.server = database, registry, server
        self._clock, self._ids, self._who = clock, ids, who
        self.session = session or DeviceSession(server, MemoryTokens())
        self._on_wipe = on_wipe
        self.status = status or StatusBoard()
        self.observers: list[Observer] = []
        self._counting = asyncio.Lock()

    async def sign_in(self, email: str, password: str, *, device_name: str = "") -> LoginAnswer:
        """Begin a session; raises ForeignReplica when the file is of another account (H30)."""
        return await self._begin(lambda thread: self.session.sign_in(thread, email, password, device_name))

    async def enroll(self, code: str, *, device_name: str = "") -> LoginAnswer:
        """Begin a session by a code of the office; raises as `sign_in` does."""
        return await self._begin(lambda thread: self.session.enroll(thread, code, device_name))

    async def sign_in_by(self, route: str, said: Mapping[str, Any], *, device_name: str = "") -> LoginAnswer:
        """Begin a session at a plugin's route; raises as `sign_in` does."""
        return await self._begin(lambda thread: self.session.sign_in_by(thread, route, said, device_name))

    async def _begin(self, begin: Callable[[FileThread], Awaitable[LoginAnswer]]) -> LoginAnswer:
        try:
            async with open_file_thread(self._database) as thread:
                answer = await begin(thread)
        except ServerRefused as problem:
            async with hold_sync_lock(self._database.file.path, self._ids(), wait_seconds=10.0, who=self._who):
                await self._obey(problem)
            raise
        self.status.set(signed_in=True)
        return answer

    async def sign_out(self, *, lose_unsent: bool, wait_seconds: float) -> None:
        """End the session, then destroy key and file: raises DestroyedReplica then, and UnsentWork where something is
        unsent that must not be lost. Without a way to the server the session ends there when it is not used."""
        async with hold_sync_lock(self._database.file.path, self._ids(), wait_seconds=wait_seconds, who=self._who):
            async with open_file_thread(self._database) as thread:
                states = await thread.run(count_states)
                unsent = sum(states.get(state, 0) for state in PENDING_STATES)
                files = await thread.run(count_unsent_contents)
                if (unsent or files) and not lose_unsent:
                    raise UnsentWork(f"({unsent} edits" + (f", {files} attachments)" if files else ")"))
                exchange = await self._exchange(thread, str(self._ids()), Report())
                with suppress(TwinbaseError):
                    await self._renewed(exchange)
                caller = await exchange.make_request_context()
            await self.session.sign_out(caller)
            raise await self._destroy(str(caller.replica))

    async def sync(self, *, wait_seconds: float = 10.0) -> Report:
        """Bring both sides together; answers what was done.

        Raises Offline, HalfAnswer, NotTwinbase, NotSignedIn or ServerRefused when it could not be finished: nothing is
        lost then, and the next sync goes on from there. Raises ReplicaBusy when another sync does not end in time,
        ReplicaLocked when a session keeps the write lock, StorageFailed when there is no room.
        """
        report, token = Report(), self._ids()
        traffic = self.server.traffic
        before = (traffic.requests, traffic.sent, traffic.received)
        try:
            async with hold_sync_lock(self._database.file.path, token, wait_seconds=wait_seconds, who=self._who):
                await self._run_or_obey(str(token), report)
        except DestroyedReplica:
            raise
        except TwinbaseError as error:
            self._say_failure(error)
            with suppress(TwinbaseError):
                await self.count_edits()
            raise
        except Exception as error:
            self.status.set(problem=f"Something unexpected happened ({type(error).__name__}). It is tried again.")
            raise
        finally:
            report.requests, report.bytes_sent, report.bytes_received = (
                now - then for now, then in zip((traffic.requests, traffic.sent, traffic.received), before, strict=True)
            )
            self.status.set(phase="idle")
        unproven = tuple(sorted(report.unproven))
        self.status.set(
            offline_since=None, synced_at=self._clock(), problem=" ".join(report.set_aside), unproven=unproven
        )
        return report

    async def _run_or_obey(self, token: str, report: Report) -> None:
        try:
            async with open_file_thread(self._database) as thread:
                await self._run(await self._exchange(thread, token, report))
        except ServerRefused as problem:
            await self._obey(problem)
            raise

    async def _obey(self, problem: ServerRefused) -> None:
        """Wipe this device, if that is what the server asks for; raises DestroyedReplica then. Hold the sync's lock."""
        if problem.kind != WIPED:
            return
        async with open_file_thread(self._database) as thread:
            key = await thread.run(read_device_key)
            order = WipeOrder.read(problem, partial(sign_message, key))
            await hand_over(await self._exchange(thread, str(self._ids()), Report()), order)
            replica = (await thread.run(read_state)).replica
        gone = await self._destroy(replica)
        with suppress(TwinbaseError):
            await self.server.say_wiped(order.ticket, order.proof)
        raise gone

    async def _destroy(self, replica: str) -> DestroyedReplica:
        """Destroy the key, then the file; answers what every later use of it is told."""
        if self._on_wipe is not None:
            await self._on_wipe()
        await self._database.dispose()
        await asyncio.to_thread(destroy_file, self._database.file.path)
        # Not sooner: a device that forgot its session and then died would never hear of a wipe again.
        with suppress(OSError, TwinbaseError):
            await self.session.forget(replica)
        gone = DestroyedReplica(f"({self._database.file.path.name})")
        self.status.set(signed_in=False, problem=str(gone))
        return gone

    async def count_edits(self) -> None:
        """Say in the status how many edits wait, for what, and whether some were lost; it needs no network."""
        # One after the other: of two that overlap, the older count could be said last.
        async with self._counting:
            self._say_counts(*await self._database.look(_count_and_find_loss))

    def _say_counts(self, counts: Mapping[str, int], files: int, lost: str) -> None:
        self.status.set(
            lost=lost,
            unsent_files=files,
            pending=counts.get("pending", 0) + counts.get("sent", 0),
            refused=counts.get("refused", 0),
            conflicts=counts.get("conflict", 0),
            parked=counts.get("parked", 0),
        )

    async def has_more(self) -> bool:
        """Whether something waits that can be sent; what the server has no column for is not asked about for ever."""
        async with open_file_thread(self._database) as thread:
            agreed = json.loads(await thread.run(recall, AGREED) or "{}")
            return await thread.run(has_pending, agreed_shapes(self._registry, agreed.get("twins", {})))

    async def count_orphans(self) -> dict[str, int]:
        """Per twin, the rows whose parent is not on this device. Legal: the parent may be outside the scope (H26).

        It reads every row with a foreign key, so it is asked for and not part of a sync.
        """
        async with open_file_thread(self._database) as thread:
            return await thread.run(_count_orphans)

    async def _exchange(self, thread: FileThread, token: str, report: Report) -> Exchange:
        await thread.run(take_over, token)
        return Exchange(
            thread=thread,
            path=self._database.file.path,
            server=self.server,
            registry=self._registry,
            token=token,
            access_token=await self.session.find_access_token(thread),
            clock=self._clock,
            ids=self._ids,
            report=report,
            status=self.status,
            tell=self._tell,
        )

    async def _run(self, exchange: Exchange) -> None:
        """The steps, again after each objection of the server that has a way on; at the end what has none is raised.

        Each step forward allows as many objections more: an outbox may hold more than one thing that nobody takes.
        """
        if not exchange.access_token:
            await self._renewed(exchange)
        left = RECOVERIES_MAX
        while left:
            left -= 1
            try:
                failed = await _steps(exchange)
                break
            except NotSignedIn:
                await self._renewed(exchange)
            except ServerRefused as problem:
                await recover(exchange, problem)
                if await exchange.has_less_to_send():
                    left = RECOVERIES_MAX
        else:
            raise ServerRefused(409, "unsettled", f"{RECOVERIES_MAX} recoveries did not settle it; it is tried again.")
        await self._end(exchange)
        if failed is not None:
            raise failed

    async def _end(self, exchange: Exchange) -> None:
        """What is noted and counted at the end of a sync that was carried through."""
        async with self._counting:
            knows_who, counts, files, lost = await exchange.thread.run(_note_end, exchange)
            self._say_counts(counts, files, lost)
        exchange.report.lost = lost
        if not knows_who:
            await _learn_who(exchange)

    async def _renewed(self, exchange: Exchange) -> None:
        """A token that has expired is renewed if that can be done without a person."""
        exchange.access_token = await self.session.renew_access_token(exchange.thread, exchange.access_token)
        self.status.set(signed_in=True)

    def _say_failure(self, error: TwinbaseError) -> None:
        self.status.set(problem=str(error))
        if isinstance(error, NotSignedIn):
            self.status.set(signed_in=False)
        if isinstance(error, Offline) and not self.status.now.is_offline:
            self.status.set(offline_since=self._clock())

    def _tell(self, keys: ChangedKeys) -> None:
        changed = {twin: rows for twin, rows in keys.items() if rows is None or rows}
        for observer in list(self.observers) if changed else ():
            observer(changed)


async def _steps(exchange: Exchange) -> ServerRefused | None:
    """Answers why a batch could not be taken when the fault is the server's: it is sent again at the next sync, and
    what the office wrote arrives meanwhile."""
    failed = None
    await agree(exchange)
    try:
        await push(exchange)
    except ServerRefused as problem:
        if problem.kind not in FAILED_THERE:
            raise
        failed = problem
    start = await find_start(exchange)
    if not start.state.cursor:
        await run_first_sync(exchange)
    elif start.unfetched:
        await backfill(exchange, start.unfetched)
        await pull(exchange)
    else:
        await pull(exchange, start)
    return failed


async def _learn_who(exchange: Exchange) -> None:
    """A renewed token may bring other claims. Without an answer they are asked for at the next sync."""
    with suppress(TwinbaseError):
        identity = await exchange.server.fetch_identity(await exchange.make_request_context())
        await exchange.thread.run(keep_identity, identity)


def _note_end(connection: Connection, exchange: Exchange) -> tuple[bool, dict[str, int], int, str]:
    """Whether the claims here are those that the rows came for, and what `count_edits` says."""
    now = exchange.clock()
    if exchange.report.is_proven:
        forget_removal(connection, exchange.token)
        note_proven(connection, exchange.token, now.isoformat())
    forget_old(connection, exchange.token, now)
    return has_current_claims(connection), *_count_and_find_loss(connection)


def _count_and_find_loss(connection: Connection) -> tuple[dict[str, int], int, str]:
    return count_states(connection), count_unsent_contents(connection), read_loss(connection)


def _count_orphans(connection: Connection) -> dict[str, int]:
    return dict(Counter(row[0] for row in connection.execute("PRAGMA foreign_key_check")))
