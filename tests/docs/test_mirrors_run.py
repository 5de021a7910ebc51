"""The mirrors that pages declare are mirrored: rows of a real database, on devices of a real server, compared."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Field, SQLModel
from tests.docs.page_blocks import executes, find_blocks, load_page

from twinbase import Mirror, Plugins, hookimpl
from twinbase.errors import NotSignedIn
from twinbase.testing import World
from twinbase_server import accounts

MIRROR_A_TABLE = load_page("docs/how-to/mirror-a-table.md")
MIRROR = load_page("docs/reference/mirror.md")
SIGN_IN = load_page("docs/how-to/sign-in.md")
STRATEGIES = load_page("docs/reference/strategies.md")
OWN_METADATA, SCOPES, WITH_WORDS = find_blocks("docs/reference/mirror.md", "python")
ANNA, BOB = UUID(MIRROR_A_TABLE.ANNA), UUID(MIRROR_A_TABLE.BOB)


class Hooks:
    """A plugin that mirrors what a page lists."""

    def __init__(self, *mirrors: Mirror) -> None:
        self.mirrors = mirrors

    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield from self.mirrors


class Hour(SQLModel, table=True):
    """A table for the strategies of the page."""

    __tablename__ = "ran_hours"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    status: str = "planned"
    report: str = ""
    hours: int = 0
    team: str = ""


@executes(*find_blocks("docs/how-to/mirror-a-table.md", "python"))
async def test_a_table_that_exists_is_mirrored_as_its_page_says(database_url: str, tmp_path: Path) -> None:
    page = MIRROR_A_TABLE
    async with World.open(database_url, Plugins(accounts, page), tmp_path) as world:
        mine, far, other = uuid4(), uuid4(), uuid4()
        for key, lead, days in ((mine, ANNA, 1), (far, ANNA, 31), (other, BOB, 1)):
            await world.sql(
                "INSERT INTO field.ran_howto_visits VALUES (:key, :lead, 'planned', NULL, :starts, 90)",
                key=key, lead=lead, starts=world.clock().replace(tzinfo=None) + timedelta(days=days),
            )  # fmt: skip
            await world.sql("INSERT INTO field.ran_howto_parts VALUES (:id, :key, 'pump')", id=uuid4(), key=key)
        anna = await world.device("anna", claims={"colleague_id": str(ANNA)})

        assert (await anna.sync()).is_proven
        visits, parts = await anna.all(page.Visit), await anna.all(page.Part)
        assert [(visit.id, visit.status, visit.cost_price) for visit in visits] == [(mine, "planned", None)]
        assert [(part.visit_id, part.label) for part in parts] == [(mine, "pump")]
        await anna.change(page.Visit, mine, report="It leaks")
        await world.sql("UPDATE field.ran_howto_visits SET status = 'started' WHERE id = :mine", mine=mine)
        assert (await anna.sync()).outcomes == {"merged": 1}
        there = "SELECT status, report, cost_price FROM field.ran_howto_visits WHERE id = :mine"
        assert await world.sql(there, mine=mine) == [("started", "It leaks", 90)]
        world.raise_crashes()


@executes(SCOPES)
async def test_the_scopes_of_the_reference_let_through_whose_rows_they_are(database_url: str, tmp_path: Path) -> None:
    async with World.open(database_url, Plugins(accounts, Hooks(*MIRROR.mirrors)), tmp_path) as world:
        await _visits(world)
        anna = await world.device("anna", claims={"colleague_id": str(ANNA), "zip_codes": ["69001"]})

        assert (await anna.sync()).is_proven
        seen = {(visit.zip_code, visit.done) for visit in await anna.all(MIRROR.Visit)}
        assert seen == {("10000", False), ("69001", False)}
        assert {part.label for part in await anna.all(MIRROR.Part)} == {"10000", "69001"}
        (mine,) = [visit for visit in await anna.all(MIRROR.Visit) if visit.zip_code == "69001"]
        await anna.change(MIRROR.Visit, mine.id, done=True)
        assert (await anna.sync()).outcomes == {"applied": 1}
        assert await world.sql("SELECT zip_code FROM ran_mirror_visits WHERE done AND zip_code = '69001'") == [
            ("69001",)
        ]
        assert [visit.zip_code for visit in await anna.all(MIRROR.Visit)] == ["10000"], "what is done goes"


@executes(WITH_WORDS)
async def test_a_scope_with_words_lets_through_the_same_rows(database_url: str, tmp_path: Path) -> None:
    mirror = Mirror(MIRROR.Visit, scope=MIRROR.my_open_visits)
    async with World.open(database_url, Plugins(accounts, Hooks(mirror)), tmp_path) as world:
        await _visits(world, parts=False)
        anna = await world.device("anna", claims={"colleague_id": str(ANNA)})
        assert (await anna.sync()).is_proven
        assert {visit.zip_code for visit in await anna.all(MIRROR.Visit)} == {"10000", "30000"}


async def _visits(world: World, *, parts: bool = True) -> None:
    """Hers, hers in 31 days, hers and done; Bob's in her zip code, and Bob's elsewhere."""
    rows = [(ANNA, "10000", 1, False), (ANNA, "20000", 31, False), (ANNA, "30000", 1, True)]
    for lead, zip_code, days, done in [*rows, (BOB, "69001", 1, False), (BOB, "40000", 1, False)]:
        key, starts = uuid4(), world.clock().replace(tzinfo=None) + timedelta(days=days)
        await world.sql(
            "INSERT INTO ran_mirror_visits VALUES (:key, :lead, :zip_code, :starts, :done)",
            key=key, lead=lead, zip_code=zip_code, starts=starts, done=done,
        )  # fmt: skip
        if parts:
            await world.sql(
                "INSERT INTO ran_mirror_parts VALUES (:id, :key, :label)", id=uuid4(), key=key, label=zip_code
            )


@executes(*find_blocks("docs/how-to/sign-in.md", "python"))
async def test_who_stands_in_the_directory_signs_in_with_the_claims_of_the_page(
    database_url: str, tmp_path: Path
) -> None:
    hours = Mirror(Hour, scope=lambda who: Hour.team == who["team"])
    async with World.open(database_url, Plugins(SIGN_IN, Hooks(hours)), tmp_path) as world:
        await world.sql("CREATE TABLE staff (id int, team text, email text, password_hash text, active bool)")
        await world.sql(
            "INSERT INTO staff VALUES (7, 'north', 'Anna@example.org', :hash, true),"
            " (8, 'south', 'gone@example.org', :hash, false)",
            hash=PasswordHasher().hash("correct horse"),
        )
        for team in ("north", "south"):
            await world.sql("INSERT INTO ran_hours VALUES (:id, 'planned', '', 1, :team)", id=uuid4(), team=team)
        anna = await world.device("anna", signed_in=False)

        with pytest.raises(NotSignedIn, match="type them again"):
            await anna.sign_in("anna@example.org", "wrong")
        with pytest.raises(NotSignedIn, match="type them again"):
            await anna.sign_in("gone@example.org", "correct horse")
        await anna.sign_in("anna@example.org", "correct horse")
        assert (await anna.sync()).is_proven
        assert [hour.team for hour in await anna.all(Hour)] == ["north"]


@executes(*find_blocks("docs/reference/strategies.md", "python"))
async def test_the_strategies_of_the_reference_decide_what_is_contested(database_url: str, tmp_path: Path) -> None:
    mirror = Mirror(Hour, direction="both", conflict=STRATEGIES.merge, guards=(STRATEGIES.status,))
    async with World.open(database_url, Plugins(accounts, Hooks(mirror)), tmp_path) as world:
        key = uuid4()
        await world.sql("INSERT INTO ran_hours VALUES (:id, 'planned', 'dry', 2, 'a')", id=key)
        anna = await world.device("anna")
        await anna.sync()
        await world.sql("UPDATE ran_hours SET hours = 5, team = 'office'")
        await anna.change(Hour, key, hours=3, team="device")
        await anna.sync()
        assert await world.sql("SELECT hours, team FROM ran_hours") == [(6, "office")]
        await anna.change(Hour, key, status="done")
        await anna.sync()
        (edit,) = [edit for edit in await anna.replica.waiting_edits() if edit.state == "refused"]
        assert "cannot go from 'planned' to 'done'" in (edit.detail or "")
        assert await world.sql("SELECT status FROM ran_hours") == [("planned",)]


@executes(OWN_METADATA)
async def test_two_plugins_with_metadata_of_their_own_may_declare_one_table(database_url: str, tmp_path: Path) -> None:
    """With the one that all classes share they may not."""
    with pytest.raises(InvalidRequestError, match="already defined"):
        _declare_again(SQLModel, "ran_hours")
    for _ in range(2):
        page: dict[str, Any] = {}
        exec(OWN_METADATA.take(), page)
        plugins = Plugins(accounts, Hooks(Mirror(_declare_again(page["Base"], "ran_cups"))))
        async with World.open(database_url, plugins, tmp_path) as world:
            assert (await (await world.device(f"device {uuid4()}")).sync()).is_proven


def _declare_again(base: type[SQLModel], table: str) -> type[SQLModel]:
    """A class over this table, in a module of its own."""
    body = {"__module__": f"again_{uuid4().hex}", "__tablename__": table, "__annotations__": {"id": int}}
    made: type[SQLModel] = type("Again", (base,), {**body, "id": Field(primary_key=True)}, table=True)
    return made
