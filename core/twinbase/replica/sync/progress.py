"""How far a first sync is: the rows that are here, of how many."""

from collections.abc import Collection, Mapping

from twinbase.frames import Begin, Page


class FirstSyncProgress:
    """Counts the rows that come. What the server expects is an estimate: it gives way to what has come, twin by twin.

    `kept`: the rows of each twin that an earlier attempt has left here. `expected`: what the server said to that one.
    """

    def __init__(self, twins: Collection[str], kept: Mapping[str, int], expected: Mapping[str, int]) -> None:
        self._twins, self._expected = twins, expected
        self._arrived = dict(kept)
        self._now = ""

    @property
    def rows(self) -> int:
        """That have come."""
        return sum(self._arrived.values())

    @property
    def expected(self) -> int:
        """As many as come in all, and always more than have come: the end is when the sync says so. 0: nobody knows."""
        if not set(self._twins) <= self._expected.keys():
            return 0
        return max(self.rows + 1, sum(map(self._expected_of, self._twins)))

    def note_frame(self, frame: Begin | Page) -> None:
        """One more has come. Only the first begin says how much there is: others go on from somewhere."""
        if isinstance(frame, Begin):
            self._expected = self._expected or frame.expected
            return
        self._now = frame.twin
        self._arrived[frame.twin] = self._arrived.get(frame.twin, 0) + frame.rows

    def _expected_of(self, twin: str) -> int:
        """Twins come one after the other: what is behind the one that comes is known exactly."""
        arrived = self._arrived.get(twin, 0)
        return arrived if arrived and twin != self._now else max(arrived, self._expected[twin])
