"""What was typed in a column that does not travel: it waits in the outbox until the server, or the app, knows it.

An app may be newer than its server, or older than its file. The rest of such an edit is sent without delay; the part
that nobody would carry becomes an update of its own behind it, which `push` leaves alone while it would be empty.
"""

from collections.abc import Mapping, Sequence

from twinbase.quoting import quote_name
from twinbase.replica.connection import Connection
from twinbase.replica.file.layout import columns_of
from twinbase.replica.file.names import changes_table
from twinbase.replica.file.statements import Shape
from twinbase.replica.outbox.as_read import READ_BEFORE
from twinbase.replica.outbox.states import PENDING
from twinbase.replica.outbox.waiting_edits import forget


def hold(connection: Connection, shapes: Mapping[str, Shape]) -> None:
    """Take what does not travel out of the edits that are about to be sent, and keep it as edits of their own.

    Those that held nothing else follow, so that all of them stay in the order in which they were typed. Of a row that
    is deleted behind them nothing is kept: its deletion is sent, and nobody could take them any more.
    """
    twins = connection.execute(f"SELECT DISTINCT twin FROM _twinbase_outbox WHERE {PENDING}").fetchall()
    for shape in [shapes[name] for (name,) in twins if name in shapes]:
        if staying := _staying(connection, shape):
            _hold_twin(connection, shape, staying)


def _hold_twin(connection: Connection, shape: Shape, staying: Sequence[str]) -> None:
    behind = False
    for seq, op, base, is_mixed, is_deleted in _holding(connection, shape, staying):
        behind = behind or is_mixed
        if behind and not is_deleted:
            _hold(connection, shape, staying, seq, READ_BEFORE if op == "insert" else base)
        if is_mixed:
            _empty(connection, shape, staying, seq)
        elif behind or is_deleted:
            forget(connection, shape.name, seq)


def _staying(connection: Connection, shape: Shape) -> list[str]:
    """The columns that edits here may hold and that do not travel."""
    names = columns_of(connection, f"_twinbase_change_{shape.name}")
    columns = (name.removeprefix("new_") for name in sorted(names) if name.startswith("new_"))
    return [name for name in columns if name not in shape.columns]


def _holding(
    connection: Connection, shape: Shape, staying: Sequence[str]
) -> list[tuple[int, str, int | None, bool, bool]]:
    """(seq, op, base, whether it holds what travels too, whether its row is deleted behind it) of what holds such."""
    change = changes_table(shape.name)
    same = " AND ".join(f"d.{quote_name('old_' + name)} = c.{quote_name('new_' + name)}" for name in shape.key)
    deleted = (
        f"EXISTS (SELECT 1 FROM _twinbase_outbox AS e JOIN {change} AS d ON d.seq = e.seq"
        f" WHERE e.twin = o.twin AND e.op = 'delete' AND e.seq > o.seq AND {same})"
    )
    query = (
        f"SELECT o.seq, o.op, o.base, o.op = 'insert' OR {_any_changed(shape.values)}, {deleted}"
        f" FROM _twinbase_outbox AS o JOIN {change} AS c ON c.seq = o.seq"
        f" WHERE {PENDING} AND o.tx IS NOT NULL AND o.twin = ? AND o.op IN ('insert', 'update')"
        f" AND ({_any_changed(staying)}) ORDER BY o.seq"
    )
    return list(connection.execute(query, (shape.name,)).fetchall())


def _any_changed(names: Sequence[str]) -> str:
    changed = (f"c.{quote_name('old_' + name)} IS NOT c.{quote_name('new_' + name)}" for name in names)
    return f"({' OR '.join(changed) or '0'})"


def _hold(connection: Connection, shape: Shape, staying: Sequence[str], seq: int, base: int | None) -> None:
    """Note the part that stays as an update behind all others; alone in its transaction."""
    held = connection.execute(
        "INSERT INTO _twinbase_outbox (twin, op, base, at, author)"
        " SELECT twin, 'update', ?, at, author FROM _twinbase_outbox WHERE seq = ?",
        (base, seq),
    ).lastrowid
    connection.execute("UPDATE _twinbase_outbox SET tx = seq WHERE seq = ?", (held,))
    change = changes_table(shape.name)
    key = {side + name: quote_name("new_" + name) for name in shape.key for side in ("old_", "new_")}
    moved = {side + name: quote_name(side + name) for name in staying for side in ("old_", "new_")}
    columns = ", ".join(quote_name(name) for name in (*key, *moved))
    connection.execute(
        f"INSERT INTO {change} (seq, {columns}) SELECT ?, {', '.join((*key.values(), *moved.values()))}"
        f" FROM {change} WHERE seq = ?",
        (held, seq),
    )


def _empty(connection: Connection, shape: Shape, staying: Sequence[str], seq: int) -> None:
    nothing = ", ".join(f"{quote_name(side + name)} = NULL" for name in staying for side in ("old_", "new_"))
    connection.execute(f"UPDATE {changes_table(shape.name)} SET {nothing} WHERE seq = ?", (seq,))
