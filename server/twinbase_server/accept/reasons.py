"""Why a mutation was refused: a code for programs, a sentence for the technician; and which errors are no reason."""

from dataclasses import dataclass

import asyncpg

MESSAGE_LETTERS_MAX = 300

# Errors that say nothing about the mutation: serialization, deadlock, lock and time limits, shutdown, resources, the
# line, a transaction that stood still, a server that became a standby. The whole batch is tried again (H17).
_TRANSIENT = ("40001", "40P01", "55P03", "57014", "57P0", "53", "08", "25006", "25P03")
# Of these, the ones that come after a long wait: the device tries again, and not the server, which others need.
_WAITED_FOR = ("55P03", "57014")
# Errors that say that the data, or the right to write it, is wrong.
_REFUSING = ("23", "22", "42501", "428C9", "44000", "40002", "P0001", "27000", "38")


@dataclass(frozen=True, slots=True)
class Refusal:
    """`reason` is for programs, `detail` for a person; neither holds a value from the database."""

    reason: str
    detail: str


GONE = Refusal("gone", "This row was deleted on the server, or it is no longer yours.")
KEY_TAKEN = Refusal("key-taken", "A row with this key exists already, and it is not yours.")
NOT_YOURS = Refusal("out-of-scope", "After this change the row would not be yours. Ask whoever assigns the work.")
ID_REUSED = Refusal("id-reused", "This change carries the number of an earlier one. Save it again.")
NOT_WRITTEN = Refusal("not-written", "The database took this change without an error, and did not keep it.")


class Raced(Exception):
    """Two replicas of one account offered the same mutation at the same time: the second looks again."""


def no_target(columns: tuple[str, ...]) -> Refusal:
    """One sentence whether the target is absent or out of the writer's scope, so that nobody can probe (H34)."""
    return Refusal("no-target", f"{_and(columns)} points at a row that does not exist or is not yours.")


def is_transient(error: BaseException) -> bool:
    """Whether to try the whole batch again: the error is about the moment, not about the data."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_TRANSIENT)
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # asyncpg.DataError is both, and would fail again
    # asyncpg says InternalClientError of a pooled connection that was cut while nobody used it.
    return isinstance(error, (OSError, Raced, asyncpg.InternalClientError))


def is_worth_another_try(error: BaseException) -> bool:
    """Whether to try again at once: what was waited for in vain already would only keep a connection from others."""
    return is_transient(error) and getattr(error, "sqlstate", None) not in _WAITED_FOR


def why_not_now(error: BaseException) -> str:
    """What a device is told of a transient error, one sentence."""
    match getattr(error, "sqlstate", None):
        case "55P03":
            return "Another program holds a row of this batch."
        case "57014":
            return "PostgreSQL took too long over this batch."
    return "PostgreSQL could not take this batch."


def is_refusal(error: asyncpg.PostgresError) -> bool:
    """Whether the error is about what was written."""
    return (error.sqlstate or "").startswith(_REFUSING)


def refusal_of(error: asyncpg.PostgresError, columns: tuple[str, ...]) -> Refusal:
    """What the database found wrong. `columns`: those of the constraint that it names, where it names one."""
    state = error.sqlstate or ""
    rule = f" (rule {name})" if (name := getattr(error, "constraint_name", None)) else ""
    where = _and(columns) if columns else ""
    match state:
        case "23505":
            return Refusal("unique", f"Another row already has this {where or 'value'}{rule}.")
        case "23503":
            return Refusal("foreign-key", f"{where or 'A value'} points at nothing, or other rows point here{rule}.")
        case "23502":
            return Refusal("not-null", f"{where or 'A column'} must not be empty.")
        case "23514":
            return Refusal("check", f"{where or 'A value'} breaks a rule of the database{rule}.")
        case "42501":
            return Refusal("not-permitted", "The server may not write to this table.")
        case "P0001":
            message = str(error).splitlines()[0][:MESSAGE_LETTERS_MAX]
            return Refusal("database-rule", message)
        case _ if state.startswith("23"):
            return Refusal("constraint", f"{where or 'The row'} breaks a rule of the database{rule}.")
        case _ if state.startswith("22"):
            return Refusal("value", f"{where or 'A value'} is not one that the database takes (error {state}).")
    return Refusal("database", f"The database refused the change (error {state}).")


def _and(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
