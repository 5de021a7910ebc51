"""How long each screen takes to read on a device's file: `python -m twinbase_mobile.reading.measure FILE`.

Two medians: the time that passed, and the processor's time, which other programs on the machine hardly change.

The key stands in hex in the file beside it, with the ending .key, as `twinbase demo --keep` leaves it.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase.replica import Replica, ReplicaSession
from twinbase_mobile import reading
from twinbase_mobile.reading.catalogue import Catalogue
from twinbase_mobile.reading.products import read_active_texts

TIMES, WARM = 50, 5
TYPED = ("vis", "chaud", "tub cuivre", "a", "")
ReadScreen = Callable[[ReplicaSession], Awaitable[Any]]


ScreenTiming = tuple[str, float, float, str]


async def measure(replica: Replica, now: datetime) -> list[ScreenTiming]:
    """Per screen: its name, both medians in milliseconds, and what it had to show."""
    me = await reading.whoami(replica)
    lines = [("make the index of products", *await _timed(replica, _index, times=10))]
    for name, read in (await _screens(replica, me, now)).items():
        lines.append((name, *await _timed(replica, read)))
    return lines


async def _index(session: ReplicaSession) -> tuple[Any, ...]:
    index = Catalogue(await read_active_texts(session))
    return tuple(range(len(index)))


async def _screens(replica: Replica, me: UUID, now: datetime) -> dict[str, ReadScreen]:
    search = reading.ProductSearch()
    async with replica.read() as session:
        open_now = await reading.open_jobs(session, me, now=now)
    visit = next((visit for visit in open_now.visits if visit.customer_id), None)
    screens: dict[str, ReadScreen] = {
        "my_day": lambda session: reading.my_day(session, me, now=now),
        "my_week": lambda session: reading.my_week(session, me, now=now),
        "open_jobs": lambda session: reading.open_jobs(session, me, now=now),
        "my_hours, 5 weeks": lambda session: reading.my_hours(session, me, weeks=5, now=now),
        "my_expenses": lambda session: reading.my_expenses(session, me),
        "my_stock": lambda session: reading.my_stock(session, me),
        "nearby, 20 km": lambda session: reading.nearby_sites(session, *_where(visit)),
    }
    if visit is not None and (customer := visit.customer_id) is not None:
        screens["job"] = lambda session: reading.read_job(session, visit.id, now=now)
        screens["customer_360"] = lambda session: reading.read_customer_360(session, customer, now=now)
    for text in TYPED:
        screens[f"find {text!r}"] = lambda session, text=text: search.find(session, text)  # type: ignore[misc]
    return screens


def _where(visit: reading.Visit | None) -> tuple[float, float]:
    place = visit.place if visit else None
    return (float(place.lat), float(place.lon)) if place and place.lat and place.lon else (46.6, 2.4)


async def _timed(replica: Replica, read: ReadScreen, times: int = TIMES) -> tuple[float, float, str]:
    """Each time in a session of its own, as a screen would; the first ones warm the caches."""
    took, shown = [], None
    for _ in range(times + WARM):
        started, worked = time.perf_counter(), time.process_time()
        async with replica.read() as session:
            shown = await read(session)
        took.append((time.perf_counter() - started, time.process_time() - worked))
    passed, processor = (median(seconds) * 1000 for seconds in zip(*took[WARM:], strict=True))
    return passed, processor, _size(shown)


def _size(shown: Any) -> str:
    """How much a screen had to show: its lists and how long they are."""
    if isinstance(shown, tuple):
        return f"{len(shown)} rows" + (f", {_size(shown[0])}" if len(shown) == 1 else "")
    lists = {name: getattr(shown, name) for name in getattr(type(shown), "__dataclass_fields__", ())}
    return ", ".join(f"{len(each)} {name}" for name, each in lists.items() if isinstance(each, tuple) and each)


async def main(path: Path, key: bytes, now: datetime) -> None:
    """Open the file, measure, print a table."""
    async with await Replica.open(path, key, plugins=Plugins("mobile")) as replica:
        print(f"{'':<28} {'passed':>8}    processor")
        for name, passed, processor, size in await measure(replica, now):
            print(f"{name:<28} {passed:8.2f} ms {processor:8.2f} ms   {size}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--now", type=datetime.fromisoformat, default=None, help="the moment that screens are of")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.file, bytes.fromhex(chosen.file.with_suffix(".key").read_text()), chosen.now or utc_now()))
