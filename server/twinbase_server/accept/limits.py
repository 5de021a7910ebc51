"""How long a push may wait, and hold what others wait for (TWINBASE_LOCK_SECONDS and its neighbours)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AcceptLimits:
    """How long a push waits: for a connection, for rows that others hold, for one statement, for all of them."""

    pool_seconds: float = 5.0
    lock_seconds: float = 5.0
    statement_seconds: float = 30.0
    batch_seconds: float = 20.0

    def settings_sql(self) -> str:
        """Local to the transaction (H33). A process that stands still in the middle must not keep rows from others."""
        return (
            f"SET LOCAL lock_timeout = {_milliseconds(self.lock_seconds)};"
            f"SET LOCAL statement_timeout = {_milliseconds(self.statement_seconds)};"
            f"SET LOCAL idle_in_transaction_session_timeout = {_milliseconds(2 * self.statement_seconds)}"
        )


def _milliseconds(seconds: float) -> int:
    """At least one: none would mean no limit."""
    return max(1, round(seconds * 1000))
