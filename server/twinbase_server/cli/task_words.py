"""Where a task stands, in words and as data, for several commands."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from twinbase_server.jobs.schedule import TaskStatus, again_at


def words(standing: TaskStatus) -> str:
    """One line: what the last run did, what went wrong, how far it is."""
    match standing.state:
        case "never":
            return "never run"
        case "running":
            return f"running since {clock(standing.started_at)}{_after(standing.progress)}"
        case "dead":
            return f"its worker is gone; {_again(standing)}"
        case "done":
            return f"done{_after(figures(standing))}"
        case "failed":
            times = f" ({standing.failures} times in a row)" if standing.failures > 1 else ""
            return f"failed{times}: {standing.said}"
    return standing.state


def figures(standing: TaskStatus) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in standing.figures.items())


def clock(at: datetime | None) -> str:
    """A time as it is read on the wall here."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def data(standing: TaskStatus) -> dict[str, Any]:
    """For --json."""
    plain = asdict(standing)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in plain.items()}


def _again(standing: TaskStatus) -> str:
    if standing.started_at is None or not standing.failures:
        return "it is due now"
    return f"that is not the first time, so it is due {clock(again_at(standing.started_at, standing.failures))}"


def _after(text: str) -> str:
    return f", {text}" if text else ""


def _number(value: Any) -> str:
    return f"{value:,}" if type(value) is int else str(value)
