"""The tutorial is followed to the letter: its files are written, its commands run, its answers compared.

Two things differ from what a reader does: what the page installs is what is being tested, so nothing is downloaded (the
plugin's entry point still comes from the page's own pyproject.toml), and the server takes a port that is free.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.docs.page_blocks import ROOT, executes, find_blocks, only_checks

TUTORIAL = "docs/tutorial/first-table.md"
PAGE, BLOCKS = (ROOT / TUTORIAL).read_text(), find_blocks(TUTORIAL)
INSTALLS = [block for block in BLOCKS if block.mark == "install"]
FENCE = r"(?:^<!-- (?P<mark>[^\n]+) -->\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$"
STEP = re.compile(rf"{FENCE}|^<!-- (?P<sign>[^\n]+) -->$", re.M | re.S)
CTRL_C = "second terminal: Ctrl-C"


@dataclass
class Reader:
    """Somebody with two terminals open in one folder."""

    folder: Path
    environment: dict[str, str]
    port: int
    exports: list[str] = field(default_factory=list)
    server: "subprocess.Popen[str] | None" = None

    def write(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}"))
        if name == "pyproject.toml":
            self._install(tomllib.loads(content))

    def _install(self, project: dict[str, dict[str, dict[str, dict[str, str]]]]) -> None:
        """What `pip install -e .` leaves behind: a name, and entry points."""
        found = self.folder / "field_notes-0.1.dist-info"
        found.mkdir()
        (found / "METADATA").write_text("Metadata-Version: 2.1\nName: field-notes\nVersion: 0.1\n")
        lines = [f"{name} = {module}" for name, module in project["project"]["entry-points"]["twinbase"].items()]
        (found / "entry_points.txt").write_text("\n".join(["[twinbase]", *lines, ""]))

    def run(self, block: str) -> None:
        """The commands of a block in the first terminal, each with the answer that the page shows."""
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, expected = part.partition("\n")
            if command.startswith("export "):
                self.exports.append(command)
            done = self._bash(command)
            said = "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
            shown = "\n".join(line.rstrip() for line in expected.strip().splitlines())
            assert re.fullmatch(re.escape(shown).replace("…", ".*"), said), f"$ {command}\n{said}"
            assert done.returncode == 0 or shown, f"$ {command} failed"

    def start(self, block: str) -> None:
        """The command of a block in the second terminal; returns when the server says that it listens."""
        (command,) = re.findall(r"^\$ (.*)$", block, re.M)
        self.server = subprocess.Popen(
            ["bash", "-c", "; ".join([*self.exports, f"exec {command} --port {self.port}"])],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.server.stderr is not None
        said = []
        for line in self.server.stderr:
            said.append(line)
            if "running on" in line:
                return
        raise AssertionError("".join(said))

    def stop(self) -> None:
        """Ctrl-C in the second terminal."""
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.communicate(timeout=30)

    def _bash(self, command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-c", "\n".join([*self.exports, command])],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    modules = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    environment = {
        **os.environ, "PATH": programs, "PYTHONPATH": modules, "PYTHONUTF8": "1",
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }  # fmt: skip
    reader = Reader(tmp_path, environment, port)
    yield reader
    reader.stop()


@pytest.mark.timeout(400)
@executes(*(block for block in BLOCKS if block.mark != "install"))
def test_the_tutorial_works_when_it_is_followed_to_the_letter(reader: Reader) -> None:
    blocks = iter(BLOCKS)
    for step in STEP.finditer(PAGE):
        mark, kind, body = step["mark"] or step["sign"] or "", step["kind"], step["body"]
        if body:
            assert next(blocks).take() == body
        if mark == CTRL_C:
            reader.stop()
        elif mark.startswith("file: "):
            reader.write(mark.removeprefix("file: "), body)
        elif mark == "second terminal":
            reader.start(body)
        elif mark != "install":
            assert kind == "console" and not mark, f"the test does not know what to do with {mark or kind}"
            reader.run(body)


@only_checks(*INSTALLS, because="pip would fetch what is being tested, which is installed already.")
def test_all_that_is_not_run_is_what_installs() -> None:
    skipped = "".join(block.take() for block in INSTALLS)
    assert re.findall(r"^\$ (.*)$", skipped, re.M) == [
        "export TWINBASE=~/twinbase",
        "mkdir field-notes && cd field-notes",
        "python3 -m venv .venv && . .venv/bin/activate",
        'pip install -c "$TWINBASE/requirements.lock" "${TWINBASE}[embedded]"',
        "pip install -e .",
    ]
