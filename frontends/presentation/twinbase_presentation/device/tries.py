"""Wrong codes are counted, and each after the fifth makes the next try wait, twice as long as the one before.

The count lies beside the file, so a restart does not begin anew. Whoever has the disk can take it away, and does not
wait then; he could copy the file and try without us just as well. It is against a colleague who has the phone for an
hour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from twinbase.clock import Clock
from twinbase_presentation.device.small_file import read_small, write_small

FAULTS_FREE = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(days=1)
DOUBLINGS_MAX = 16


@dataclass(frozen=True, slots=True)
class CodeTries:
    """How many wrong codes there were since the last right one, and when the last was."""

    faults: int = 0
    last: datetime | None = None

    @property
    def left(self) -> int:
        """How many may be wrong before one has to wait."""
        return max(FAULTS_FREE - self.faults, 0)

    def wait_at(self, now: datetime) -> timedelta:
        """How long the next try has to wait. A clock that was put back makes nobody wait for longer than once."""
        if self.faults < FAULTS_FREE or self.last is None:
            return timedelta()
        doublings: int = min(self.faults - FAULTS_FREE, DOUBLINGS_MAX)
        wait: timedelta = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
        return min(max(self.last + wait - now, timedelta()), wait)


class TryCount:
    """The tries of one file. A try is noted before it is made: a kill in the middle of it is no way around."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock

    def read_tries(self) -> CodeTries:
        """As they are kept."""
        said = read_small(self._path)
        try:
            return CodeTries(max(int(said.get("faults", 0)), 0), datetime.fromisoformat(said["last"]))
        except (KeyError, TypeError, ValueError):
            return CodeTries()

    def wait_seconds(self) -> float:
        """How long somebody has to wait now."""
        return self.read_tries().wait_at(self._clock()).total_seconds()

    def note_try(self) -> CodeTries:
        """One more, wrong until it has opened the file; answers how many that are."""
        now = self._clock()
        tries = CodeTries(self.read_tries().faults + 1, now)
        write_small(self._path, {"faults": tries.faults, "last": now.isoformat()})
        return tries

    def take_back(self, before: CodeTries) -> None:
        """It was not the code that was wrong."""
        if before.last is None:
            self.forget()
        else:
            write_small(self._path, {"faults": before.faults, "last": before.last.isoformat()})

    def forget(self) -> None:
        """It was right: none was wrong."""
        self._path.unlink(missing_ok=True)
