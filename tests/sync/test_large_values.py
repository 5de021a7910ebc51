"""A large value is changed and deleted like any other: what was read of it is not sent along."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from sqlalchemy import Column, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from twinbase import Mirror, Plugins, hookimpl
from twinbase.testing import World
from twinbase_server import accounts

MEGABYTE = 1_000_000


class Base(SQLModel, registry=registry()):
    """A table of these tests alone."""


class Report(Base, table=True):
    __table_args__ = {"schema": "large"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str = ""
    body: str | None = Field(default=None, sa_column=Column(Text))


class Large:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Report, direction="both", conflict="merge_columns")


PLUGINS = Plugins(Large(), accounts)


async def test_nine_megabytes_are_changed_and_thirteen_deleted(world: World) -> None:
    changed, deleted = uuid4(), uuid4()
    for id_, megabytes in ((changed, 9), (deleted, 13)):
        await world.sql(
            "INSERT INTO large.report VALUES (:id, 't', repeat('x', :letters))", id=id_, letters=megabytes * MEGABYTE
        )
    anna = await world.device("anna")
    assert (await anna.sync()).is_proven
    await anna.change(Report, changed, body="y" * 9 * MEGABYTE)
    await anna.delete(Report, deleted)

    report = await anna.sync()

    assert report.is_proven and report.outcomes == {"applied": 2} and not await anna.replica.waiting_edits()
    there = "SELECT id, length(body), left(body, 1) FROM large.report"
    assert await world.sql(there) == [(changed, 9 * MEGABYTE, "y")]
    await anna.change(Report, changed, title="renamed")
    assert (await anna.sync()).bytes_sent < 10_000, "an update carries what it changed and no more"


async def test_what_nobody_can_tell_counts_as_written_by_both(world: World) -> None:
    await world.sql("INSERT INTO large.report VALUES (gen_random_uuid(), 't', repeat('x', 2000000))")
    anna = await world.device("anna")
    await anna.sync()
    (here,) = await anna.all(Report)
    await anna.change(Report, here.id, body="short", title="hers")
    await world.sql("UPDATE large.report SET body = NULL")

    report = await anna.sync()

    assert report.outcomes == {"conflict": 1} and report.is_proven
    assert await world.sql("SELECT title, body FROM large.report") == [("hers", None)]
    (edit,) = await anna.replica.waiting_edits()
    assert edit.new["body"] == "short"
