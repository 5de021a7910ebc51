"""The time: an argument everywhere, and read in one place."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The moment, aware, in UTC."""
    return datetime.now(UTC)


def cut_to_hour(moment: datetime) -> datetime:
    """The hour that a moment is in, in UTC: scopes move in steps, and between them nothing changes by itself (H24)."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
