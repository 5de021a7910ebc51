"""Where an app enters: whatever goes wrong behind it leaves as a TwinbaseError."""

from collections.abc import Iterator
from contextlib import contextmanager

from twinbase.errors import StorageFailed, TwinbaseError, Unforeseen


@contextmanager
def translate_unforeseen(*allowed: type[Exception]) -> Iterator[None]:
    """Raise StorageFailed for what the operating system refuses, and Unforeseen for all else that nobody thought of.

    `allowed`: what the caller is promised beside TwinbaseErrors. Nothing of the error's own words goes into the
    message: they may quote what was typed. They stand in its cause, for a log.
    """
    expected: tuple[type[Exception], ...] = (TwinbaseError, *allowed)
    try:
        yield
    except expected:
        raise
    except OSError as error:
        raise StorageFailed(f"The system says: {error.strerror or type(error).__name__}.") from error
    except Exception as error:
        raise Unforeseen(f"({type(error).__name__})") from error
