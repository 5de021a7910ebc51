"""Words for the parts of a scope, so that `twinbase explain` answers a person in sentences."""

from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.sql.elements import Grouping


def says(condition: ColumnElement[bool], holds: str, fails: str, *, unknown: str = "") -> ColumnElement[bool]:
    """The same condition with words for people: what to say of a row when it holds and when it does not.

        says(start < who.as_of + MONTH, "planned within 30 days", "planned on {starts_at}, more than 30 days from now")

    Braces hold columns of the row. `unknown`: what to say when nobody can tell because a value is NULL (like `fails`
    otherwise). The words cover all that the condition is made of.
    """
    return Said(condition, holds, fails, unknown or fails)


class Marked(Grouping[bool]):
    """A condition in brackets that stays one part, whatever it is joined with."""

    inherit_cache = True
    operator: Any = None

    def self_group(self, against: Any = None) -> Any:
        """Brackets need no others."""
        return self


class Said(Marked):
    """A condition with its words."""

    inherit_cache = True

    def __init__(self, element: ColumnElement[bool], holds: str, fails: str, unknown: str) -> None:
        super().__init__(element)
        self.words = {True: holds, False: fails, None: unknown}


class Followed(Marked):
    """The condition that a row's parent is seen: `column` names it, `parent` is its table, `inner` its own scope."""

    inherit_cache = True

    def __init__(
        self, element: ColumnElement[bool], column: str, parent: Table, inner: ColumnElement[bool] | None
    ) -> None:
        super().__init__(element)
        self.column, self.parent, self.inner = column, parent, inner
