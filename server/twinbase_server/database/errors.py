"""What can go wrong between this server and PostgreSQL, and what a device should do about it."""

import asyncpg
from asyncpg.exceptions import InternalClientError

# The last is what asyncpg says when a connection is ended under it at a bad moment.
DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, InternalClientError)

# SQLSTATEs, by how they begin, that are about the moment and say nothing about the data: the line, means, locks and a
# database that takes no connections, time limits and shutdown, serialization, deadlock, a server that became a standby,
# a transaction that stood still. They pass: whatever was asked is asked again (H17).
PASSING = ("08", "53", "55", "57", "40001", "40003", "40P01", "25006", "25P03")
# Of these, the ones that come after a long wait: the device tries again, and not the server, which others need.
WAITED_FOR = ("55P03", "57014")
# Of the passing ones, those that a trigger or a rule of the customer's may raise for one row, again and again.
REPEATING = ("40", "57014", "57000", "55000", "55006")
# Of what a customer's code raises under a code of its own choice, the one that is about the moment: "do it again".
AGAIN = "40"
# What PostgreSQL says of a statement that was right before a table was altered.
ALTERED = (
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedObjectError,
    asyncpg.UndefinedFunctionError,
    asyncpg.DatatypeMismatchError,
    asyncpg.InvalidCachedStatementError,
)


class Raced(Exception):
    """Two replicas of one account offered the same mutation at the same time: the second looks again."""


def database_problem(error: Exception) -> str:
    """The problem to answer with: out of reach, out of means and too slow are for a retry; the rest is our fault."""
    if isinstance(error, asyncpg.QueryCanceledError):
        return "too-slow"
    state = getattr(error, "sqlstate", None)
    return "database-unavailable" if state is None or state.startswith(PASSING) else "internal"


def is_transient(error: BaseException) -> bool:
    """Whether to try the whole batch again: the error is about the moment, not about the data."""
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state.startswith(PASSING) and (state.startswith(AGAIN) or not is_raised(error))
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # asyncpg.DataError is both, and would fail again
    # asyncpg says InternalClientError of a pooled connection that was cut while nobody used it.
    return isinstance(error, (OSError, Raced, asyncpg.InternalClientError))


def is_worth_another_try(error: BaseException) -> bool:
    """Whether to try again at once: what was waited for in vain already would only keep a connection from others."""
    return is_transient(error) and getattr(error, "sqlstate", None) not in WAITED_FOR


def is_of_schema(error: BaseException) -> bool:
    """Whether an error says that a table is not what a statement of ours was made for.

    The same words from inside of a trigger are the trigger's, and say where it was.
    """
    return isinstance(error, ALTERED) and not getattr(error, "context", None)


def is_about_rows(error: asyncpg.PostgresError) -> bool:
    """Whether an error that came while rows were being read or written is about one of them.

    All are that are not about the moment: which codes a trigger or a rule of the customer's raises is not ours to list.
    """
    return not is_transient(error)


def may_be_of_a_row(error: BaseException) -> bool:
    """Whether an error about the moment that did not pass may be one that a row causes every time."""
    return isinstance(error, asyncpg.PostgresError) and (error.sqlstate or "").startswith(REPEATING)


def may_be_of_the_moment(error: BaseException) -> bool:
    """Whether an error that is taken for a row's may be the moment's after all: not what the customer's code raises, be
    it for every row of a batch."""
    return isinstance(error, asyncpg.PostgresError) and may_be_of_a_row(error) and not is_raised(error)


def is_of_a_lock(error: BaseException) -> bool:
    """Whether somebody else keeps what was asked for, a row or a table."""
    return isinstance(error, asyncpg.LockNotAvailableError) and not is_raised(error)


def is_raised(error: asyncpg.PostgresError) -> bool:
    """Whether the customer's own code raised it, with a sentence of his, under whatever code.

    PostgreSQL says where in the language of the server, but the statement's name is RAISE in all of them.
    """
    context = str(getattr(error, "context", None) or "").splitlines()
    return error.sqlstate == "P0001" or (bool(context) and context[0].endswith(" RAISE"))
