"""Local work on top of the server's: undo it before an apply, put what is not answered back on top.

The server's image of every dirty row is kept aside, so undoing is exact, however often the row is edited and pulled.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from twinbase.conflict.strategies import is_additive
from twinbase.frames import Begin, WireRow
from twinbase.quoting import quote_name, quote_names
from twinbase.replica.connection import Connection, read_any_text
from twinbase.replica.file.names import changes_table, image_table
from twinbase.replica.file.state import FileState
from twinbase.replica.file.statements import Shape
from twinbase.replica.outbox.states import ON_ITS_WAY, park

Touched = dict[str, list[WireRow]]


@dataclass
class Replayed:
    """How much local work lies on top of the new checkpoint, and how much could not be put back."""

    mutations: int = 0
    parked: int = 0


def undo(connection: Connection, shapes: Iterable[Shape]) -> Touched:
    """Every row as the server last had it; answers the keys of the rows that were dirty."""
    touched: Touched = {}
    for shape in shapes:
        image, table, key = image_table(shape.name), quote_name(shape.name), quote_names(shape.key)
        with read_any_text(connection, "replace"):
            keys = [list(row) for row in connection.execute(f"SELECT {key} FROM {image}").fetchall()]
        if not keys:
            continue
        touched[shape.name] = keys
        connection.execute(f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {image} WHERE NOT _present)")
        connection.execute(_put_back(shape))
        connection.execute(f"DELETE FROM {image}")
    return touched


def _put_back(shape: Shape) -> str:
    columns = quote_names(shape.twin.columns)
    rest = [name for name in shape.twin.columns if name not in shape.key]
    then = ", ".join(f"{quote_name(name)} = excluded.{quote_name(name)}" for name in rest)
    return (
        f"INSERT INTO {quote_name(shape.name)} ({columns})"
        f" SELECT {columns} FROM {image_table(shape.name)} WHERE _present"
        f" ON CONFLICT ({quote_names(shape.key)}) DO {'UPDATE SET ' + then if then else 'NOTHING'}"
    )


def replay(connection: Connection, shapes: Mapping[str, Shape], begin: Begin, state: FileState) -> Replayed:
    """Put every mutation that the server has not answered back on its row, in the order in which it was made.

    A mutation that its batch's answer is still to come for, but whose effect is in what was pulled, stays off (H14).
    One of a twin that this app no longer declares was never taken off its row.
    """
    covered = begin.last_n if begin.epoch == state.epoch else 0
    replayed = Replayed()
    pending = connection.execute(
        "SELECT coalesce(tx, -seq), seq, twin, op, state FROM _twinbase_outbox"
        f" WHERE {ON_ITS_WAY} AND (n IS NULL OR n > ?) ORDER BY seq",
        (covered,),
    ).fetchall()
    for _, mutations in groupby(pending, key=lambda row: row[0]):
        _replay_transaction(connection, shapes, [each for each in mutations if each[2] in shapes], replayed)
    return replayed


def _replay_transaction(
    connection: Connection, shapes: Mapping[str, Shape], mutations: list[Any], replayed: Replayed
) -> None:
    """One local transaction, whole or not at all."""
    connection.execute("SAVEPOINT replay")
    try:
        for _, seq, twin, op, _ in mutations:
            for statement in replay_statements(shapes[twin], op):
                connection.execute(statement, (seq,))
        replayed.mutations += len(mutations)
    except _database_errors(connection) as error:
        connection.execute("ROLLBACK TO replay")
        _park(connection, mutations, error)
        replayed.parked += len(mutations)
    connection.execute("RELEASE replay")


def _park(connection: Connection, mutations: list[Any], error: Exception) -> None:
    """What no longer fits its row is set aside; what is in a frozen batch already goes its way to the server."""
    detail = f"It does not fit the row any more ({type(error).__name__}). Correct it or discard it."
    park(connection, [seq for _, seq, _, _, _ in mutations], "replay", detail)


def _database_errors(connection: Connection) -> Any:
    """What says that a change does not fit its row; a full disk is no such thing, and rises."""
    return connection.IntegrityError


def replay_statements(shape: Shape, op: str) -> Iterator[str]:
    """The SQL that keeps the image of a row and puts one change on it; each takes the change's seq."""
    change, table = changes_table(shape.name), quote_name(shape.name)
    side = "new_" if op == "insert" else "old_"
    columns, key = quote_names(shape.twin.columns), quote_names(shape.key)
    of_change = ", ".join(quote_name(side + name) for name in shape.key)
    its_row = f"({key}) = (SELECT {of_change} FROM {change} WHERE seq = ?1)"
    image = f"INSERT OR IGNORE INTO {image_table(shape.name)}"
    yield f"{image} (_present, {columns}) SELECT 1, {columns} FROM {table} WHERE {its_row}"
    yield f"{image} (_present, {key}) SELECT 0, {of_change} FROM {change} WHERE seq = ?1"
    if op == "delete":
        yield f"DELETE FROM {table} WHERE {its_row}"
    elif op == "insert":
        yield _insert(shape)
    else:
        yield _update(shape)


def _insert(shape: Shape) -> str:
    columns = shape.twin.columns
    news = ", ".join(quote_name("new_" + name) for name in columns)
    then = ", ".join(f"{quote_name(n)} = excluded.{quote_name(n)}" for n in columns if n not in shape.key)
    return (
        f"INSERT INTO {quote_name(shape.name)} ({quote_names(columns)}) SELECT {news}"
        f" FROM {changes_table(shape.name)} WHERE seq = ?1"
        f" ON CONFLICT ({quote_names(shape.key)}) DO {'UPDATE SET ' + then if then else 'NOTHING'}"
    )


def _update(shape: Shape) -> str:
    """Only the columns that were changed; what adds up is added to what the server has now."""
    values = [name for name in shape.twin.columns if name not in shape.key]
    sets = ", ".join(f"{quote_name(name)} = {_rebased(shape, name)}" for name in values)
    on = " AND ".join(
        f"{quote_name(shape.name)}.{quote_name(name)} = _twinbase_c.{quote_name('old_' + name)}" for name in shape.key
    )
    change = f"{changes_table(shape.name)} AS _twinbase_c"
    return f"UPDATE {quote_name(shape.name)} SET {sets} FROM {change} WHERE _twinbase_c.seq = ?1 AND {on}"


def _rebased(shape: Shape, name: str) -> str:
    mine, old, new = (
        quote_name(shape.name) + "." + quote_name(name),
        "_twinbase_c." + quote_name("old_" + name),
        "_twinbase_c." + quote_name("new_" + name),
    )
    rebased = f"coalesce({mine}, 0) + coalesce({new}, 0) - coalesce({old}, 0)" if _adds(shape, name) else new
    return f"CASE WHEN {old} IS {new} THEN {mine} ELSE {rebased} END"


def _adds(shape: Shape, name: str) -> bool:
    codec = shape.twin.codecs[name]
    return is_additive(shape.twin.strategy, name) and codec.storage in ("INTEGER", "REAL") and codec.name != "boolean"
