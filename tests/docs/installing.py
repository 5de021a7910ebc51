"""A line that installs from a checkout: not run, as pip would fetch what is being tested, but its names are checked."""

import os
import re
import shlex
import tomllib
from pathlib import Path


def check_install(command: str, folder: Path) -> None:
    """Each path that is named holds a distribution with the named extras; a file of constraints is there."""
    if "venv" in command:
        return
    words = shlex.split(os.path.expandvars(command))
    words = words[words.index("install") + 1 :]
    while words:
        word = words.pop(0)
        if word == "-c":
            assert (folder / words.pop(0)).is_file(), command
        elif word != "-e" and not word.startswith("-q"):
            _check_distribution(word, folder)


def _check_distribution(named: str, folder: Path) -> None:
    path, extras = re.fullmatch(r"([^\[]+)(?:\[([\w,-]+)\])?", named).groups()  # type: ignore[union-attr]
    if "/" not in path and path != ".":
        return  # of an index: another's
    project = tomllib.loads((folder / path / "pyproject.toml").read_text())["project"]
    for extra in filter(None, (extras or "").split(",")):
        assert extra in project.get("optional-dependencies", {}), f"{project['name']} has no extra {extra}"
