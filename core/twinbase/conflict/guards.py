"""Guards: checks that hold whoever wins a conflict."""

from collections.abc import Collection, Mapping

from twinbase.conflict.decision import Guard
from twinbase.protocol import WireValue


def state_machine(
    column: str, transitions: Mapping[str, Collection[str]], *, initial: Collection[str] | None = None
) -> Guard:
    """A guard that admits only the listed transitions of `column`; staying in a state is always legal.

    `initial`: the states that a new row may have (None: any).
    """

    def check(current: Mapping[str, WireValue] | None, written: Mapping[str, WireValue]) -> str | None:
        if column not in written:
            return None
        after = written[column]
        if current is None:
            return None if initial is None or after in initial else f"A new row cannot start as {after!r}."
        before = current.get(column)
        if after == before or after in transitions.get(str(before), ()):
            return None
        allowed = ", ".join(sorted(map(str, transitions.get(str(before), ())))) or "nothing"
        return f"{column} cannot go from {before!r} to {after!r}; from there it may become: {allowed}."

    return check
