"""What one sync did: numbers for a person, a log and a benchmark."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any


@dataclass
class Report:
    """What one sync did.

    `outcomes` counts mutations by status. `proven` says for each twin whether its digest equals the server's (a twin
    that the server could skip counts as proven); `unproven` says why not. `unexplained` are repairs that no change of
    scope explains: they should not happen. `recovered` says what a clone or a restore made necessary.
    `set_aside` says what no server can take and waits for a person now, one sentence for each local transaction.
    `files_sent`: attachments whose last byte went; `files_bytes`: how much of all; `files_waiting`, `files_refused`:
    what is left; `files_problem` says why it is not less: the rows are through all the same. `files_retry_seconds`:
    when the server wants to be asked again. `files_paused`: the network is metered, the app says, and they wait.
    `lost` says which edits the file has lost, and what to do, until `Replica.forget_loss()`; "" is how it should be.
    """

    pushed: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    pulled: int = 0
    removed: int = 0
    quarantined: int = 0
    repaired: int = 0
    repair_rounds: int = 0
    unexplained: list[str] = field(default_factory=list)
    proven: dict[str, bool] = field(default_factory=dict)
    unproven: dict[str, str] = field(default_factory=dict)
    parked_here: int = 0
    recovered: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    lost: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    files_sent: int = 0
    files_bytes: int = 0
    files_waiting: int = 0
    files_refused: int = 0
    files_paused: bool = False
    files_problem: str = ""
    files_retry_seconds: float | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
    requests: int = 0

    @property
    def is_proven(self) -> bool:
        """Every twin is known to hold exactly the rows that the server says are in scope."""
        return all(self.proven.values()) and not self.unproven

    @property
    def has_files_to_send(self) -> bool:
        """Whether attachments wait that nothing keeps from being sent: only the rows came first, or the time was up."""
        return self.files_waiting > 0 and not self.files_problem and not self.files_paused

    @contextmanager
    def time_phase(self, name: str) -> Iterator[None]:
        """Add the time spent inside to `seconds[name]`."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start

    def count_outcome(self, status: str) -> None:
        """One more mutation came to this end."""
        self.outcomes[status] = self.outcomes.get(status, 0) + 1

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "is_proven": self.is_proven}
