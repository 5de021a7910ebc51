"""What was typed in a column that does not travel: it waits in the outbox until the server, or the app, knows it.

An app may be newer than its server, or older than its file. The rest of such an edit is sent without delay; the part
that nobody would carry becomes an update of its own behind it, which `push` leaves alone while it would be empty.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from twinbase.replica.reading import READ_BEFORE
from twinbase.replica.shape import Shape, change_table, quoted


def hold(connection: Any, shapes: Mapping[str, Shape]) -> None:
    """Take what does not travel out of the edits that are about to be sent, and keep it as edits of their own."""
    twins = connection.execute("SELECT DISTINCT twin FROM _twinbase_outbox WHERE state = 'pending'").fetchall()
    for shape in [shapes[name] for (name,) in twins if name in shapes]:
        staying = _staying(connection, shape)
        for seq, op, base in _mixed(connection, shape, staying) if staying else ():
            _split(connection, shape, staying, seq, READ_BEFORE if op == "insert" else base)


def _staying(connection: Any, shape: Shape) -> list[str]:
    """The columns that edits here may hold and that do not travel."""
    table = f"_twinbase_change_{shape.name}"
    names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    columns = [name.removeprefix("new_") for name in names if name.startswith("new_")]
    return [name for name in columns if name not in shape.columns]


def _mixed(connection: Any, shape: Shape, staying: Sequence[str]) -> list[tuple[int, str, int | None]]:
    """(seq, op, base) of the edits that hold both kinds of columns."""
    query = (
        f"SELECT o.seq, o.op, o.base FROM _twinbase_outbox AS o JOIN {change_table(shape.name)} AS c ON c.seq = o.seq"
        f" WHERE o.state = 'pending' AND o.tx IS NOT NULL AND o.twin = ? AND ({_any_changed(staying)})"
        f" AND (o.op = 'insert' OR o.op = 'update' AND ({_any_changed(shape.values)})) ORDER BY o.seq"
    )
    return list(connection.execute(query, (shape.name,)).fetchall())


def _any_changed(names: Sequence[str]) -> str:
    return " OR ".join(f"c.{quoted('old_' + name)} IS NOT c.{quoted('new_' + name)}" for name in names) or "0"


def _split(connection: Any, shape: Shape, staying: Sequence[str], seq: int, base: int | None) -> None:
    held = connection.execute(
        "INSERT INTO _twinbase_outbox (twin, op, base, at, author)"
        " SELECT twin, 'update', ?, at, author FROM _twinbase_outbox WHERE seq = ?",
        (base, seq),
    ).lastrowid
    connection.execute("UPDATE _twinbase_outbox SET tx = seq WHERE seq = ?", (held,))
    change = change_table(shape.name)
    key = {side + name: quoted("new_" + name) for name in shape.key for side in ("old_", "new_")}
    moved = {side + name: quoted(side + name) for name in staying for side in ("old_", "new_")}
    columns = ", ".join(quoted(name) for name in (*key, *moved))
    connection.execute(
        f"INSERT INTO {change} (seq, {columns}) SELECT ?, {', '.join((*key.values(), *moved.values()))}"
        f" FROM {change} WHERE seq = ?",
        (held, seq),
    )
    nothing = ", ".join(f"{name} = NULL" for name in moved.values())
    connection.execute(f"UPDATE {change} SET {nothing} WHERE seq = ?", (seq,))
