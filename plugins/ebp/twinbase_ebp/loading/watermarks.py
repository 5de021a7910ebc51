"""Watermarks: when EBP says that a row was changed. In its own local time, as exact as the source has it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, bindparam, func, literal_column
from sqlalchemy.types import DateTime

SQL_SERVER = "mssql"


def exact_column(dialect: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column that holds the watermark so that nothing of it is lost on the way to us and back.

    SQL Server's datetime counts three hundredths of a second and datetime2 ten millionths; Python has neither. As a
    page begins after the last row of the one before, a moment that comes back rounded would repeat or skip rows.
    """
    if dialect == SQL_SERVER:
        return func.convert(literal_column("varchar(33)"), column, 126)
    return column


def bind_moment(dialect: str, moment: str) -> Any:
    """The other way: the value to compare the column with. SQL Server reads the text as what the column is."""
    if dialect == SQL_SERVER:
        return bindparam(None, moment, String())
    return bindparam(None, datetime.fromisoformat(moment), DateTime(timezone=_has_zone(moment)))


def text_of(moment: datetime | str | None) -> str | None:
    """How a watermark is kept."""
    return moment.isoformat() if isinstance(moment, datetime) else moment


def is_before(one: str | None, other: str | None) -> bool:
    """Whether one is earlier; what is None is earlier than all else."""
    if one is None or other is None:
        return one is None and other is not None
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def start_of_reading(high: str, now: datetime, zone: str, overlap: timedelta) -> str:
    """Where to read on: a while before the latest that was seen, as transactions commit late.

    Never later than that while before now: when clocks go back (each October they do), what is changed then is dated
    before what was seen already.
    """
    latest = datetime.fromisoformat(high)
    here = now.astimezone(ZoneInfo(zone))
    begin = min(latest, here if latest.tzinfo else here.replace(tzinfo=None)) - overlap
    # Whole seconds: SQL Server's datetime takes no text with more than three digits behind the point.
    return begin.replace(microsecond=0).isoformat()


def _has_zone(moment: str) -> bool:
    return datetime.fromisoformat(moment).tzinfo is not None
