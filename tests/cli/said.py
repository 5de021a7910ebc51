"""A command in this process, and what it answered."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from twinbase_server.cli import run


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Twinbase = Callable[..., Said]


def command_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Twinbase:
    """`twinbase("db", "status", TWINBASE_PLUGINS="mobile")` runs it; the environment is for that call alone."""

    def twinbase(*arguments: object, **environment: str) -> Said:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return twinbase
