"""A real PostgreSQL for a laptop, a demo or a test: started in a folder of yours, and stopped with the process.

`start_database()` is the one way to it: the database that TWINBASE_DATABASE_URL names, or else the embedded one.

The server listens on 127.0.0.1 only, asks for a password that lies in the same folder (mode 0600), and belongs to the
process that started it: a second process over the same folder uses the first one's server, which does not stop before
the second one is done with it. On Linux it stops even when its process is killed with -9. It is not made for
production: there, run your own.
"""

import fcntl
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from twinbase_server.embedded.cluster import POLL_SECONDS, START_SECONDS_MAX, STOP_SECONDS_MAX, Cluster
from twinbase_server.embedded.programs import PostgresFailed

EMBEDDED = "embedded"
"""Written in place of a URL: the one of this folder."""
URL_VARIABLE = "TWINBASE_DATABASE_URL"
PORTS_TRIED_MAX = 5
_log = logging.getLogger(__name__)


@contextmanager
def start_database(data_dir: Path | None = None, *, durable: bool = False) -> Iterator[str]:
    """The URL of the database to use: TWINBASE_DATABASE_URL, else an embedded server that stops with the block."""
    if (url := os.environ.get(URL_VARIABLE, "")) not in ("", EMBEDDED):
        yield url
        return
    with EmbeddedPostgres(data_dir or default_data_dir(), durable=durable) as server:
        yield server.url


def default_data_dir() -> Path:
    """Where the embedded server keeps its data when nobody says where."""
    return Path(platformdirs.user_data_dir("twinbase")) / "postgres"


class EmbeddedPostgres:
    """One PostgreSQL over one folder. Not durable is fast: it survives its own crash, but not one of the machine."""

    def __init__(self, data_dir: Path, *, durable: bool = False) -> None:
        self.cluster = Cluster(data_dir, durable=durable)
        self._owner = Lock(self.cluster.home / "lock")
        self._users = Lock(self.cluster.home / "users")
        self._process: subprocess.Popen[bytes] | None = None
        self._port: int | None = None

    @property
    def url(self) -> str:
        """Where the server is. It stays the same over `stop` or `kill` and `start`, unless the port is taken."""
        if self._port is None:
            raise PostgresFailed("It has not been started.")
        return f"postgresql://postgres:{self.cluster.password}@127.0.0.1:{self._port}/postgres"

    @property
    def owned(self) -> bool:
        """Whether this object started the server, and not another process that it shares it with."""
        return self._process is not None

    def start(self) -> Self:
        """Start the server, or find the one that runs over this folder; return when it answers."""
        if self.owned:
            return self
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._owner.take():
            # Another process owns the server: it is starting, running, or about to let go of the lock.
            if self._share():
                return self
            if time.monotonic() > deadline:
                raise PostgresFailed(f"Another process holds {self.cluster.home}, and its server does not answer.")
            time.sleep(POLL_SECONDS)
        try:
            self._own_server()
        except BaseException:
            self.kill()
            self._owner.release()
            raise
        return self

    def stop(self) -> None:
        """Stop as an administrator does: connections are ended, nothing is lost.

        Another process that uses the server is waited for, and a warning logged that says so; an interrupt (Ctrl-C)
        ends the wait, and the server with it.
        """
        try:
            if self.owned:
                self._wait_for_users()
        finally:
            self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop at once, as in a crash (`immediate`): the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _share(self) -> bool:
        """Use the owner's server, if it is ready and not about to stop."""
        if not self._users.take(shared=True):
            return False
        self._port = self.cluster.find_ready_port()
        if self._port is None:
            self._users.release()
        return self._port is not None

    def _wait_for_users(self) -> None:
        if self._users.take():
            return
        _log.warning("Another process still uses this PostgreSQL: waiting for it to end. Ctrl-C stops it now.")
        self._users.wait_for()

    def _own_server(self) -> None:
        self.cluster.make_ready()
        for _ in range(PORTS_TRIED_MAX):
            port = self._port or _free_port()
            self._process = self.cluster.launch(port)
            if self.cluster.wait_until_ready(self._process):
                self._port = port
                return
            # Between choosing the port and binding it, another program took it.
            self._process = None
            self._port = None
        raise PostgresFailed(f"{PORTS_TRIED_MAX} ports in a row were taken by other programs.")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(STOP_SECONDS_MAX)
            self._process = None
            self._owner.release()
        self._users.release()


class Lock:
    """A file that one process holds alone, or several share. The kernel lets go of it when its process is gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Whether it is held from now on; at once."""
        with suppress(BlockingIOError):
            fcntl.flock(self._open(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            return True
        self.release()
        return False

    def wait_for(self) -> None:
        """Held alone, once nobody else holds it."""
        fcntl.flock(self._open(), fcntl.LOCK_EX)

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
