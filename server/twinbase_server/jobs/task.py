"""A task: something that is run again and again, by one worker at a time."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import asyncpg

from twinbase.errors import TwinbaseError
from twinbase.source import Run

TaskKind = Literal["source", "exporter"]
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
DOUBLED_MAX = 12
LETTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Task:
    """`run` answers figures by name; `every` is the time from the start of one run to the start of the next."""

    kind: TaskKind
    name: str
    every: timedelta
    run: Callable[[Run], Awaitable[Mapping[str, Any]]]

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.name

    @property
    def entry(self) -> str:
        """Its name in the queue."""
        return f"{self.kind}:{self.name}"

    @property
    def lock(self) -> str:
        """The text whose hash is the advisory lock of a run."""
        return f"twinbase {self.kind} {self.name}"


def pause_after(failures: int, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """How long to wait after so many failures in a row: 30 s, 1 min, 2 min, … up to an hour."""
    doubled = min(max(failures, 1) - 1, DOUBLED_MAX)
    return min(longest, FIRST_PAUSE * (1 << doubled))


def describe_error(error: BaseException) -> str:
    """What went wrong, for a table that people read: our own sentences, else the kind of error and where it was.

    Never its text, which may hold a row or a password; that is in the worker's log.
    """
    match error:
        case TwinbaseError():
            return clean_text(str(error))
        case asyncpg.PostgresError():
            return f"PostgreSQL says {type(error).__name__} (error {error.sqlstate}){_location(error)}."
        case OSError() if error.strerror:
            return f"{error.strerror} ({type(error).__name__}){_location(error)}."
    return f"{type(error).__name__}{_location(error)}. The worker's log says more."


def clean_text(text: str) -> str:
    """A text of somebody else's as a table can hold it and a person read it: no NUL, no half characters, no novel."""
    whole = text.encode(errors="replace").decode().replace("\x00", "")
    return whole if len(whole) <= LETTERS_MAX else whole[: LETTERS_MAX - 1] + "…"


def _location(error: BaseException) -> str:
    """The last line of code that it passed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
