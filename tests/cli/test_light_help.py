"""Help and completion say which commands there are, and load nothing of what does their work."""

import os
import subprocess
import sys

import pytest

RUN = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); from twinbase_server.cli import main; main()"
WORK = {
    "alembic", "asyncpg", "fastapi", "httpx2", "kivy", "pgqueuer", "psycopg", "pwdlib", "sqlcipher3", "starlette",
    "textual", "twinbase.replica", "twinbase_demo.run", "twinbase_ebp", "twinbase_presentation", "twinbase_server.app",
    "twinbase_server.bench.run", "uvicorn",
}  # fmt: skip
"""Frameworks, drivers, and whole products of ours: a second or more of processor time, at every press of TAB."""


def loaded(*arguments: str, **environment: str) -> tuple[list[str], set[str]]:
    """What `twinbase` answers, in words, and the modules that a process has loaded for it."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env=os.environ | {"TWINBASE_PLUGINS": "accounts,mobile,deliveries"} | environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer, _, modules = done.stdout.rstrip("\n").rpartition("\n")
    return answer.split(), set(modules.split())


def test_the_help_of_all_commands_loads_none_of_their_work() -> None:
    words, modules = loaded("--help")
    assert {"serve", "worker", "db", "file", "bench", "demo", "app", "tui"} <= set(words)
    assert modules & WORK == set()


def test_completion_loads_none_of_it_either() -> None:
    typed = {"_TWINBASE_COMPLETE": "complete_bash", "COMP_WORDS": "twinbase d", "COMP_CWORD": "1"}
    words, modules = loaded(**typed)
    assert {"db", "delivery", "device", "demo"} <= set(words)
    assert modules & WORK == set()


@pytest.mark.parametrize("command", ["serve", "db", "user", "key", "file", "bench", "demo", "bench-app", "app", "tui"])
def test_the_help_of_one_command_does_without_its_work(command: str) -> None:
    words, modules = loaded(command, "--help")
    assert "Usage:" in words and modules & WORK == set()
