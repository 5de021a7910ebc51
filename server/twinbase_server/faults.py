"""What can go wrong between this server and PostgreSQL, and what a device should do about it."""

import asyncpg
from asyncpg.exceptions import InternalClientError

# The last is what asyncpg says when a connection is ended under it at a bad moment.
DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, InternalClientError)
# Connection, means, operator's intervention, rollback, object in use: all pass by themselves.
_PASSING = ("08", "53", "57", "40", "55")


def database_problem(error: Exception) -> str:
    """The problem to answer with: out of reach, out of means and too slow are for a retry; the rest is our fault."""
    if isinstance(error, asyncpg.QueryCanceledError):
        return "too-slow"
    state = getattr(error, "sqlstate", None) or "08000"
    return "database-unavailable" if state[:2] in _PASSING else "internal"
