"""Days as people mean them: from midnight to midnight where they are, which is 23 or 25 hours in two nights a year."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

Zone = str | tzinfo
PARIS = "Europe/Paris"


def zone_of(zone: Zone) -> tzinfo:
    """The time zone of that name."""
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def local_day(now: datetime, zone: Zone) -> date:
    """The day that it is there."""
    return now.astimezone(zone_of(zone)).date()


def span_of_days(first: date, last: date, zone: Zone) -> tuple[datetime, datetime]:
    """From the first midnight of `first` to the midnight after `last`, in UTC."""
    return _midnight(first, zone), _midnight(last + timedelta(days=1), zone)


def _midnight(day: date, zone: Zone) -> datetime:
    return datetime.combine(day, time.min, zone_of(zone)).astimezone(UTC)


def local_time(moment: datetime | None, zone: Zone) -> datetime | None:
    """The same moment on the clocks there."""
    return None if moment is None else moment.astimezone(zone_of(zone))


def week_of(day: date) -> tuple[date, ...]:
    """Monday to Sunday of the week that the day is in."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=number) for number in range(7))


def days_of(start: datetime, end: datetime, zone: Zone) -> tuple[date, date]:
    """The first and the last day that something touches; what ends at midnight does not touch the day that begins."""
    first = local_day(start, zone)
    return first, max(first, local_day(end - timedelta(microseconds=1), zone))
