"""What a person read, and when: the base of an edit is the row on his screen, not the row of this second (H29).

Every instance that a session loads is stamped with the checkpoint that its transaction saw. When it is written after an
apply has changed its row, the session first tells the capture triggers what was read; the mutation then carries the old
values as read and the base READ_BEFORE, which equals no version, so that the server compares column by column.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, and_, delete, insert, inspect, literal, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from twinbase.names import key_column
from twinbase.registry import Registry, Twin

READ_BEFORE = 0
"""The base of a write over a row that has changed since it was read: some version before the server's, no matter
which."""

_STAMP = "twinbase_checkpoint"
_AS_READ = "twinbase_as_read"


class EditContexts:
    """The edit contexts of one replica's sessions."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._twins: Mapping[type[Any], Twin] = {twin.model: twin for twin in registry}
        self._reads: dict[Twin, Table] = {}
        self._metas: dict[Twin, Table] = {}

    def twin_of(self, instance: object) -> Twin | None:
        return next((self._twins[kind] for kind in type(instance).__mro__ if kind in self._twins), None)

    def twin_of_model(self, model: type[Any]) -> Twin | None:
        return self._twins.get(model)

    def check_new_keys(self, session: Session) -> None:
        """Raise ValueError for a new row without its number: SQLite would count one up, as every other device does."""
        for instance in session.new:
            twin = self.twin_of(instance)
            for name in twin.key if twin is not None else ():
                assert twin is not None
                column = twin.table.columns[name]
                if column.default is None and getattr(instance, _attribute(twin, name)) is None:
                    raise ValueError(f"A new row of {twin.name} has no {name}, which is its key: give it one.")

    def tell_triggers(self, session: Session, checkpoint: int) -> set[Twin]:
        """Before a flush: write down what was read of every stale row that is about to be written; give their twins."""
        noted: set[Twin] = set()
        for instance in _written(session):
            twin = self.twin_of(instance)
            if twin is None or stamp_of(instance) >= checkpoint:
                continue
            if self._is_stale(session, twin, instance):
                self._tell(session, twin, instance)
                noted.add(twin)
            else:
                stamp(instance, checkpoint)
        return noted

    def forget(self, session: Session, twins: Iterable[Twin], checkpoint: int) -> None:
        """After a flush: the triggers have taken what was read; what was merged shows its row as it is."""
        for twin in twins:
            session.connection().execute(delete(self._read_of(twin)))
        for instance in session.dirty:
            if _AS_READ in inspect(instance).info:
                stamp(instance, checkpoint)

    def carry(self, session: Session, given: object) -> None:
        """After a merge: the instance in the session stands for what was read of the one that was given."""
        state = inspect(given)
        merged = session.identity_map.get(state.key) if state.key else None
        twin = self.twin_of(given)
        if merged is given or twin is None or state.key is None or _STAMP not in state.info:
            return
        if merged is None:
            raise StaleDataError(f"A row of {twin.name} was deleted after it was read; it is not written again.")
        if stamp_of(given) < stamp_of(merged):
            self._hand_over(twin, given, merged)

    def _hand_over(self, twin: Twin, given: Any, merged: Any) -> None:
        read = _as_read(twin, given)
        for name, value in read.items():
            attribute = _attribute(twin, name)
            history = inspect(merged).attrs[attribute].history
            if getattr(given, attribute) == value and history.deleted:
                # Not edited, only older: what the row holds now stays.
                set_committed_value(merged, attribute, history.deleted[0])
        stamp(merged, stamp_of(given))
        inspect(merged).info[_AS_READ] = read

    def _read_of(self, twin: Twin) -> Table:
        """Where it is told what was read of a row. Made when it is first needed: most starts write no stale row."""
        if twin not in self._reads:
            self._reads[twin] = _read_table(twin)
        return self._reads[twin]

    def _meta_of(self, twin: Twin) -> Table:
        """Where it stands by which checkpoint a row came."""
        if twin not in self._metas:
            self._metas[twin] = _meta_table(twin)
        return self._metas[twin]

    def _is_stale(self, session: Session, twin: Twin, instance: Any) -> bool:
        meta = self._meta_of(twin)
        applied = session.connection().scalar(select(meta.c.applied).where(_same_key(meta, instance, key_column)))
        return applied is not None and applied > stamp_of(instance)

    def _tell(self, session: Session, twin: Twin, instance: Any) -> None:
        """The row as it is, with what was read over it: a column that was never loaded counts as read now."""
        read, connection = self._read_of(twin), session.connection()
        row = select(literal(READ_BEFORE), *(twin.table.columns[name] for name in twin.columns))
        connection.execute(delete(read).where(_same_key(read, instance)))
        connection.execute(
            insert(read).from_select(["_version", *twin.columns], row.where(_same_key(twin.table, instance)))
        )
        if known := _as_read(twin, instance):
            connection.execute(update(read).where(_same_key(read, instance)).values(known))


def stamp(instance: object, checkpoint: int) -> None:
    """Note that an instance shows its row as that checkpoint left it."""
    info = inspect(instance, raiseerr=True).info
    info[_STAMP] = checkpoint
    info.pop(_AS_READ, None)


def stamp_of(instance: object) -> int:
    """The checkpoint at which an instance was read; 0 when no session of a replica loaded it."""
    return int(inspect(instance, raiseerr=True).info.get(_STAMP, 0))


def _written(session: Session) -> list[object]:
    return [*(each for each in session.dirty if session.is_modified(each)), *session.deleted]


def _as_read(twin: Twin, instance: Any) -> dict[str, Any]:
    """The values, key apart, that an instance had when it was loaded; what was not loaded is left out."""
    state = inspect(instance)
    if _AS_READ in state.info:
        return dict(state.info[_AS_READ])
    values = {}
    for name in twin.columns[len(twin.key) :]:
        history = state.attrs[_attribute(twin, name)].history
        if history.deleted or history.unchanged:
            values[name] = (history.deleted or history.unchanged)[0]
    return values


def _attribute(twin: Twin, column: str) -> str:
    return twin.attribute_of(column)


def _same_key(table: Table, instance: Any, called: Callable[[str], str] = str) -> Any:
    state = inspect(instance)
    names = [called(column.name) for column in state.mapper.primary_key]
    return and_(*(table.c[name] == value for name, value in zip(names, state.identity, strict=True)))


def _read_table(twin: Twin) -> Table:
    columns = [Column(name, twin.table.columns[name].type) for name in twin.columns]
    return Table(f"_twinbase_read_{twin.name}", MetaData(), Column("_version", Integer), *columns)


def _meta_table(twin: Twin) -> Table:
    columns = [Column(key_column(name), twin.table.columns[name].type) for name in twin.key]
    return Table(f"_twinbase_meta_{twin.name}", MetaData(), Column("applied", Integer), *columns)
