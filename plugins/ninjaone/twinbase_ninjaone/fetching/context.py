"""What every step of a run has in hand."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.source import Tell
from twinbase_ninjaone.client import NinjaOne
from twinbase_ninjaone.errors import TooManyCalls, WrongCredentials, WrongRegion
from twinbase_ninjaone.settings import NinjaOneSettings

ENDS_THE_RUN = (TooManyCalls, WrongCredentials, WrongRegion)
"""Failures that the next call would meet too."""


@dataclass
class Fetch:
    """One run. `counted`: figures by name; `failed`: lists that could not be had, and why."""

    ninja: NinjaOne
    connection: AsyncConnection
    settings: NinjaOneSettings
    now: datetime
    tell: Tell
    counted: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)

    def make_figures(self) -> dict[str, Any]:
        """What is kept of the run: how many calls it took, what was written, by table, and what was left out."""
        counted = {name: number for name, number in sorted(self.counted.items()) if number}
        unreadable = {"unreadable": dict(self.ninja.unreadable)} if self.ninja.unreadable else {}
        failures = {"failed": self.failed} if self.failed else {}
        return {"calls": self.ninja.calls, **counted, **unreadable, **failures}
