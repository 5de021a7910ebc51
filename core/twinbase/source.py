"""Sources: other systems whose rows are brought into the server's database, again and again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Tell = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a source receives.

    `database_url`: the server's database, postgresql://…; `now`: the time of this run (aware, UTC); `tell`: say how far
    it has come: `tell("Customer", 1200, 3400)`, with None where nobody knows how many there will be.
    """

    database_url: str
    now: datetime
    tell: Tell


@dataclass(frozen=True, slots=True)
class Source:
    """Something that `twinbase worker` runs on a schedule, and `twinbase source run NAME` at once.

    `run` brings what is new and answers figures by name ({"rows": 12}), which are kept and shown. It may be killed
    anywhere: the next run goes on. One run of a source at a time, however many workers there are. `every`: how long
    after the start of one run the next begins. `project`: whether projections are brought up to date afterwards.
    """

    name: str
    run: Callable[[Run], Awaitable[Mapping[str, Any]]]
    every: timedelta
    project: bool = True
