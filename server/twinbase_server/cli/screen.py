"""Where a command's answer goes: words and colours for people on a terminal, JSON for programs."""

import json
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document on stdout.")]
WIDTH = 100
"""What fits a terminal, and a log that is no terminal."""


def make_console() -> Console:
    """For answers."""
    return _console(sys.stdout)


def make_error_console() -> Console:
    """For what goes wrong, and for progress: stdout stays what was asked for."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    return Console(file=stream, highlight=False, soft_wrap=True, width=None if os.isatty(_number(stream)) else WIDTH)


def _number(stream: Any) -> int:
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return -1


def answer(data: Any, *, as_json: bool, show: Callable[[Console], None]) -> None:
    """Say it: as JSON, or by `show`."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
    else:
        show(make_console())
