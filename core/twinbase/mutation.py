"""Values that hooks receive: a sign-in, and a mutation about to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Operation = Literal["insert", "update", "delete"]


@dataclass(frozen=True, slots=True)
class IncomingMutation:
    """A mutation as it is about to be written on the server.

    `row`: the row as the server has it (None: new, or gone). `values`: the columns to be written and no others, in wire
    form (none for a delete). `key`: in the order of the twin's key columns.
    """

    twin: str
    operation: Operation
    key: tuple[Any, ...]
    row: Mapping[str, Any] | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flag:
    """A mutation is taken, and the office looks at it.

    `reason` is a short code for programs, `detail` the sentence that the technician and the office read.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NeighbourQuery:
    """Rows of a twin that have `value`, in wire form, in `column`: what a rule wants to see beside a mutation.

    There are none for None.
    """

    twin: str
    column: str
    value: Any


class Rows(Protocol):
    """The rows beside a mutation, as they are at that moment: what earlier mutations of the batch wrote is in them."""

    def __call__(self, twin: str, column: str, value: Any, /) -> Sequence[Mapping[str, Any]]:
        """In wire form, in no order; whoever may see them. Only what `twinbase_neighbours` asked for can be seen."""
        ...
