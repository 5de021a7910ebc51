"""The built-in strategies. Each is a pure function of a Conflict; tests/conflict holds their laws.

Whatever a strategy sets aside is kept in the journal, so no choice made here destroys anything.
"""

from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation

from twinbase.conflict.decision import Conflict, Decision, Strategy
from twinbase.protocol import WireValue

# PostgreSQL's decimals are longer than the 28 digits that Python would round to.
_EXACT = Context(prec=200_000)


def server_wins(conflict: Conflict, /) -> Decision:
    """The row stays as the server has it. Nothing is lost, and no conflict told, where both sides wrote the same."""
    theirs = conflict.theirs
    if theirs is not None and conflict.operation != "delete":
        lost = [column for column, value in conflict.mine.items() if theirs.get(column) != value]
        return Decision("conflict" if lost else "applied", decided=dict.fromkeys(lost, "server"))
    return Decision("conflict", decided=dict.fromkeys(conflict.mine or conflict.base or ("*",), "server"))


def device_wins(conflict: Conflict, /) -> Decision:
    """What the device wrote goes on top. A row that is gone stays gone: a part of a row cannot bring it back."""
    if conflict.theirs is None and conflict.operation == "update":
        return server_wins(conflict)
    if conflict.operation == "delete":
        return Decision("applied", delete=True)
    return Decision("merged", write=dict(conflict.mine), decided=dict.fromkeys(conflict.contested_columns(), "device"))


def last_write_wins(conflict: Conflict, /) -> Decision:
    """The later write wins as a whole; a tie goes to the server, so that every server decides the same."""
    return device_wins(conflict) if conflict.mine_at > conflict.theirs_at else server_wins(conflict)


def ask(conflict: Conflict, /) -> Decision:
    """The server's row stays and a person decides."""
    decision = server_wins(conflict)
    return Decision(decision.status, decided=decision.decided, ask=True)


def append_only(conflict: Conflict, /) -> Decision:
    """Rows are only ever added; the first one with a key stays."""
    return server_wins(conflict)


def merge_columns(fallback: Strategy = server_wins, **columns: Strategy) -> Strategy:
    """Three-way merge: columns that one side changed take that side's value; contested ones go to their own strategy.

    `merge_columns(server_wins, report=ask, quantity=add)`.
    """

    def merge(conflict: Conflict, /) -> Decision:
        if conflict.theirs is None or conflict.operation == "delete":
            return fallback(conflict)
        contested = conflict.contested_columns()
        adding = [c for c, s in columns.items() if s is add and c in conflict.mine]
        parts = {c: columns.get(c, fallback)(_only(conflict, c)) for c in {*contested, *adding}}
        write = {c: v for c, v in conflict.mine.items() if c not in parts and conflict.theirs.get(c) != v}
        decided: dict[str, str] = {}
        for part in parts.values():
            write.update(part.write)
            decided.update(part.decided)
        lost = any(who == "server" for who in decided.values())
        return Decision(
            "conflict" if lost else "merged", write, decided=decided, ask=any(part.ask for part in parts.values())
        )

    merge.__dict__["adding"] = frozenset(name for name, strategy in columns.items() if strategy is add)
    return merge


def is_additive(strategy: Strategy, column: str) -> bool:
    """Whether edits of this column add up: a device then puts its own difference on top of what the server has."""
    return strategy is add or column in getattr(strategy, "adding", ())


def add(conflict: Conflict, /) -> Decision:
    """Numbers add up: what the device added to the value that it read is added to the value that the server has.

    Columns that hold no number fall back to server_wins where both sides changed them.
    """
    if conflict.theirs is None or conflict.operation != "update":
        return server_wins(conflict)
    write: dict[str, WireValue] = {}
    decided: dict[str, str] = {}
    contested = conflict.contested_columns()
    for column, mine in conflict.mine.items():
        theirs, base = conflict.theirs.get(column), conflict.base.get(column)
        if _are_numbers(theirs, mine, base):
            write[column], decided[column] = _sum(theirs, mine, base), "both"
        elif column in contested:
            decided[column] = "server"
        else:
            write[column] = mine
    return Decision("conflict" if "server" in decided.values() else "merged", write, decided=decided)


def _are_numbers(*values: WireValue) -> bool:
    return all(value is None or _number(value) is not None for value in values)


def _number(value: WireValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _sum(theirs: WireValue, mine: WireValue, base: WireValue) -> WireValue:
    """theirs + (mine - base), in the wire's own form: a Decimal travels as text, other numbers as numbers."""
    mine_more = _EXACT.subtract(Decimal(str(mine or 0)), Decimal(str(base or 0)))
    total = _EXACT.add(Decimal(str(theirs or 0)), mine_more)
    if any(isinstance(value, str) for value in (theirs, mine, base)):
        return format(total, "f")
    return float(total) if any(isinstance(value, float) for value in (theirs, mine, base)) else int(total)


def _only(conflict: Conflict, column: str) -> Conflict:
    base = {column: conflict.base[column]} if column in conflict.base else {}
    return Conflict(
        conflict.operation, base, {column: conflict.mine[column]}, conflict.theirs, conflict.mine_at, conflict.theirs_at
    )


BUILT_IN: Mapping[str, Strategy] = {
    "server_wins": server_wins,
    "device_wins": device_wins,
    "last_write_wins": last_write_wins,
    "merge_columns": merge_columns(),
    "add": add,
    "append_only": append_only,
    "ask": ask,
}
