"""Values that hooks receive: a sign-in, and a mutation about to be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed to sign in. The password never appears in a repr."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A mutation as it is about to be written on the server.

    `row`: the row as the server has it (None: not there). `values`: the columns to be written, in wire form (none for a
    delete). `key`: in the order of the twin's key columns.
    """

    twin: str
    operation: Literal["insert", "update", "delete"]
    key: tuple[Any, ...]
    row: Mapping[str, Any] | None
    values: Mapping[str, Any]
