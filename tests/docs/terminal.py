"""Somebody in front of a terminal who follows a page: its commands run, one after the other, in one folder.

`twinbase` runs in this process, by the function that the console script calls; all else is bash. What a reader has and
this machine has not (a secret, an address, a program) stands in `instead`: the page's words, and what is put there.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.docs.installing import check_install
from tests.docs.page_blocks import ROOT, Block

from twinbase_server.cli import run

INSTALLING = re.compile(r"(python3 -m venv|pip install|\.venv/bin/pip install)\b.*")


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit status."""

    command: str
    status: int
    out: str
    err: str = ""


@dataclass
class Terminal:
    """`run(block)` runs all commands of a block; one that fails is an error that says what it said, unless `fails`
    names its beginning."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    instead: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setenv("TWINBASE", str(ROOT))
        self.monkeypatch.setenv("XDG_DATA_HOME", str(self.folder / "data-home"))
        self.monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))

    def run(self, block: Block, *, fails: str = "") -> list[Answer]:
        return [self.run_line(line, fails=bool(fails) and line.startswith(fails)) for line in self.list_commands(block)]

    def run_line(self, command: str, *, fails: bool = False) -> Answer:
        answer = self._answer(command)
        assert answer.status == int(fails), answer
        return answer

    def list_commands(self, block: Block) -> Iterator[str]:
        """What is typed: a `console` block has a prompt before it, and answers between."""
        text = block.take()
        if block.kind == "console":
            text = "\n".join(re.findall(r"^\$ (.*)$", text, re.M))
        for page, here in self.instead.items():
            text = text.replace(page, here)
        yield from (line for line in text.replace("\\\n", " ").splitlines() if line.strip())

    def start(self, command: str, until: str) -> None:
        """A command that goes on for ever: it says this, then it is ended by Ctrl-C."""
        said, shell = [], ["bash", "-c", f"exec {command} 2>&1"]
        with subprocess.Popen(shell, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if until in line:
                    process.send_signal(signal.SIGINT)
        assert process.returncode in (0, 130) and any(until in line for line in said), "".join(said)

    def _answer(self, command: str) -> Answer:
        if INSTALLING.match(command):
            check_install(command, self.folder)
            return Answer(command, 0, "")
        words = shlex.split(command, comments=True)
        if words[:1] == ["twinbase"]:
            return self._ours(command, shlex.split(os.path.expandvars(command), comments=True)[1:])
        if words[0] in ("export", "cd") or re.fullmatch(r"[A-Z_]+=.*", words[0]):
            return self._change(command if words[0] in ("export", "cd") else f"export {command}")
        done = self._bash(command)
        return Answer(command, done.returncode, done.stdout, done.stderr)

    def _ours(self, command: str, arguments: list[str]) -> Answer:
        self.capsys.readouterr()
        status = run(arguments)
        said = self.capsys.readouterr()
        return Answer(command, status, said.out, said.err)

    def _change(self, command: str) -> Answer:
        """What bash makes of it: the variables, and the folder."""
        done = self._bash(f"set -eu; {command}\npwd; env -0")
        assert done.returncode == 0, done.stderr
        folder, _, variables = done.stdout.partition("\n")
        self.monkeypatch.chdir(folder)
        for variable in variables.split("\0"):
            name, _, value = variable.partition("=")
            if name and os.environ.get(name) != value and name not in ("_", "PWD", "OLDPWD", "SHLVL"):
                self.monkeypatch.setenv(name, value)
        return Answer(command, 0, "")

    def _bash(self, command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60
        )


OpenTerminal = Callable[..., Terminal]
