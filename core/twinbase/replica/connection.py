"""A raw connection to a device's file, as both drivers have it: sqlite3's and SQLCipher's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

Stored = str | int | float | bytes | None
"""A value as SQLite holds it."""
StoredRow = tuple[Any, ...]
"""A row as a query gives it: each value is a `Stored`; which one, the query knows."""


class SqlCursor(Protocol):
    """What a statement gave."""

    @property
    def lastrowid(self) -> int | None: ...

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[StoredRow]: ...

    def __iter__(self) -> Iterator[StoredRow]: ...


class Connection(Protocol):
    """A connection in autocommit: BEGIN and COMMIT are statements like others."""

    IntegrityError: type[Exception]

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, parameters: Sequence[Stored] = ..., /) -> SqlCursor: ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Stored]], /) -> SqlCursor: ...

    def create_function(
        self, name: str, narg: int, func: Callable[..., Stored] | None, /, *, deterministic: bool = ...
    ) -> None: ...

    def create_window_function(self, name: str, num_params: int, aggregate_class: type | None, /) -> None: ...

    def create_collation(self, name: str, callback: Callable[[str, str], int] | None, /) -> None: ...

    def commit(self) -> None: ...

    def close(self) -> None: ...
