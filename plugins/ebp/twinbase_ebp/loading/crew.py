"""Several threads, each with a connection to both databases, working through the tables: the longest first.

Threads are enough: reading and writing wait for two databases, and what Python does in between fills one core of two.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from twinbase.errors import TwinbaseError

Job = TypeVar("Job")


class SourceUnreachable(TwinbaseError):
    """EBP's database takes no connection. Check TWINBASE_EBP_SOURCE_URL, the login, and whether the server runs."""


@dataclass(frozen=True, slots=True)
class Databases:
    """Where rows come from and where they go. Nothing is written to the source."""

    source: URL
    target: URL

    @classmethod
    def of(cls, source_url: str, database_url: str) -> "Databases":
        source = make_url(source_url)
        if source.drivername in ("postgresql", "postgres"):
            source = source.set(drivername="postgresql+psycopg")
        return cls(source, make_url(database_url).set(drivername="postgresql+psycopg"))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to the source, each statement for itself: no transaction of ours is open while we write."""
        with _engine(self.source) as engine, _answering(engine) as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with _engine(self.target) as engine, engine.connect() as connection:
            yield connection


class Crew:
    """Runs `work(job, source, target)` for many jobs. The connections are the same for all that it is given to do."""

    def __init__(self, databases: Databases, connections: int, stop: Event) -> None:
        self._databases, self._stop = databases, stop
        self._hands = [ExitStack() for _ in range(connections)]
        self._pairs: dict[int, tuple[Connection, Connection]] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for hand in self._hands:
            hand.close()

    def run(self, jobs: Iterable[Job], work: Callable[[Job, Connection, Connection], None]) -> None:
        """Do all of it; answer when it is done. An error ends the others after their page, and is raised."""
        queue = deque(jobs)
        hands = range(min(len(self._hands), len(queue)))
        with ThreadPoolExecutor(max(1, len(hands)), "ebp-load") as pool:
            done = [pool.submit(self._work_through, hand, queue, work) for hand in hands]
        for one in done:
            one.result()

    def _work_through(self, hand: int, queue: deque[Job], work: Callable[[Job, Connection, Connection], None]) -> None:
        try:
            source, target = self._pairs.get(hand) or self._connected(hand)
            while not self._stop.is_set() and (job := self._next(queue)) is not None:
                work(job, source, target)
        except BaseException:
            self._stop.set()
            raise

    def _connected(self, hand: int) -> tuple[Connection, Connection]:
        stack = self._hands[hand]
        pair = stack.enter_context(self._databases.reading()), stack.enter_context(self._databases.writing())
        self._pairs[hand] = pair
        return pair

    def _next(self, queue: deque[Job]) -> Job | None:
        with self._lock:
            return queue.popleft() if queue else None


def _answering(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except DBAPIError as error:
        # The driver's words may hold the login; its kind of error holds nothing.
        raise SourceUnreachable(f"{type(error.orig).__name__} from {engine.url.host}.") from None


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()
