"""A raw connection to a device's file, as both drivers have it: sqlite3's and SQLCipher's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

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
    OperationalError: type[Exception]
    text_factory: Any

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


@contextmanager
def read_any_text(connection: Connection, errors: Literal["surrogateescape", "replace"]) -> Iterator[None]:
    """Inside the block a text is read even if it is no UTF-8, as raw SQL may leave it; `errors` is Python's word for
    what stands in place of such bytes. A driver otherwise raises for the whole row."""
    usual = connection.text_factory
    connection.text_factory = lambda raw: raw.decode(errors=errors)
    try:
        yield
    finally:
        connection.text_factory = usual
