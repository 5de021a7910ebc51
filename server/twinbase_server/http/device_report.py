"""What a device tells of itself at a pull, for the office that looks after it. An older app tells less, or nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Query
from pydantic import AwareDatetime

from twinbase.protocol import HEADER_CLIENT

NUMBER_MAX = 2**53
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What it said; None for what it did not. `confirmed`: the last batch of its epoch whose outcomes it has."""

    oldest_outbox: datetime | None = None
    unsent: int | None = None
    storage_bytes: int | None = None
    proven_at: datetime | None = None
    platform: str | None = None
    app_version: str | None = None
    confirmed: int = 0


async def read_report(
    oldest_outbox: AwareDatetime | None = None,
    unsent: Annotated[int | None, Query(ge=0, le=NUMBER_MAX)] = None,
    storage: Annotated[int | None, Query(ge=0, le=NUMBER_MAX)] = None,
    proven_at: AwareDatetime | None = None,
    platform: Annotated[str, Query(max_length=64)] = "",
    client: Annotated[str, Header(alias=HEADER_CLIENT, max_length=64)] = "",
) -> DeviceReport:
    """The report of a pull: when the oldest unsent change was made and how many there are, the bytes of the file, when
    a sync last ended proven, and what it runs on."""
    return DeviceReport(oldest_outbox, unsent, storage, proven_at, _plain(platform), _plain(client))


ReportDep = Annotated[DeviceReport, Depends(read_report)]


def _plain(text: str) -> str | None:
    return _UNPRINTABLE.sub("", text) or None
