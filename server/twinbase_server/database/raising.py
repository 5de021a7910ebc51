"""A connection of asyncpg's on which everything that PostgreSQL raises is an error."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import asyncpg

P = ParamSpec("P")
R = TypeVar("R")

if TYPE_CHECKING:
    Base = asyncpg.Connection[asyncpg.Record]
else:
    Base = asyncpg.Connection


def _raising(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    @wraps(method)
    async def call(*args: P.args, **options: P.kwargs) -> R:
        try:
            return await method(*args, **options)
        except asyncpg.PostgresWarning as notice:
            raise error_of(notice) from None

    return call


def error_of(notice: asyncpg.PostgresWarning) -> asyncpg.PostgresError:
    """What was raised, as the error that it is, with all that PostgreSQL said."""
    error = asyncpg.PostgresError(*notice.args)
    vars(error).update(vars(notice))
    return error


class RaisingConnection(Base):
    """asyncpg takes whatever has a code of class 01 or 02 for a notice, also when it was raised: that is no
    PostgresError, and it takes no traceback, so that any `with` block on its way fails. A customer's trigger may raise
    "no data" (02000) or a "warning" (01000) like anything else.
    """

    if not TYPE_CHECKING:
        execute = _raising(Base.execute)
        executemany = _raising(Base.executemany)
        fetch = _raising(Base.fetch)
        fetchrow = _raising(Base.fetchrow)
        fetchval = _raising(Base.fetchval)
        fetchmany = _raising(Base.fetchmany)
        copy_records_to_table = _raising(Base.copy_records_to_table)
