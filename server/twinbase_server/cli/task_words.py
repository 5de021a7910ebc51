"""Where a task stands, in words and as data, for several commands."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from twinbase_server.jobs.schedule import TaskStatus, retry_time


def describe_task(status: TaskStatus) -> str:
    """One line: what the last run did, what went wrong, how far it is."""
    match status.state:
        case "never":
            return "never run"
        case "running":
            return f"running since {format_time(status.started_at)}{_after(status.progress)}"
        case "dead":
            return f"its worker is gone; {_again(status)}"
        case "done":
            return f"done{_after(format_figures(status))}"
        case "failed":
            times = f" ({status.failures} times in a row)" if status.failures > 1 else ""
            return f"failed{times}: {status.said}"
    return status.state


def format_figures(status: TaskStatus) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in status.figures.items())


def format_time(at: datetime | None) -> str:
    """A time as it is read on the wall here."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def task_data(status: TaskStatus) -> dict[str, Any]:
    """For --json."""
    plain = asdict(status)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in plain.items()}


def _again(status: TaskStatus) -> str:
    if status.started_at is None or not status.failures:
        return "it is due now"
    return f"that is not the first time, so it is due {format_time(retry_time(status.started_at, status.failures))}"


def _after(text: str) -> str:
    return f", {text}" if text else ""


def _number(value: Any) -> str:
    return f"{value:,}" if type(value) is int else str(value)
