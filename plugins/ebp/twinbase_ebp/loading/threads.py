"""Several threads, each with a connection to both databases, working through the tables: the longest first.

Threads are enough: reading and writing wait for two databases, and what Python does in between fills one core of two.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from twinbase_ebp.ebp_connection import open_source

if TYPE_CHECKING:
    import psycopg

Job = TypeVar("Job")


@dataclass(frozen=True, slots=True)
class LoadDatabases:
    """Where rows come from and where they go. Nothing is written to the source."""

    source: str
    target_url: str
    """As libpq and asyncpg read it."""

    @classmethod
    def from_urls(cls, source_url: str, database_url: str) -> "LoadDatabases":
        """`source_url` may be empty: then every attempt to read says that it is missing."""
        return cls(source_url, database_url)

    def open_source(self) -> AbstractContextManager[Connection]:
        """A connection to the source, each statement for itself: no transaction of ours is open while we write."""
        return open_source(self.source)

    @contextmanager
    def open_target(self, name: str) -> Iterator[Connection]:
        """A connection to the server's database; PostgreSQL shows it under this name."""
        engine = create_engine("postgresql+psycopg://", creator=lambda: self._connect(name), poolclass=NullPool)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _connect(self, name: str) -> "psycopg.Connection[Any]":
        """By libpq itself, which knows several hosts and sockets, and SQLAlchemy does not."""
        import psycopg

        return psycopg.connect(self.target_url, application_name=name)


class Crew:
    """Runs `work(job, source, target)` for many jobs. The connections are the same for all that it is given to do.

    `name`: under which PostgreSQL shows those that write.
    """

    def __init__(self, databases: LoadDatabases, connections: int, stop: Event, name: str) -> None:
        self._databases, self._stop, self._name = databases, stop, name
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
        source = stack.enter_context(self._databases.open_source())
        pair = source, stack.enter_context(self._databases.open_target(self._name))
        self._pairs[hand] = pair
        return pair

    def _next(self, queue: deque[Job]) -> Job | None:
        with self._lock:
            return queue.popleft() if queue else None
