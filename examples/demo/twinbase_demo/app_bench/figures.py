"""The figures of the app, each with the bar that it has to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

import asyncpg

from twinbase_demo.app_bench.large import change_visits
from twinbase_demo.app_bench.measured_app import BenchDevice, MeasuredApp, start_app
from twinbase_server.bench.pairs import Result, make_limit_result

FRAME_MS, SYNC_FRAME_MS, SEARCH_MS, TAP_MS, START_SECONDS, GROWTH_PER_CENT = 33, 50, 50, 150, 2, 5
WORDS = ("chaud", "pompe", "lyon", "b12", "entretien")


@dataclass(frozen=True)
class AppBenchSizes:
    """How much there is, and how often each thing is done. `rounds`: of use, for the memory."""

    visits: int = 2_000
    rows: int = 50_000
    changed: int = 5_000
    starts: int = 5
    flicks: int = 60
    taps: int = 40
    words: int = len(WORDS)
    rounds: int = 40


QUICK = AppBenchSizes(visits=120, rows=500, changed=50, starts=1, flicks=3, taps=2, words=1, rounds=3)


async def measure_starts(device: BenchDevice, folder: Path, sizes: AppBenchSizes) -> Result:
    """From the start of a process until today is on the glass."""
    seconds = []
    for _ in range(sizes.starts):
        async with start_app(device, folder) as app:
            seconds.append(app.first_seconds)
    return make_limit_result(
        "start", "cold start until today is drawn, median", median(seconds), START_SECONDS, "s", len(seconds)
    )


async def measure_acts(app: MeasuredApp, sizes: AppBenchSizes) -> list[Result]:
    """Scroll, search and tap, and what a frame costs in which nobody does anything."""
    still = (await app.do("watch_still_page", frames=120))["frames"]
    scrolled = await app.do("scroll_list", flicks=sizes.flicks)
    searched = (await app.do("search_list", words=list(WORDS[: sizes.words])))["milliseconds"]
    tapped = (await app.do("tap_visits", times=sizes.taps))["milliseconds"]
    what = f"longest frame while {scrolled['rows']:,} visits scroll"
    return [
        _make_frames("scroll", what, scrolled["frames"], FRAME_MS, still),
        _limit("search", "from a key to the list it finds, 95 of 100", searched, SEARCH_MS, still),
        _limit("tap", "from a tap to the visit, 95 of 100", tapped, TAP_MS, still),
    ]


async def measure_sync(
    app: MeasuredApp, connection: "asyncpg.Connection[asyncpg.Record]", technician: UUID, sizes: AppBenchSizes
) -> Result:
    """Much that is new comes while somebody scrolls."""
    changed = await change_visits(connection, technician, sizes.changed)
    synced = await app.do("sync_and_scroll")
    what = f"longest frame while {changed:,} rows come in {synced['seconds']:.1f} s"
    return _make_frames("sync", what, synced["frames"], SYNC_FRAME_MS, [])


async def measure_memory(app: MeasuredApp, sizes: AppBenchSizes) -> Result:
    """Whether it grows when somebody goes everywhere, again and again: the last third beside the second."""
    held = []
    for _ in range(sizes.rounds):
        await app.do("use_app", rounds=1)
        held.append(app.measure_memory())
    third = max(len(held) // 3, 1)
    before, after = median(held[third : 2 * third]), median(held[-third:])
    return make_limit_result(
        "memory", f"growth over {third} rounds of use, at {after:.0f} MiB", max(100 * (after / before - 1), 0.01),
        GROWTH_PER_CENT, "%", len(held), mib=[round(each) for each in held],
    )  # fmt: skip


def _make_frames(name: str, what: str, frames: Sequence[float], limit: float, still: Sequence[float]) -> Result:
    over = sum(frame > limit for frame in frames)
    detail = {"frames": len(frames), "over": over, "median": median(frames), "p99": _find_quantile(frames, 99)}
    said = f"{what}; {over} of {len(frames)} over {limit} ms"
    return make_limit_result(name, said, max(frames), limit, "ms", len(frames), still=_describe(still), **detail)


def _limit(name: str, what: str, taken: Sequence[float], limit: float, still: Sequence[float]) -> Result:
    detail = {"median": median(taken), "longest": max(taken), "still": _describe(still)}
    return make_limit_result(name, what, _find_quantile(taken, 95), limit, "ms", len(taken), **detail)


def _find_quantile(taken: Sequence[float], share: int) -> float:
    return quantiles(taken, n=100, method="inclusive")[share - 1] if len(taken) > 1 else taken[0]


def _describe(still: Sequence[float]) -> dict[str, float]:
    """A frame in which nobody does anything: what this machine needs to draw the same picture again."""
    return {"median": median(still), "longest": max(still)} if still else {}
