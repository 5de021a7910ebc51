"""A value that its column cannot hold is refused when it is written: what is on a device can always be read there.

A class with table=True checks nothing, so whatever a form or a program hands over reaches the session.
"""

import enum
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ARRAY, JSON, Column, Integer, LargeBinary, Numeric, Text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, select

from twinbase import Mirror, Plugins, hookimpl
from twinbase.errors import TwinbaseError
from twinbase.replica import Replica


class Base(SQLModel, registry=registry()):
    """Tables of these tests alone."""


class Kind(enum.Enum):
    A = "a"
    LONG = "a longer one"


class Thing(Base, table=True):
    """A column of every kind."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: Kind | None = None
    other: UUID | None = None
    number: int | None = None
    rough: float | None = None
    exact: Decimal | None = Field(default=None, sa_column=Column(Numeric(8, 2)))
    any_number: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    yes: bool | None = None
    day: date | None = None
    hour: time | None = None
    moment: datetime | None = None
    length: timedelta | None = None
    words: str | None = Field(default=None, sa_column=Column(Text))
    data: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    document: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    several: list[int] | None = Field(default=None, sa_column=Column(ARRAY(Integer)))


VALUES: tuple[Any, ...] = (
    "nonsense", "", "a", "A", Kind.LONG, 5, -1, 2**70, 1.5, float("inf"), True, b"\xff", b"", [1], ["x"], {"a": 1},
    object(), uuid4(), str(uuid4()).upper(), date(2024, 2, 29), datetime(2024, 2, 29, 12),
    datetime(2024, 2, 29, 12, tzinfo=UTC), time(12), timedelta(days=-1), Decimal("1.005"), Decimal("NaN"),
    "2024-02-30", "25:00", "\x00", "\ud800",
)  # fmt: skip
COLUMNS = [name for name in Thing.model_fields if name != "id"]


@hookimpl
def twinbase_mirrors() -> list[Mirror]:
    return [Mirror(Thing, direction="both")]


PLUGINS = Plugins(sys.modules[__name__])


@pytest.mark.parametrize("column", COLUMNS)
async def test_what_is_written_can_be_read_again_or_is_refused(tmp_path: Path, column: str) -> None:
    async with await Replica.open(tmp_path / "file.twin", plain=True, plugins=PLUGINS) as replica:
        refused = 0
        for value in VALUES:
            try:
                async with replica.session() as session:
                    session.add(Thing(**{column: value}))
                    await session.commit()
            except (StatementError, TwinbaseError, TypeError, ValueError, OverflowError):
                refused += 1
            async with replica.read() as session:
                found = (await session.exec(select(Thing))).all()
        assert len(found) == len(VALUES) - refused
        assert column in ("words", "document") or refused


async def test_a_label_that_the_enum_does_not_have_is_refused_with_those_that_it_has(tmp_path: Path) -> None:
    async with await Replica.open(tmp_path / "file.twin", plain=True, plugins=PLUGINS) as replica:
        async with replica.session() as session:
            session.add(Thing(kind="nonsense"))  # type: ignore[arg-type]
            with pytest.raises(StatementError, match="use one of A, LONG"):
                await session.commit()
        async with replica.session() as session:
            session.add(Thing(kind="LONG"))  # type: ignore[arg-type]
            await session.commit()
        async with replica.read() as session:
            (found,) = (await session.exec(select(Thing).where(Thing.kind == Kind.LONG))).all()
            assert found.kind is Kind.LONG
