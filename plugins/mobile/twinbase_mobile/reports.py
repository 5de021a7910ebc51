"""A report that two people wrote: neither text is lost."""

from twinbase.conflict import Conflict, Decision, server_wins

BETWEEN = "\n\n-----\n\n"
"""What stands between the two texts."""


def keep_both(conflict: Conflict, /) -> Decision:
    """Both texts one under the other, the one that was there first, and a person is asked to look at them."""
    if conflict.operation != "update" or conflict.theirs is None:
        return server_wins(conflict)
    write = {column: _both(conflict.theirs.get(column), mine) for column, mine in conflict.mine.items()}
    return Decision("merged", write=write, decided=dict.fromkeys(write, "both"), ask=True)


def _both(theirs: str | None, mine: str | None) -> str | None:
    """A text that holds the other one already is enough."""
    if not mine or (theirs and mine in theirs):
        return theirs
    return mine if not theirs or theirs in mine else f"{theirs}{BETWEEN}{mine}"
