"""A replica: one device's file, open."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.sql.expression import Select, SelectOfScalar

from twinbase.clock import Clock, utc_now
from twinbase.errors import DamagedReplica, DestroyedReplica, ReplicaClosed, ReplicaError
from twinbase.identity import Identity
from twinbase.plugins import Plugins, check_plugins
from twinbase.protocol import LoginAnswer
from twinbase.registry import Registry
from twinbase.replica import migrate
from twinbase.replica.address import read_address
from twinbase.replica.attachments.attachments import Attachments
from twinbase.replica.attachments.line import FileLine
from twinbase.replica.attachments.store import remove_left_over
from twinbase.replica.background import Background
from twinbase.replica.changes import ChangeBoard, ChangedRow, Row
from twinbase.replica.drafts import Drafts
from twinbase.replica.engines import Database
from twinbase.replica.fence import translate_unforeseen
from twinbase.replica.file.examine import examine, find_damage
from twinbase.replica.file.file import ReplicaFile, connect, create_file, is_new, open_untouched, translate_errors
from twinbase.replica.file.keys import Secret, check_secret, key_for
from twinbase.replica.file.lock import hold_sync_lock
from twinbase.replica.file.loss import find_loss, forget_loss, note_loss
from twinbase.replica.file.rekey import rekey
from twinbase.replica.file.state import read_state
from twinbase.replica.migrate import Owner
from twinbase.replica.outbox import decisions, put_back, waiting_edits
from twinbase.replica.outbox.as_read import EditContexts
from twinbase.replica.outbox.decisions import ServerDecision
from twinbase.replica.outbox.waiting_edits import WaitingEdit
from twinbase.replica.report import Report
from twinbase.replica.schedule import SyncPace
from twinbase.replica.session import ReplicaSession, open_session, watch_refreshes
from twinbase.replica.status import StatusBoard
from twinbase.replica.sync.callers import Callers
from twinbase.replica.sync.device_session import DeviceSession, Renew
from twinbase.replica.sync.engine import Engine, OnWipe
from twinbase.replica.sync.listen import NewsListener
from twinbase.replica.sync.server import Server, Transport
from twinbase.replica.sync.sign_in import read_identity
from twinbase.replica.tokens import TokenStore
from twinbase.replica.tokens.choose import ChosenTokens
from twinbase.replica.tokens.vault import FileTokens

Given = TypeVar("Given")


class Replica:
    """The device twin. Open it with `await Replica.open(...)`, and close it: `async with await Replica.open(...)`."""

    def __init__(
        self,
        database: Database,
        plugins: Plugins,
        clock: Clock,
        server: Server,
        session: DeviceSession,
        who: str = "",
        on_wipe: OnWipe | None = None,
    ) -> None:
        registry = plugins.twins
        self.database = database
        self._roles = plugins.roles
        self.registry = registry
        self.clock = clock
        self.syncing = Engine(database, registry, server, clock=clock, session=session, who=who, on_wipe=on_wipe)
        line = FileLine(server, Callers(database, session, who=who))
        self._attachments = Attachments(database, registry, clock, line, self._enter)
        self._reading = EditContexts(registry)
        self._drafts = Drafts(database, self._enter)
        self._closed = False
        self._counts: set[asyncio.Task[None]] = set()
        self._changes = ChangeBoard(database, registry, self.read)
        self.syncing.observers.append(self._changes.note_changes)
        database.watch_writes(self._changes.note_write)
        database.watch_writes(self._count_soon)

    @classmethod
    async def open(
        cls,
        path: str | Path,
        key: Secret | None = None,
        *,
        plugins: Plugins,
        server: str | None = None,
        plain_http: bool = False,
        tls: ssl.SSLContext | None = None,
        account: str = "",
        plain: bool = False,
        check: bool = False,
        clock: Clock = utc_now,
        new_id: UUID | None = None,
        transport: Transport | None = None,
        renew: Renew | None = None,
        tokens: TokenStore | None = None,
        who: str = "",
        app: str = "",
        on_wipe: OnWipe | None = None,
    ) -> Self:
        """The replica at `path`; a new one where there is none.

        `key`: 32 bytes, or a passphrase. Without a key the file is plain SQLite, and `plain=True` says so aloud.
        `server`, `account`: whose file it is; one file belongs to one account of one server for ever. Without a server
        it can be read and written, and not synced.
        `plain_http`: allow an address that begins with http:// beyond this machine. `tls`: how to recognise the server
        by TLS, for a private authority; else by those that this machine trusts.
        `check`: read the whole file first, for an app that has reason to doubt it.
        `transport`: another way to the server than the network; then `server` only names it.
        `tokens`: where what a session goes on with is kept between two starts. Without one: the system's keyring where
        there is one and `twinbase[keyring]` is installed, else a vault beside the file, opened by the same key; of a
        plain file, nowhere. `renew`: an app's own way to a new access token.
        `who`: what another process that wants to sync the same file is told about this one.
        `app`: the version of the app, `1.4.0` say: the office sees it, and a server may ask for a newer one.
        `on_wipe`: awaited before the file is
        destroyed because the office has asked for it: destroy its key there.
        Raises WrongAddress, WrongKey, NotADatabase, DamagedReplica, NewerReplica or ForeignReplica, and leaves the file
        untouched; StorageFailed when there is no room for it.
        """
        if (key is None) is not plain:
            raise ValueError("Give a key, or plain=True for a file that anybody can read; not both, not neither.")
        if key is not None:
            check_secret(key)
        check_plugins(plugins)
        url = "" if server is None else read_address(server, plain_http=plain_http or transport is not None).url
        registry = plugins.twins
        with translate_unforeseen():
            file = await asyncio.to_thread(
                _prepare, Path(path), key, registry, Owner(url, account), new_id or uuid4(), check
            )
            watch_refreshes(registry)
            database = Database(file, registry, clock)
            line = Server(url, transport=transport, verify=tls or True, app=app)
            store = tokens if tokens is not None else ChosenTokens(Path(path), key)
            replica = cls(database, plugins, clock, line, DeviceSession(line, store, renew), who, on_wipe)
            await replica.syncing.count_edits()
            return replica

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.database.file.path

    @property
    def engine(self) -> AsyncEngine:
        """The engine of the sessions that write: schemas translated, BEGIN IMMEDIATE."""
        return self.database.engine

    def session(self, **options: Any) -> ReplicaSession:
        """A session that reads and writes. It holds the file's only write lock from its first statement to its commit:
        keep it short, and load what a person looks at with `read()`."""
        return open_session(self.database.engine, self._reading, **options)

    def read(self, **options: Any) -> ReplicaSession:
        """A session that only reads: it sees one moment, waits for nobody, and nobody waits for it."""
        return open_session(self.database.reader, self._reading, **options)

    def changes(self, *models: type[object]) -> AbstractAsyncContextManager[AsyncGenerator[ChangedRow]]:
        """Every row of these classes that changes from now on, by a sync or by a commit of this replica.

        `async with replica.changes(Job) as changes:`, then `async for change in changes:`. Nothing is missed from the
        moment at which the block is entered: read what is there inside of it. A row that changes twice before it is
        asked for is told once, as it is then. Raises LookupError for a class that is not mirrored.
        """
        return self._changes.follow_rows(models)

    def watch(self, statement: SelectOfScalar[Row] | Select[Row]) -> AsyncGenerator[Sequence[Row]]:
        """The rows of a `select()` now, and anew whenever a twin that it reads has changed.

        Raises LookupError for a statement that reads no twin.
        """
        return self._changes.follow_result(statement)

    async def sign_in(self, email: str, password: str, *, device_name: str = "") -> LoginAnswer:
        """Sign in on the server. The session goes on by itself from now on, in every later start too."""
        with self._enter():
            return await self._or_closed(self.syncing.sign_in(email, password, device_name=device_name))

    async def enroll(self, code: str, *, device_name: str = "") -> LoginAnswer:
        """Sign in by a one-time code of the office, without a password; raises NotSignedIn for one that is no good."""
        with self._enter():
            return await self._or_closed(self.syncing.enroll(code, device_name=device_name))

    async def sign_in_by(self, route: str, said: Mapping[str, Any], *, device_name: str = "") -> LoginAnswer:
        """Sign in at a route that a plugin of the server brings, with what it asks for: a badge, a code of a browser.

        `route`: below `/api/v1/`; it takes a `SigningRequest` with members of its own, and begins a session.
        Raises NotSignedIn when it does not know who this is, and ServerRefused with its problem.
        """
        with self._enter():
            return await self._or_closed(self.syncing.sign_in_by(route, said, device_name=device_name))

    async def ask_plugin(self, route: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a plugin's route that is open to anybody answers: what a person needs to sign in by it, say.

        Raises ServerRefused with its problem, and Offline, HalfAnswer or NotTwinbase as `sync` does.
        """
        with self._enter():
            return await self.syncing.server.ask_plugin(route, said)

    async def sign_out(self, *, lose_unsent: bool = False, wait_seconds: float = 10.0) -> None:
        """End the session, and destroy the file with all that is on it, by way of `on_wipe` its key too.

        Raises UnsentWork while edits are unsent or wait for a decision, unless they may be lost: show them, and offer
        to sync. It needs no network; then the session ends on the server when it has not been used for long.
        """
        with self._enter(), suppress(DestroyedReplica):
            await self._or_closed(self.syncing.sign_out(lose_unsent=lose_unsent, wait_seconds=wait_seconds))

    async def read_identity(self) -> Identity | None:
        """Who signed in on this device, with the claims and what their role permits; None when nobody did. It needs no
        network."""
        with self._enter():
            identity = await self.database.look(read_identity)
        return None if identity is None else self._roles.grant(identity)

    async def sync(self, *, wait_seconds: float = 10.0) -> Report:
        """Push, pull, prove and repair, then send attachments; answers what was done.

        What keeps attachments from being sent is no error: the rows are through, and the report says it.

        Raises Offline, HalfAnswer, NotTwinbase, NotSignedIn or ServerRefused when it could not be finished: nothing is
        lost then, and the next sync goes on from there. Raises ReplicaBusy when another sync does not end within
        `wait_seconds`, ReplicaLocked when a session keeps the write lock, StorageFailed when there is no room, and
        DestroyedReplica when the office has asked for this device to be wiped, and it is.
        """
        with self._enter():
            report = await self._or_closed(self.syncing.sync(wait_seconds=wait_seconds))
            if await self._attachments.send_waiting(report):
                await self.syncing.count_edits()
            return report

    @property
    def attachments(self) -> Attachments:
        """The bytes that rows name: photos, signatures, documents."""
        return self._attachments

    @property
    def status(self) -> StatusBoard:
        """Where the sync is, to show and to watch. The edits that wait are counted when the file is opened, after each
        commit, after each sync, whatever became of it, and after each decision about one."""
        return self.syncing.status

    def background(self, *, pace: SyncPace | None = None, listen: bool = True) -> Background:
        """Sync by itself: run its `run()` in a task, and tell it `note_network()` when the network is back.

        `listen`: keep a line open on which the server says at once that there is something new. Raises NoEventLoop
        outside of a coroutine.
        """
        syncing, watch = self.syncing, self.database.watch_writes
        listener = NewsListener(syncing.server, self.database, syncing.session, self.status) if listen else None
        return Background(self.sync, pace=pace, has_more=syncing.has_more, watch_writes=watch, listen=listener)

    async def waiting_edits(self) -> list[WaitingEdit]:
        """The edits that wait for a person: refused, parked, in conflict."""
        with self._enter():
            return await self.database.look(waiting_edits.list_waiting_edits, self.registry)

    async def correct(self, mutation: UUID, values: Mapping[str, Any]) -> None:
        """Send an edit again with other values; its local transaction goes along whole, and what was parked behind it.

        A new row may take another key, if no row has it; raises ValueError where a value cannot be, or a rule of the
        table does not let it stand.
        """
        with self._enter(ValueError):
            try:
                await self.database.write(waiting_edits.correct, self.registry, mutation, values, self.clock())
            except self.database.file.driver.IntegrityError as error:
                raise ValueError(f"A rule of the table does not let it stand: {error}.") from error
            self.database.announce_write()
            await self.syncing.count_edits()

    async def discard(self, mutation: UUID) -> None:
        """Forget an edit; what was parked behind it is tried without it.

        A local transaction that was set aside whole (`too-large`, `unreadable`, `other-account`, `replay`) goes whole.
        """
        with self._enter():
            await self.database.write(waiting_edits.discard, self.registry, mutation, self.clock())
            self.database.announce_write()
            await self.syncing.count_edits()

    @property
    def drafts(self) -> Drafts:
        """What somebody has begun to type and has not saved: kept in the file, never sent."""
        return self._drafts

    async def decisions(self) -> list[ServerDecision]:
        """What the server decided about edits of this device that met others, and what the office looks at; the newest
        first.

        They are kept for 90 days, of the newest 2,000: after the edit itself is forgotten, through restarts and updates
        of the app. They go with the file.
        """
        with self._enter():
            return await self.database.look(decisions.list_decisions, self.registry)

    async def put_back(
        self, mutation: UUID, *, side: put_back.Side = "mine", columns: Collection[str] | None = None
    ) -> UUID | None:
        """Take back what a decision set aside: what was written here, or what the server had (`side="theirs"`).

        It is a new edit like any other: it is sent, and meets whatever others have written since. `columns`: only these
        of those in dispute. Answers its id, None where the row has these values already. Raises NoSuchDecision, and
        CannotPutBack where the row is not here any more, or a rule of the table does not let it stand; the decision
        is kept then.
        """
        with self._enter(ValueError):
            work = put_back.put_back
            edit = await self.database.write(work, self.registry, mutation, side, columns, self.clock())
            self.database.announce_write()
            await self.syncing.count_edits()
        return edit

    async def forget_loss(self) -> None:
        """Whoever typed what this file has lost has read of it (`status.now.lost`): it is not said any more."""
        with self._enter():
            await self.database.write(forget_loss)
            await self.syncing.count_edits()

    async def rekey(self, key: Secret, *, wait_seconds: float = 60.0) -> None:
        """Encrypt the file under another key. Close its sessions first; the old key opens it no more.

        It waits for a sync that runs, and none begins meanwhile. Raises ReplicaBusy when the file is in use, and
        StorageFailed when there is no room: the key is the old one then.
        """
        check_secret(key)
        with self._enter():
            async with hold_sync_lock(self.path, uuid4(), wait_seconds=wait_seconds, who="a change of key"):
                await self.database.dispose()
                await asyncio.shield(self._rekeyed(key))

    async def _rekeyed(self, key: Secret) -> None:
        self.database.file = await asyncio.to_thread(rekey, self.database.file, key)
        if isinstance(store := self.syncing.session.store, FileTokens | ChosenTokens):
            replica = (await self.database.look(read_state)).replica
            await asyncio.to_thread(store.rekey, replica, key)

    async def close(self) -> None:
        """Let go of the file and of the line. Nothing is lost by closing, or by not closing."""
        self._closed = True
        await self.syncing.server.close()
        await asyncio.gather(*self._counts)
        await self._changes.close()
        await self.database.close()

    async def _or_closed(self, asked: Awaitable[Given]) -> Given:
        """What was asked; a file that was destroyed meanwhile is closed."""
        try:
            return await asked
        except DestroyedReplica:
            self._closed = True
            raise

    @contextmanager
    def _enter(self, *allowed: type[Exception]) -> Iterator[None]:
        """What an app asks for: it leaves with a TwinbaseError, or with what is allowed here."""
        if self._closed:
            raise ReplicaClosed(f"({self.path.name})")
        with translate_unforeseen(*allowed):
            yield

    def _count_soon(self) -> None:
        """A task, since whoever commits does not wait for it."""
        task = asyncio.get_running_loop().create_task(self._count_edits())
        self._counts.add(task)
        task.add_done_callback(self._counts.discard)

    async def _count_edits(self) -> None:
        with suppress(ReplicaError):
            await self.syncing.count_edits()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _prepare(
    path: Path, secret: Secret | None, registry: Registry, owner: Owner, replica: UUID, check: bool
) -> ReplicaFile:
    try:
        return _look_and_prepare(path, secret, registry, owner, replica, check)
    except UnicodeDecodeError as error:
        # SQLite quotes the file in what it says, and what it quotes is no text.
        raise DamagedReplica(f"{path.name}: its schema cannot be read.") from error


def _look_and_prepare(
    path: Path, secret: Secret | None, registry: Registry, owner: Owner, replica: UUID, check: bool
) -> ReplicaFile:
    """Look at the file without touching it, then make it what the app declares."""
    file, lost = ReplicaFile(path, None if secret is None else key_for(path, secret)), ""
    if is_new(path):
        create_file(path)
    else:
        examine(file)
        with open_untouched(file) as connection, translate_errors(file):
            migrate.check(connection, registry, owner)
        lost = find_loss(file)
        # What a checkpoint had moved already may not fit what is left of the -wal.
        if (check or lost) and (found := find_damage(file)):
            raise DamagedReplica(f"{path.name}: {found[0]} ({len(found)} findings).")
    with translate_errors(file), closing(connect(file)) as connection:
        migrate.prepare(connection, registry, owner, replica)
        if lost:
            note_loss(connection, path, lost)
    remove_left_over(path)
    return file
