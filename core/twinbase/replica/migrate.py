"""From what a file was made for to what the app declares now: additive, in one transaction, pending edits kept.

A new twin or column is added; the values of a new column are asked for once more (`backfill`), the rest stays. A
column that the class lost, or hides now, is emptied and left in place, so that an older app can still open the file.
An app one mirror version older than the file goes on with the columns that it knows; they are backfilled when the
newer app is back. A column that was renamed, as its mirror says, is renamed here. The key and the storage of a column
never change: that is another column, or another table. Nor does what a stored value means: a decimal keeps its places.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from twinbase.codecs.forms import stored_form
from twinbase.errors import ForeignReplica, MirrorError, NewerReplica
from twinbase.quoting import quote_name
from twinbase.registry import Registry, Twin
from twinbase.replica.address import is_same_server
from twinbase.replica.connection import Connection
from twinbase.replica.file.content_tables import create_content_tables
from twinbase.replica.file.layout import (
    APPLICATION_ID,
    ENGINE,
    FORMAT,
    INDEXES,
    column_sql,
    columns_of,
    engine_additions,
    engine_tables,
    shadow_columns,
    twin_indexes,
    twin_table,
)
from twinbase.replica.file.names import changes_table, image_table, reads_table
from twinbase.replica.outbox.triggers import create_triggers, drop_triggers

MigrationStep = tuple[str, tuple[Any, ...]]
VERSIONS_OLDER_MAX = 1


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose file it is (H30): one server, one account. Empty: not known yet, at a first start without network."""

    server: str = ""
    account: str = ""


def check(connection: Connection, registry: Registry, owner: Owner) -> None:
    """Raise ForeignReplica, NewerReplica or MirrorError when this app must not go on with this file. Only reads."""
    if not _exists(connection, "_twinbase_state"):
        return
    server, account = connection.execute("SELECT server, account FROM _twinbase_state").fetchone()
    if owner.server and server and not is_same_server(owner.server, server):
        raise ForeignReplica("It is of another server.")
    if owner.account and account and owner.account != account:
        raise ForeignReplica("It is of another account.")
    for name, (version, declared) in _known(connection).items():
        if name in registry:
            _check_twin(registry[name], version, declared)


def _check_twin(twin: Twin, version: int, declared: dict[str, Any]) -> None:
    owner = twin.model.__name__
    if version > twin.mirror.version + VERSIONS_OLDER_MAX:
        raise NewerReplica(f"{owner} is at version {version}, this app knows {twin.mirror.version}.")
    if declared["key"] != list(twin.key):
        raise MirrorError(f"{owner}: its key was {declared['key']} on this device; give the new table another name.")
    for was, storage in declared["columns"].items():
        _check_column(twin, twin.newest_name_of(was), storage, declared.get("forms", {}).get(was))


def _check_column(twin: Twin, name: str, storage: str, form: str | None) -> None:
    """`form`: None in a file of before forms were kept; then the storage has to do."""
    if name not in twin.codecs:
        return
    codec = twin.codecs[name]
    if codec.storage != storage or form not in (None, stored_form(codec)):
        was, now = (storage, codec.storage) if codec.storage != storage else (form, stored_form(codec))
        raise MirrorError(
            f"{twin.model.__name__}.{name} was stored as {was} on this device and is {now} now: "
            "add a column with another name."
        )


def prepare(connection: Connection, registry: Registry, owner: Owner, replica: UUID) -> None:
    """Make the file what the registry declares; does nothing, and takes no lock, when it is already."""
    check(connection, registry, owner)
    if not list(_steps(connection, registry, owner, replica)):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        check(connection, registry, owner)
        for statement, values in _steps(connection, registry, owner, replica):
            connection.execute(statement, values)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _steps(connection: Connection, registry: Registry, owner: Owner, replica: UUID) -> Iterator[MigrationStep]:
    """What is missing, in order. Reads as it goes: the steps that it gave are taken before the next is asked for."""
    yield from _engine(connection, owner, replica)
    known = _known(connection) if _exists(connection, "_twinbase_twin") else {}
    for twin in registry:
        if twin.name not in known:
            yield from _new_twin(twin, registry)
        else:
            yield from _changed_twin(connection, twin, *known[twin.name])
        yield from _missing_indexes(connection, twin)
        yield from _changed_triggers(connection, twin)
    for name in known.keys() - registry.twins.keys():
        yield from _retired_twin(connection, name)


def _engine(connection: Connection, owner: Owner, replica: UUID) -> Iterator[MigrationStep]:
    if not _exists(connection, "_twinbase_state"):
        yield f"PRAGMA application_id = {APPLICATION_ID}", ()
        yield f"PRAGMA user_version = {FORMAT}", ()
        yield from ((statement, ()) for statement in ENGINE)
        yield (
            "INSERT INTO _twinbase_state (one, replica, server, account) VALUES (1, ?, ?, ?)",
            (str(replica), owner.server, owner.account),
        )
        yield from create_content_tables()
        return
    if not _exists(connection, "_twinbase_content"):
        yield from create_content_tables()
    yield from ((statement, ()) for statement in engine_additions(connection))
    server, account = connection.execute("SELECT server, account FROM _twinbase_state").fetchone()
    # The newest way to write the server's address: https:// may have come since.
    known = (owner.server or server, account or owner.account)
    if known != (server, account):
        yield "UPDATE _twinbase_state SET server = ?, account = ?", known


def _new_twin(twin: Twin, registry: Registry) -> Iterator[MigrationStep]:
    yield twin_table(twin, registry), ()
    yield from ((statement, ()) for statement in engine_tables(twin))
    yield (
        "INSERT INTO _twinbase_twin (name, version, shape) VALUES (?, ?, ?)",
        (twin.name, twin.mirror.version, _declaration(twin)),
    )


