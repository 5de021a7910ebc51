"""A cluster of PostgreSQL in a folder: made, launched, and asked how it is. `server.py` says who may launch it."""

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from twinbase_server.embedded.programs import (
    PostgresFailed,
    find_programs,
    make_environment,
    prepare,
    read_major_version,
)

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
POLL_SECONDS = 0.02
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Cluster:
    """The files of one server. Not durable is fast: it survives its own crash, but not one of the machine."""

    def __init__(self, data_dir: Path, *, durable: bool) -> None:
        self.durable = durable
        folder = find_programs()
        # Clusters of two major versions never share files: each has its own folder.
        self.major = read_major_version(folder)
        self._programs = prepare(folder, Path(data_dir).absolute() / str(self.major))
        self.files = self.home / "cluster"
        self.log_file = self.home / "server.log"
        self._password_file = self.home / "password"

    @property
    def home(self) -> Path:
        """The folder of the cluster and all that lies beside it: the password, the log, the locks."""
        return self._programs.home

    @property
    def password(self) -> str:
        return self._password_file.read_text()

    def make_ready(self) -> None:
        """Its files exist and belong to whoever runs the server."""
        self._end_orphan()
        if not self.files.exists():
            self._initialise()
        self._programs.give_files(self.files)

    def _end_orphan(self) -> None:
        """Wait for a server whose process died a moment ago: it is closing its files, and may need to be told to."""
        deadline = time.monotonic() + STOP_SECONDS_MAX
        is_stopping = False
        while (pid := self._running_pid()) is not None:
            if not is_stopping:
                os.kill(pid, signal.SIGINT)
                is_stopping = True
            if time.monotonic() > deadline:
                raise PostgresFailed(f"An older server (process {pid}) over {self.files} does not stop.")
            time.sleep(POLL_SECONDS)

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole: a crash in between leaves nothing half made."""
        half = self.home / "cluster.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        _write_private(self._password_file, secrets.token_urlsafe(24))
        for_initdb = self.home / "password.initdb"
        _write_private(for_initdb, self._password_file.read_text())
        try:
            self._programs.give_files(half)
            self._programs.give_files(for_initdb)
            self._programs.run(
                "initdb",
                "--pgdata",
                half,
                "--username=postgres",
                "--auth=scram-sha-256",
                f"--pwfile={for_initdb}",
                "--encoding=UTF8",
                *self._locale(),
                *([] if self.durable else ["--no-sync"]),
            )
        finally:
            for_initdb.unlink()
        half.rename(self.files)

    def _locale(self) -> list[str]:
        """Upper and lower case of all of Unicode, and the order of code points: the same on every machine."""
        if self.major >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def launch(self, port: int) -> subprocess.Popen[bytes]:
        """Start the server; it may not answer yet."""
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
        _write_private(self.log_file, "")
        with self.log_file.open("ab") as log, warnings.catch_warnings():
            # Python warns of any code between fork and exec in a process with threads; ours makes two system calls.
            warnings.simplefilter("ignore", DeprecationWarning)
            return subprocess.Popen(
                self._programs.make_command("postgres", "-D", self.files, *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=make_environment(),
                # Ctrl-C in a terminal goes to a whole group: the server must outlive the work that uses it.
                start_new_session=True,
                preexec_fn=_dies_with_parent(),
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
            )

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the server is ready; no when its port was taken meanwhile, and an error for all else."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while self.find_ready_port(process.pid) is None:
            if process.poll() is not None:
                said = self.log_file.read_text(errors="replace")
                if "could not create any TCP/IP sockets" in said:
                    return False
                raise PostgresFailed(f"It did not start. The end of {self.log_file}:\n{said[-2000:]}")
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise PostgresFailed(f"It was not ready after {START_SECONDS_MAX:.0f} s. See {self.log_file}.")
            time.sleep(POLL_SECONDS)
        return True

    def find_ready_port(self, pid: int | None = None) -> int | None:
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
        return pid if pid is not None and _serves(pid, self.files) else None

    def _postmaster_file(self) -> list[str]:
        try:
            return (self.files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []


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
