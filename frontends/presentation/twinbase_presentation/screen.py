"""A screen without widgets: what it shows, what can be done on it, and when it is read again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlmodel import SQLModel

from twinbase.errors import TwinbaseError
from twinbase.replica import Replica, ReplicaSession
from twinbase_presentation.command import Command
from twinbase_presentation.faults import say_error
from twinbase_presentation.observers import Observers
from twinbase_presentation.route import Route
from twinbase_presentation.runner import ROWS
from twinbase_presentation.timing import AtMostEvery
from twinbase_presentation.workday import Workday

Shown = TypeVar("Shown")
RELOAD_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Loading:
    """Nothing was read yet."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Shown]):
    """`shown`: frozen values; two readings of the same rows are equal."""

    shown: Shown


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be read. `sentence`: why, and what to do; `error`: for a log."""

    sentence: str
    error: TwinbaseError | None = None


State = Loading | Loaded[Shown] | Failed


class Screen(Protocol):
    """What a front end knows of any screen."""

    @property
    def route(self) -> Route: ...

    @property
    def title(self) -> str: ...

    @property
    def commands(self) -> Sequence[Command]: ...

    async def load(self) -> None: ...

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]: ...


class ScreenModel(Generic[Shown]):
    """A screen over the replica. Make it, `observe` it, `await open()`, and `close()` it when it is left.

    It reads again when a table that it shows has changed, at most four times a second, and tells its observers only
    when what it shows is another thing. A class of it says which tables (`watched`), and how it is read (`read`).
    """

    watched: Sequence[type[SQLModel]] = ()

    def __init__(self, workday: Workday, route: Route) -> None:
        self.workday, self.route = workday, route
        self.state: State[Shown] = Loading()
        self.read_at: datetime | None = None
        self._observers = Observers()
        self._stops: list[Callable[[], None]] = []
        self._pace = AtMostEvery(workday.timing, RELOAD_SECONDS, lambda: workday.spawn(self.load()))

    @property
    def title(self) -> str:
        """What stands above it."""
        raise NotImplementedError

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done on it now."""
        return ()

    @property
    def shown(self) -> Shown | None:
        """What it shows; None while nothing was read, and where that failed."""
        return self.state.shown if isinstance(self.state, Loaded) else None

    async def read(self, session: ReplicaSession, now: datetime) -> Shown:
        """What it shows, from one moment of the file."""
        raise NotImplementedError

    async def read_from(self, replica: Replica, now: datetime) -> Shown:
        """The same, for a screen that asks the engine too. It runs in the loop of the replica."""
        async with replica.read() as session:
            return await self.read(session, now)

    async def open(self) -> None:
        """Read it, and read it again from now on whenever it has to be."""
        for topic in self.list_topics():
            self._stops.append(self.workday.runner.watch(topic, self._pace.ask))
        self._stops.append(self.workday.held.observe(self._tell))
        await self.load()

    def close(self) -> None:
        """It is left: it reads nothing any more."""
        self._pace.cancel()
        while self._stops:
            self._stops.pop()()

    async def load(self) -> None:
        """Read it now."""
        now = self.workday.read_now()
        try:
            state: State[Shown] = Loaded(await self.workday.runner.ask(lambda replica: self.read_from(replica, now)))
        except TwinbaseError as error:
            state = Failed(say_error(self.workday.language, error), error)
        is_same, self.read_at = state == self.state, now
        self.state = state
        if not is_same:
            self._tell()

    def observe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` in the screens' loop when it shows something else; what is answered stops it."""
        return self._observers.add(callback)

    def list_topics(self) -> Iterable[str]:
        """What its runner is to tell it of."""
        return [ROWS + str(model.__tablename__) for model in self.watched]

    def _tell(self) -> None:
        self._observers.tell()