def _changed_twin(
    connection: Connection, twin: Twin, version: int, declared: dict[str, Any]
) -> Iterator[MigrationStep]:
    yield from _renamed_columns(connection, twin)
    yield from _missing_columns(connection, twin)
    known = {twin.newest_name_of(name) for name in declared["columns"]}
    added = [name for name in twin.columns if name not in known]
    removed = [name for name in declared["columns"] if twin.newest_name_of(name) not in twin.codecs]
    if removed:
        yield from _emptied(twin, removed)
    active, backfill = connection.execute(
        "SELECT active, backfill FROM _twinbase_twin WHERE name = ?", (twin.name,)
    ).fetchone()
    if added or removed or not active or version != twin.mirror.version or json.loads(_declaration(twin)) != declared:
        waiting = [name for name in map(twin.newest_name_of, json.loads(backfill)) if name in twin.codecs]
        yield (
            "UPDATE _twinbase_twin SET version = ?, shape = ?, backfill = ?, active = 1 WHERE name = ?",
            (twin.mirror.version, _declaration(twin), json.dumps(sorted({*waiting, *added})), twin.name),
        )


def _renamed_columns(connection: Connection, twin: Twin) -> Iterator[MigrationStep]:
    """Rows and edits that wait keep their values under the new name."""
    here = columns_of(connection, twin.name)
    for old, new in twin.mirror.renamed.items():
        if old not in here or new in here:
            continue
        yield from ((statement, ()) for statement in drop_triggers(twin.name))
        for table in (quote_name(twin.name), image_table(twin.name), reads_table(twin.name)):
            yield f"ALTER TABLE {table} RENAME COLUMN {quote_name(old)} TO {quote_name(new)}", ()
        for side in ("old_", "new_"):
            names = f"{quote_name(side + old)} TO {quote_name(side + new)}"
            yield f"ALTER TABLE {changes_table(twin.name)} RENAME COLUMN {names}", ()


def _missing_columns(connection: Connection, twin: Twin) -> Iterator[MigrationStep]:
    """Columns that the class has and the file has not: hidden ones too, the class selects them."""
    here = columns_of(connection, twin.name)
    for column in twin.table.columns:
        if column.name not in here:
            yield f"ALTER TABLE {quote_name(twin.name)} ADD COLUMN {column_sql(twin, column)}", ()
    for table, prefix in ((image_table(twin.name), "_twinbase_image_"), (reads_table(twin.name), "_twinbase_read_")):
        here = columns_of(connection, prefix + twin.name)
        for name in twin.columns:
            if name not in here:
                yield f"ALTER TABLE {table} ADD COLUMN {quote_name(name)} {twin.codecs[name].storage}", ()
    here = columns_of(connection, f"_twinbase_change_{twin.name}")
    for name in twin.columns:
        if f"old_{name}" not in here:
            for declared in shadow_columns(twin, [name]):
                yield f"ALTER TABLE {changes_table(twin.name)} ADD COLUMN {declared}", ()


def _emptied(twin: Twin, names: list[str]) -> Iterator[MigrationStep]:
    """What may no longer be on a device goes from its rows; what somebody typed stays in the outbox."""
    nothing = ", ".join(f"{quote_name(name)} = NULL" for name in names)
    yield "UPDATE _twinbase_state SET applying = 1", ()
    yield f"UPDATE {quote_name(twin.name)} SET {nothing}", ()
    yield f"UPDATE {image_table(twin.name)} SET {nothing}", ()
    yield "UPDATE _twinbase_state SET applying = 0", ()


def _missing_indexes(connection: Connection, twin: Twin) -> Iterator[MigrationStep]:
    """And away with those that no class asks for any more."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND name GLOB ?"
    here = {sql: name for name, sql in connection.execute(query, (twin.name, f"{INDEXES}*"))}
    wanted = {statement.replace(" IF NOT EXISTS", ""): statement for statement in twin_indexes(twin)}
    yield from ((f"DROP INDEX {quote_name(here[sql])}", ()) for sql in here.keys() - wanted.keys())
    yield from ((wanted[sql], ()) for sql in wanted.keys() - here.keys())


def _changed_triggers(connection: Connection, twin: Twin) -> Iterator[MigrationStep]:
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND name GLOB '_twinbase_*'"
    wanted = list(create_triggers(twin))
    if {sql for (sql,) in connection.execute(query, (twin.name,))} != set(wanted):
        yield from ((statement, ()) for statement in drop_triggers(twin.name))
        yield from ((statement, ()) for statement in wanted)


def _retired_twin(connection: Connection, name: str) -> Iterator[MigrationStep]:
    """A twin that the app no longer declares: its rows stay as they are, nobody writes or pulls them."""
    (active,) = connection.execute("SELECT active FROM _twinbase_twin WHERE name = ?", (name,)).fetchone()
    if active:
        yield from ((statement, ()) for statement in drop_triggers(name))
        yield "UPDATE _twinbase_twin SET active = 0, loaded = 0 WHERE name = ?", (name,)


def _declaration(twin: Twin) -> str:
    columns = {name: twin.codecs[name].storage for name in twin.columns}
    forms = {name: stored_form(twin.codecs[name]) for name in twin.columns}
    return json.dumps({"key": list(twin.key), "columns": columns, "forms": forms})


def _known(connection: Connection) -> dict[str, tuple[int, dict[str, Any]]]:
    rows = connection.execute("SELECT name, version, shape FROM _twinbase_twin")
    return {name: (version, json.loads(declared)) for name, version, declared in rows}


def _exists(connection: Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None
