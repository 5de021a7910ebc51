"""Sessions of a replica: ordinary SQLModel sessions that also know what was read when (H29)."""

from typing import Any, TypeVar

from sqlalchemy import event, inspect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemyAsyncSession
from sqlalchemy.orm import Session as SyncSession
from sqlmodel import Session as SQLModelSession
from sqlmodel.ext.asyncio.session import AsyncSession

from twinbase.digest import Digest
from twinbase.registry import Registry
from twinbase.replica.file.local_digest import DIGEST, read_digest
from twinbase.replica.outbox.as_read import EditContexts, stamp
from twinbase.replica.outbox.pending_edits import PendingEdit, pending_edit_of, pending_edits_query
from twinbase.replica.outbox.titles import UnsentEdit, title_edits, titles_query

Instance = TypeVar("Instance")

_READING = "twinbase_reading"
_CHECKPOINT = "twinbase_checkpoint"
_NOTED = "twinbase_told"


class _Session(SQLModelSession):
    """The session inside a `ReplicaSession`, with the same promises."""

    def merge(self, instance: Instance, **options: Any) -> Instance:
        """Merge as usual; what the given instance had read stays the base of its edits."""
        merged = super().merge(instance, **options)
        reading, state = self.info[_READING], inspect(instance, raiseerr=True)
        with self.no_autoflush:
            for given in [instance, *(each[0] for each in state.mapper.cascade_iterator("merge", state))]:
                _carry(self, reading, given)
        return merged


def _carry(session: SyncSession, reading: EditContexts, given: object) -> None:
    try:
        reading.carry(session, given)
    except BaseException:
        for pending in list(session.new):
            session.expunge(pending)
        raise


class ReplicaSession(AsyncSession):
    """An AsyncSession over the device file. Instances stay usable after a commit (`expire_on_commit` is off).

    A form may be loaded in one session and saved in another, hours and syncs later, by `add` or by `merge`: the
    mutation says what was read. A row that was deleted meanwhile raises StaleDataError and does not rise again. What
    is written by `update()`, `delete()` or raw SQL was read the moment before.
    """

    sync_session_class: type[SQLModelSession] = _Session

    async def pending_edits(self, *models: type[Any]) -> list[PendingEdit]:
        """The writes to these twins that the server has not taken yet, or has refused; oldest first, in one query."""
        reading: EditContexts = self.sync_session.info[_READING]
        twins = {twin.name: twin for twin in map(reading.twin_of_model, models) if twin is not None and twin.pushes}
        if not twins:
            return []
        rows = await (await self.connection()).exec_driver_sql(pending_edits_query(list(twins.values())))
        return [pending_edit_of(twins, row) for row in rows]

    async def read_outbox(self) -> list[UnsentEdit]:
        """All that `pending_edits` gives of every twin, each with a title for people and the row that it belongs to;
        oldest first, in two queries, however much it is."""
        registry = self.sync_session.info[_READING].registry
        twins = [twin for twin in registry if twin.pushes]
        edits = await self.pending_edits(*(twin.model for twin in twins))
        query = titles_query(twins, registry) if edits else ""
        rows = (await (await self.connection()).exec_driver_sql(query)).all() if query else []
        return list(title_edits(edits, rows, registry))

    def has_mirror(self, model: type[Any]) -> bool:
        """Whether a plugin that is loaded mirrors this class."""
        return self.sync_session.info[_READING].twin_of_model(model) is not None

    async def read_digest(self, model: type[Any]) -> Digest:
        """Rows and sums of a twin as the server last sent it; local edits are not in it. What is made from the rows
        of a twin that is only read here is up to date while its digest is the same."""
        twin = self.sync_session.info[_READING].twin_of_model(model)
        if twin is None:
            raise LookupError(f"{model.__name__} is not mirrored: no plugin that is loaded has a Mirror of it.")
        row: Any = (await (await self.connection()).exec_driver_sql(DIGEST, (twin.name,))).one()
        return read_digest(*row)

    # SQLModel warns of `execute` because `exec` gives objects; for raw SQL it is the right word, and warns nobody here.
    execute = SQLAlchemyAsyncSession.execute


def open_session(engine: AsyncEngine, reading: EditContexts, **options: Any) -> ReplicaSession:
    """A session over one of a replica's engines."""
    return ReplicaSession(engine, info={_READING: reading}, **{"expire_on_commit": False, **options})


def watch_refreshes(registry: Registry) -> None:
    """Instances that are loaded anew are stamped anew."""
    for twin in registry:
        if not event.contains(twin.model, "refresh", _refreshed):
            event.listen(twin.model, "refresh", _refreshed)


def _refreshed(instance: Any, context: Any, names: Any) -> None:
    session = context.session
    if isinstance(session, _Session) and _CHECKPOINT in session.info:
        state = inspect(instance)
        keys = {state.mapper.get_property_by_column(column).key for column in state.mapper.primary_key}
        if names is None or {attribute.key for attribute in state.mapper.column_attrs} <= {*names, *keys}:
            stamp(instance, session.info[_CHECKPOINT])


@event.listens_for(_Session, "after_begin")
def _note_checkpoint(session: SyncSession, transaction: Any, connection: Any) -> None:
    session.info[_CHECKPOINT] = connection.exec_driver_sql("SELECT checkpoint FROM _twinbase_state").scalar_one()


@event.listens_for(_Session, "loaded_as_persistent")
def _loaded(session: SyncSession, instance: object) -> None:
    stamp(instance, session.info[_CHECKPOINT])


@event.listens_for(_Session, "before_flush")
def _before_flush(session: SyncSession, context: Any, instances: Any) -> None:
    session.connection()
    session.info[_READING].check_new_keys(session)
    session.info[_NOTED] = session.info[_READING].tell_triggers(session, session.info[_CHECKPOINT])


@event.listens_for(_Session, "after_flush")
def _after_flush(session: SyncSession, context: Any) -> None:
    session.info[_READING].forget(session, session.info.pop(_NOTED, ()), session.info[_CHECKPOINT])
    for instance in session.new:
        stamp(instance, session.info[_CHECKPOINT])
