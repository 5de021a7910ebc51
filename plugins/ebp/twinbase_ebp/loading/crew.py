"""Several threads, each with a connection to both databases, working through the tables: the longest first.

Threads are enough: reading and writing wait for two databases, and what Python does in between fills one core of two.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

Job = TypeVar("Job")


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
        with _engine(self.source) as engine, engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with _engine(self.target) as engine, engine.connect() as connection:
            yield connection


class Crew(Generic[Job]):
    """Runs `work(job, source, target)` for every job. An error ends the others after their page, and is raised."""

    def __init__(self, databases: Databases, connections: int, stop: Event) -> None:
        self._databases, self._connections, self._stop = databases, connections, stop
        self._lock = Lock()

    def run(self, jobs: Iterable[Job], work: Callable[[Job, Connection, Connection], None]) -> None:
        queue = deque(jobs)
        with ThreadPoolExecutor(min(self._connections, max(1, len(queue))), "ebp-load") as pool:
            hands = [pool.submit(self._work_through, queue, work) for _ in range(self._connections)]
        for hand in hands:
            hand.result()

    def _work_through(self, queue: deque[Job], work: Callable[[Job, Connection, Connection], None]) -> None:
        try:
            with self._databases.reading() as source, self._databases.writing() as target:
                while not self._stop.is_set() and (job := self._next(queue)) is not None:
                    work(job, source, target)
        except BaseException:
            self._stop.set()
            raise

    def _next(self, queue: deque[Job]) -> Job | None:
        with self._lock:
            return queue.popleft() if queue else None


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()
