"""The app changes, the file follows: new twins and columns come, old ones go quietly, unsent edits stay."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Column,
    DateTime,
    Double,
    Enum,
    Integer,
    Interval,
    Numeric,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, select
from tests.replica.workshop import changes, opened, outbox, rows, serve

from twinbase import Mirror
from twinbase.errors import MirrorError, NewerReplica, Unforeseen

ONE = "00000000-0000-4000-8000-000000000001"


def visits(columns: dict[str, Any], version: int = 1) -> Mirror:
    """A mirror of a table `visits` with these columns besides its key."""
    base = type("Base", (SQLModel,), {}, registry=registry())
    body: dict[str, Any] = {
        "__module__": __name__,
        "__tablename__": "visits",
        "__annotations__": {"id": UUID, **{name: kind for name, (kind, _) in columns.items()}},
        "id": Field(default_factory=uuid4, primary_key=True),
        **{name: field for name, (_, field) in columns.items()},
    }
    return Mirror(type(f"Visit{uuid4().hex}", (base,), body, table=True), direction="both", version=version)


NOTE: dict[str, Any] = {"note": (str | None, Field(default=None))}
FLOOR: dict[str, Any] = {"floor": (int | None, Field(default=None))}


async def test_a_new_column_is_added_and_asked_for_while_unsent_edits_stay(tmp_path: Path) -> None:
    async with opened(tmp_path, visits(NOTE)) as replica:
        serve(replica, "visits", {"id": ONE, "note": "a"})
        async with replica.session() as session:
            await session.execute(text("UPDATE visits SET note = 'b'"))
            await session.commit()
    newer = visits(NOTE | FLOOR, 2)
    async with opened(tmp_path, newer) as replica:
        assert rows(replica, "SELECT version, backfill FROM _twinbase_twin") == [(2, '["floor"]')]
        assert changes(replica, "visits") == [{"note": ("a", "b")}]
        async with replica.session() as session:
            visit: Any = (await session.exec(select(newer.model))).one()
            visit.floor = 3
            await session.commit()
        assert changes(replica, "visits")[1] == {"floor": (None, 3)}
        assert rows(replica, "SELECT note, floor FROM _twinbase_image_visits") == [("a", None)]


async def test_a_new_twin_is_made_beside_the_others(tmp_path: Path) -> None:
    async with opened(tmp_path, visits(NOTE)):
        pass
    async with opened(tmp_path) as replica:
        assert rows(replica, "SELECT name, active FROM _twinbase_twin WHERE name IN ('jobs', 'visits') ORDER BY 1") == [
            ("jobs", 1),
            ("visits", 0),
        ]


async def test_a_column_that_the_class_lost_is_emptied_and_what_was_typed_stays(tmp_path: Path) -> None:
    async with opened(tmp_path, visits(NOTE | FLOOR)) as replica:
        serve(replica, "visits", {"id": ONE, "note": "a", "floor": 1})
        async with replica.session() as session:
            await session.execute(text("UPDATE visits SET floor = 2"))
            await session.commit()
    async with opened(tmp_path, visits(NOTE)) as replica:
        assert rows(replica, "SELECT note, floor FROM visits") == [("a", None)]
        assert rows(replica, "SELECT floor FROM _twinbase_image_visits") == [(None,)]
        assert rows(replica, "SELECT new_floor FROM _twinbase_change_visits") == [(2,)]
        assert len(outbox(replica)) == 1


async def test_a_column_that_is_hidden_now_leaves_the_device(tmp_path: Path) -> None:
    mirror = visits(NOTE)
    async with opened(tmp_path, mirror) as replica:
        serve(replica, "visits", {"id": ONE, "note": "private"})
    async with opened(tmp_path, Mirror(mirror.model, direction="both", hidden={"note"})) as replica:
        async with replica.session() as session:
            visit: Any = (await session.exec(select(mirror.model))).one()
            assert visit.note is None
    async with opened(tmp_path, mirror) as replica:
        assert rows(replica, "SELECT backfill FROM _twinbase_twin") == [('["note"]',)]


async def test_an_app_one_version_old_goes_on_and_the_newer_one_asks_again(tmp_path: Path) -> None:
    new, old = visits(NOTE | FLOOR, 2), visits(NOTE)
    async with opened(tmp_path, new) as replica:
        serve(replica, "visits", {"id": ONE, "note": "a", "floor": 1})
    async with opened(tmp_path, old) as replica, replica.session() as session:
        await session.execute(text("UPDATE visits SET note = 'b'"))
        await session.commit()
        assert changes(replica, "visits") == [{"note": ("a", "b")}]
    async with opened(tmp_path, new) as replica:
        assert rows(replica, "SELECT version, backfill FROM _twinbase_twin") == [(2, '["floor"]')]
        assert len(outbox(replica)) == 1


async def test_an_app_two_versions_old_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path, visits(NOTE, 3)):
        pass
    before = (tmp_path / "twin.db").read_bytes()
    with pytest.raises(NewerReplica):
        async with opened(tmp_path, visits(NOTE)):
            pass
    assert (tmp_path / "twin.db").read_bytes() == before


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (Numeric(10, 2), Numeric(12, 4)),
        (Numeric(10, 2), Integer()),
        (Integer(), Interval()),
        (DateTime(), DateTime(timezone=True)),
        (Text(), Uuid()),
        (ARRAY(Text()), ARRAY(Integer())),
    ],
)
async def test_a_type_that_reads_stored_values_otherwise_is_refused(tmp_path: Path, was: Any, now: Any) -> None:
    """21.50 would be shown, and sent, as 0.2150."""
    async with opened(tmp_path, visits(typed(was))):
        pass
    with pytest.raises(MirrorError, match=r"value was stored as .* add a column with another name"):
        async with opened(tmp_path, visits(typed(now))):
            pass


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (SmallInteger(), BigInteger()),
        (Numeric(10, 2), Numeric(14, 2)),
        (String(40), Text()),
        (Enum("a", "b", name="kind"), Enum("a", "b", "c", name="kind")),
        (REAL(), Double()),
        (ARRAY(String(9)), ARRAY(Text())),
    ],
)
async def test_a_type_that_holds_more_of_the_same_goes_on(tmp_path: Path, was: Any, now: Any) -> None:
    async with opened(tmp_path, visits(typed(was))):
        pass
    async with opened(tmp_path, visits(typed(now))) as replica:
        assert rows(replica, "SELECT backfill FROM _twinbase_twin") == [("[]",)]


async def test_a_file_of_before_forms_were_kept_is_opened_and_keeps_them_from_then_on(tmp_path: Path) -> None:
    async with opened(tmp_path, visits(typed(Numeric(10, 2)))) as replica:
        rows(replica, "UPDATE _twinbase_twin SET shape = json_remove(shape, '$.forms')")
    async with opened(tmp_path, visits(typed(Numeric(10, 2)))) as replica:
        assert "2 decimals" in rows(replica, "SELECT shape FROM _twinbase_twin")[0][0]


def typed(type_: Any) -> dict[str, Any]:
    """A column `value` of this type."""
    return {**NOTE, "value": (Any, Field(default=None, sa_column=Column("value", type_)))}


@pytest.mark.parametrize(
    "changed",
    [{"note": (int | None, Field(default=None))}, {**NOTE, "floor": (int, Field(primary_key=True))}],
    ids=["storage", "key"],
)
async def test_what_cannot_be_added_is_refused_with_what_to_do(tmp_path: Path, changed: dict[str, Any]) -> None:
    async with opened(tmp_path, visits(NOTE)):
        pass
    with pytest.raises(MirrorError, match="another name"):
        async with opened(tmp_path, visits(changed, 2)):
            pass


async def test_rules_that_change_are_rebuilt_without_a_version(tmp_path: Path) -> None:
    mirror = visits(NOTE)
    async with opened(tmp_path, Mirror(mirror.model)) as replica:
        assert rows(replica, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'") == [(3,)]
    async with opened(tmp_path, mirror) as replica, replica.session() as session:
        session.add(mirror.model(note="now"))
        await session.commit()
        assert len(outbox(replica)) == 1


async def test_a_migration_that_fails_half_way_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path, visits(NOTE)) as replica:
        rows(replica, "CREATE TABLE lines (in_the_way)")
        before = rows(replica, "SELECT name, sql FROM sqlite_master ORDER BY 1")
    with pytest.raises(Unforeseen) as met:
        async with opened(tmp_path):
            pass
    assert "lines" in str(met.value.__cause__)
    async with opened(tmp_path, visits(NOTE)) as replica:
        assert rows(replica, "SELECT name, sql FROM sqlite_master ORDER BY 1") == before
