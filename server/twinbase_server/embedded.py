"""A real PostgreSQL for a laptop, a demo or a test: started in a folder of yours, and stopped with the process.

`database_url()` is the one door: the database that TWINBASE_DATABASE_URL names, or else the embedded one.

The server listens on 127.0.0.1 only, asks for a password that lies in the same folder (mode 0600), and belongs to the
process that started it: a second process over the same folder uses the first one's server for as long as that lives.
On Linux it stops even when its process is killed with -9. It is not made for production: there, run your own.
"""

import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from twinbase_server.programs import (
    PostgresFailed,
    PostgresMissing,
    environment,
    find_programs,
    major_version,
    prepare,
)

URL_VARIABLE = "TWINBASE_DATABASE_URL"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
PORTS_TRIED_MAX = 5
POLL_SECONDS = 0.02
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@contextmanager
def database_url(data_dir: Path | None = None, *, durable: bool = False) -> Iterator[str]:
    """The URL of the database to use: TWINBASE_DATABASE_URL, else an embedded server that stops with the block."""
    if url := os.environ.get(URL_VARIABLE):
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
        self.durable = durable
        folder = find_programs()
        # Clusters of two major versions never share files: each has its own folder.
        self.major = major_version(folder)
        self._programs = prepare(folder, Path(data_dir).absolute() / str(self.major))
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port: int | None = None

    @property
    def url(self) -> str:
        """Where the server is. It stays the same over `stop` or `kill` and `start`, unless the port is taken."""
        if self._port is None:
            raise PostgresFailed("It has not been started.")
        password = self._password_file.read_text()
        return f"postgresql://postgres:{password}@127.0.0.1:{self._port}/postgres"

    @property
    def owned(self) -> bool:
        """Whether this object started the server, and not another process that it shares it with."""
        return self._process is not None

    def start(self) -> Self:
        """Start the server, or find the one that runs over this folder; return when it answers."""
        if self.owned:
            return self
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._take_lock():
            # Another process owns the server: it is starting, running, or about to let go of the lock.
            if port := self._port_when_ready(pid=None):
                self._port = port
                return self
            if time.monotonic() > deadline:
                raise PostgresFailed(f"Another process holds {self._home}, and its server does not answer.")
            time.sleep(POLL_SECONDS)
        try:
            self._own_server()
        except BaseException:
            self.kill()
            self._release_lock()
            raise
        return self

    def stop(self) -> None:
        """Stop as an administrator does: connections are ended, nothing is lost."""
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

    # -- one owner per folder -------------------------------------------------------------------------------------

    def _take_lock(self) -> bool:
        self._lock = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._release_lock()
            return False
        return True

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _own_server(self) -> None:
        self._end_orphan()
        if not self._cluster.exists():
            self._initialise()
        self._programs.own(self._cluster)
        for _ in range(PORTS_TRIED_MAX):
            port = self._port or _free_port()
            self._process = self._launch(port)
            if self._wait_until_ready(self._process):
                self._port = port
                return
            # Between choosing the port and binding it, another program took it.
            self._process = None
            self._port = None
        raise PostgresFailed(f"{PORTS_TRIED_MAX} ports in a row were taken by other programs.")

    def _end_orphan(self) -> None:
        """Wait for a server whose process died a moment ago: it is closing its files, and may need to be told to."""
        deadline = time.monotonic() + STOP_SECONDS_MAX
        told = False
        while (pid := self._running_pid()) is not None:
            if not told:
                os.kill(pid, signal.SIGINT)
                told = True
            if time.monotonic() > deadline:
                raise PostgresFailed(f"An older server (process {pid}) over {self._cluster} does not stop.")
            time.sleep(POLL_SECONDS)

    # -- the cluster ----------------------------------------------------------------------------------------------

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole: a crash in between leaves nothing half made."""
        half = self._home / "cluster.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        _write_private(self._password_file, secrets.token_urlsafe(24))
        for_initdb = self._home / "password.initdb"
        _write_private(for_initdb, self._password_file.read_text())
        try:
            self._programs.own(half)
            self._programs.own(for_initdb)
            self._programs.run(
                "initdb", "--pgdata", half, "--username=postgres", "--auth=scram-sha-256", f"--pwfile={for_initdb}",
                "--encoding=UTF8", *self._locale(), *([] if self.durable else ["--no-sync"]),
            )  # fmt: skip
        finally:
            for_initdb.unlink()
        half.rename(self._cluster)

    def _locale(self) -> list[str]:
        """Upper and lower case of all of Unicode, and the order of code points: the same on every machine."""
        if self.major >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def _launch(self, port: int) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        if not self.durable:
            # The kernel keeps what a killed server wrote. `synchronous_commit` stays on: without it the last commits
            # are still in the server's own memory, and an immediate stop would lose work that was answered as done.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        user = self._programs.user
        _write_private(self._log_file, "")
        with self._log_file.open("ab") as log, warnings.catch_warnings():
            # Python warns of any code between fork and exec in a process with threads; ours makes two system calls.
            warnings.simplefilter("ignore", DeprecationWarning)
            return subprocess.Popen(
                self._programs.command("postgres", "-D", self._cluster, *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment(),
                # Ctrl-C in a terminal goes to a whole group: the server must outlive the work that uses it.
                start_new_session=True,
                preexec_fn=_dies_with_parent(),
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the server is ready; no when its port was taken meanwhile, and an error for all else."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while self._port_when_ready(process.pid) is None:
            if process.poll() is not None:
                said = self._log_file.read_text(errors="replace")
                if "could not create any TCP/IP sockets" in said:
                    return False
                raise PostgresFailed(f"It did not start. The end of {self._log_file}:\n{said[-2000:]}")
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise PostgresFailed(f"It was not ready after {START_SECONDS_MAX:.0f} s. See {self._log_file}.")
            time.sleep(POLL_SECONDS)
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(STOP_SECONDS_MAX)
        self._process = None
        self._release_lock()

    # -- what PostgreSQL writes down about itself -----------------------------------------------------------------

    def _port_when_ready(self, pid: int | None) -> int | None:
        """The port in postmaster.pid when it is ready and alive; of that process, when one is given."""
        lines = self._postmaster_file()
        if len(lines) < 8 or lines[7].strip() != "ready":
            return None
        if pid is None:
            return int(lines[3]) if self._running_pid() is not None else None
        # A crash leaves the file of the former server behind, and that one says "ready" too.
        return int(lines[3]) if int(lines[0]) == pid else None

    def _running_pid(self) -> int | None:
        """The process that serves this cluster; a number that now belongs to another program does not count."""
        lines = self._postmaster_file()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else None
        return pid if pid is not None and _serves(pid, self._cluster) else None

    def _postmaster_file(self) -> list[str]:
        try:
            return (self._cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    @property
    def _home(self) -> Path:
        return self._programs.home

    @property
    def _cluster(self) -> Path:
        return self._home / "cluster"

    @property
    def _password_file(self) -> Path:
        return self._home / "password"

    @property
    def _log_file(self) -> Path:
        return self._home / "server.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _serves(pid: int, cluster: Path) -> bool:
    command_line = Path(f"/proc/{pid}/cmdline")
    if sys.platform == "linux":
        try:
            return os.fsencode(cluster) in command_line.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(cluster) in shown.stdout


def _dies_with_parent() -> Callable[[], None] | None:
    """What the child calls so that the kernel stops it (a fast shutdown) when we are gone, however we went."""
    if _libc is None:
        return None
    if threading.current_thread() is not threading.main_thread():
        # The kernel watches the thread that forked, not the process: the server would stop with that thread.
        raise PostgresFailed("Start it from the main thread, because it stops with the thread that started it.")
    prctl, parent = _libc.prctl, os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


__all__ = ["EmbeddedPostgres", "PostgresFailed", "PostgresMissing", "database_url", "default_data_dir"]
