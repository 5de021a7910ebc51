"""Why a mutation was refused: a code for programs, a sentence for the technician; and which errors are no reason."""

from dataclasses import dataclass

import asyncpg

from twinbase.mutation import Flag
from twinbase.protocol import GIVEN_AWAY
from twinbase_server.database.errors import is_raised

MESSAGE_LETTERS_MAX = 300


@dataclass(frozen=True, slots=True)
class Refusal:
    """`reason` is for programs, `detail` for a person; neither holds a value from the database."""

    reason: str
    detail: str


GONE = Refusal("gone", "This row was deleted on the server, or it is no longer yours.")
KEY_TAKEN = Refusal("key-taken", "A row with this key exists already, and it is not yours.")
NOT_YOURS = Refusal("out-of-scope", "After this change the row would not be yours. Ask whoever assigns the work.")
ID_REUSED = Refusal("id-reused", "This change carries the number of an earlier one. Save it again.")
REFUSED_ONCE = Refusal(
    "forgotten", "This change was refused long ago; why is not remembered. Save it again, or discard it."
)
CONTESTED_ONCE = Refusal(
    "forgotten", "This change met another one long ago; what was decided is not remembered. Look at the row."
)
NOT_WRITTEN = Refusal("not-written", "The database took this change without an error, and did not keep it.")

COMES_LATE = Flag(GIVEN_AWAY, "What this belongs to is somebody else's now. It is taken, and the office looks at it.")
ROW_LOCKED = Refusal("locked", "Another program holds this row, or its table, on the server. It is sent again.")
NO_TIME = Refusal("time", "The server had no time for this change yet. It is sent again.")


def target_refusal(columns: tuple[str, ...]) -> Refusal:
    """One sentence whether the target is absent or out of the writer's scope, so that nobody can probe (H34)."""
    return Refusal("no-target", f"{_and(columns)} points at a row that does not exist or is not yours.")


def permission_refusal(twin: str, permission: str) -> Refusal:
    """Of whoever has no role that lets them write this."""
    return Refusal(
        "permission", f"Your role does not let you change {twin} ({permission}). Ask whoever manages the accounts."
    )


def retry_reason(error: BaseException) -> str:
    """What a device is told of a transient error, one sentence."""
    match getattr(error, "sqlstate", None):
        case "55P03":
            return "Another program holds a row of this batch."
        case "57014":
            return "PostgreSQL took too long over this batch."
    return "PostgreSQL could not take this batch."


def refusal_of(error: asyncpg.PostgresError, columns: tuple[str, ...]) -> Refusal:
    """What the database found wrong. `columns`: those of the constraint that it names, where it names one."""
    state = error.sqlstate or ""
    rule = f" (rule {name})" if (name := getattr(error, "constraint_name", None)) else ""
    where = _and(columns) if columns else ""
    match state:
        # First of all: a trigger may say its sentence under the code of a constraint, and then it is no constraint's.
        case _ if is_raised(error):
            return Refusal("database-rule", str(error).splitlines()[0][:MESSAGE_LETTERS_MAX])
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
        case "57014":
            return Refusal("too-slow", "The database took too long over this change.")
        case _ if state.startswith("54"):
            return Refusal("value", f"{where or 'A value'} is larger than the database can take (error {state}).")
        case _ if state.startswith("23"):
            return Refusal("constraint", f"{where or 'The row'} breaks a rule of the database{rule}.")
        case _ if state.startswith("22"):
            return Refusal("value", f"{where or 'A value'} is not one that the database takes (error {state}).")
    return Refusal("database", f"The database refused the change (error {state}).")


def _and(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
