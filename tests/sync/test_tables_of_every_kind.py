"""What real databases declare beside ordinary tables: it syncs, or the class is refused with what to write."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col
from sqlmodel import select as select_rows

from twinbase import Mirror, Plugins, hookimpl, within
from twinbase.errors import MirrorError
from twinbase.registry import Registry
from twinbase.testing.world import World
from twinbase_server import accounts

HERE = MetaData()


class Kinds(SQLModel, registry=registry(metadata=HERE)):
    """Classes of their own metadata."""

    metadata = HERE


class Shelf(Kinds, table=True):
    """A number that people type is its key."""

    __table_args__ = {"schema": "kinds"}
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = ""


class Article(Kinds, table=True):
    """Domains, and a column that PostgreSQL computes."""

    __tablename__ = "stock"
    __table_args__ = {"schema": "kinds"}
    code: str = Field(sa_column=Column(DOMAIN("kinds_code", Text, check="VALUE ~ '^[A-Z]+$'"), primary_key=True))
    price: Decimal = Field(sa_column=Column(DOMAIN("kinds_amount", Numeric(10, 2)), nullable=False))
    twice: Decimal | None = Field(default=None, sa_column=Column(Numeric(12, 2), Computed("price * 2", persisted=True)))


class OtherStock(Kinds, table=True):
    """A table of the same name in another schema."""

    __tablename__ = "stock"
    __table_args__ = {"schema": "other"}
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(sa_column=Column(Text, nullable=False))


TAGGED = Table(
    "tagged",
    HERE,
    Column("stock_id", Uuid, ForeignKey("other.stock.id"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("weight", Integer, nullable=False, default=1),
    schema="kinds",
)


class OfEveryKind:
    @hookimpl
    def twinbase_mirrors(self) -> Iterator[Mirror]:
        yield Mirror(Shelf, direction="both")
        yield Mirror(Article, direction="both")
        yield Mirror(OtherStock, direction="both", name="other_stock")
        yield Mirror(TAGGED, direction="both", scope=within(OtherStock, TAGGED.c.stock_id))


PLUGINS = Plugins(OfEveryKind(), accounts)
# Of SQLAlchemy's own type DOMAIN, in any comparison.
pytestmark = pytest.mark.filterwarnings("ignore:Type object .*DOMAIN:sqlalchemy.exc.SADeprecationWarning")


def refusal(*mirrors: Mirror) -> str:
    with pytest.raises(MirrorError) as caught:
        build_registry(*mirrors)
    return str(caught.value)


def build_registry(*mirrors: Mirror) -> Registry:
    class Plugin:
        @hookimpl
        def twinbase_mirrors(self) -> Iterable[Mirror]:
            return mirrors

    return Plugins(Plugin()).registry


async def test_a_domain_travels_as_its_base_and_keeps_its_rule(world: World) -> None:
    await world.sql("INSERT INTO kinds.stock (code, price) VALUES ('A', 1.50)")
    anna = await world.device("anna")
    assert (await anna.sync()).is_proven

    await anna.save(Article(code="B", price=Decimal("2.25")))
    await anna.change(Article, "A", price=Decimal("3.10"))
    report = await anna.sync()

    assert report.is_proven and report.outcomes == {"applied": 2}
    rows = await world.sql("SELECT code, price FROM kinds.stock ORDER BY code")
    assert rows == [("A", Decimal("3.10")), ("B", Decimal("2.25"))]
    assert [(a.code, a.price) for a in await anna.all(Article)] == rows
    await anna.save(Article(code="small letters", price=Decimal(1)))
    assert (await anna.sync()).outcomes == {"refused": 1}, "the domain's own rule is the server's to judge"


async def test_what_postgresql_computes_is_read_and_never_written(world: World) -> None:
    anna = await world.device("anna")
    await anna.sync()
    await anna.save(Article(code="A", price=Decimal("1.50")))

    first = await anna.sync()
    await anna.change(Article, "A", price=Decimal("2.00"))
    second = await anna.sync()

    assert first.outcomes == second.outcomes == {"applied": 1} and second.is_proven
    assert [article.twice for article in await anna.all(Article)] == [Decimal("4.00")]
    with pytest.raises(IntegrityError, match="twice cannot be changed on a device"):
        await anna.change(Article, "A", twice=Decimal("9.00"))
    assert "Article.twice is computed by PostgreSQL" in refusal(
        Mirror(Article, direction="both", writable={"price", "twice"})
    )


async def test_a_table_without_a_class_syncs_both_ways(world: World) -> None:
    stock = uuid4()
    await world.sql("INSERT INTO other.stock VALUES (:id, 'x')", id=stock)
    await world.sql("INSERT INTO kinds.tagged VALUES (:id, 'red', 1), (:id, 'blue', 2)", id=stock)
    anna = await world.device("anna")
    assert (await anna.sync()).is_proven

    async with anna.replica.session() as session:
        await session.execute(insert(TAGGED).values(stock_id=stock, tag="green"))
        await session.execute(update(TAGGED).where(TAGGED.c.tag == "red").values(weight=7))
        await session.execute(delete(TAGGED).where(TAGGED.c.tag == "blue"))
        await session.commit()
    report = await anna.sync()

    assert report.is_proven and report.outcomes == {"applied": 3}
    there = await world.sql("SELECT tag, weight FROM kinds.tagged ORDER BY tag")
    assert there == [("green", 1), ("red", 7)]
    async with anna.replica.read() as session:
        here = await session.execute(select(TAGGED.c.tag, TAGGED.c.weight).order_by(TAGGED.c.tag))
        assert [tuple(row) for row in here] == there


async def test_two_schemas_may_have_a_table_of_one_name(world: World) -> None:
    await world.sql("INSERT INTO kinds.stock (code, price) VALUES ('A', 1.50)")
    await world.sql("INSERT INTO other.stock VALUES (gen_random_uuid(), 'A')")
    anna = await world.device("anna")
    await anna.sync()

    async with anna.replica.read() as session:
        both = await session.exec(
            select_rows(col(Article.price), col(OtherStock.id)).join(OtherStock, col(OtherStock.code) == Article.code)
        )
        ((price, id_),) = both.all()
    await anna.change(OtherStock, id_, code="B")
    await anna.save(OtherStock(code="C"))
    report = await anna.sync()

    assert price == Decimal("1.50") and report.is_proven and report.outcomes == {"applied": 2}
    assert await world.sql("SELECT code FROM other.stock ORDER BY 1") == [("B",), ("C",)]
    assert await world.sql("SELECT code FROM kinds.stock") == [("A",)]
    said = refusal(Mirror(Article), Mirror(OtherStock))
    assert "is also called 'stock' on the device" in said and "name='…'" in said


async def test_a_number_that_nobody_counts_is_a_key_like_any_other(world: World) -> None:
    anna = await world.device("anna")
    await anna.sync()

    await anna.save(Shelf(number=7, name="left"))
    with pytest.raises(ValueError, match="A new row of shelf has no number"):
        await anna.save(Shelf(name="which?"))  # type: ignore[call-arg]
    with pytest.raises(Exception, match=r"NOT NULL constraint failed: stock\.code"):
        await anna.sql("INSERT INTO stock (price) VALUES (100)")

    assert (await anna.sync()).outcomes == {"applied": 1}
    assert await world.sql("SELECT number, name FROM kinds.shelf") == [(7, "left")]


def test_the_classes_of_joined_inheritance_are_refused_with_what_to_write() -> None:
    base: Any = registry().generate_base()

    class Person(base):  # type: ignore[misc]
        __tablename__ = "person"
        id = Column(Integer, primary_key=True)
        kind = Column(Text)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}

    class Worker(Person):
        __tablename__ = "worker"
        id = Column(ForeignKey("person.id"), primary_key=True)
        __mapper_args__ = {"polymorphic_identity": "worker"}

    for model, other in ((Person, "Worker"), (Worker, "Person")):
        said = refusal(Mirror(model))
        assert f"shares its rows with {other}" in said and "a class of its own" in said


def test_what_is_wrong_with_several_mirrors_is_said_at_once() -> None:
    class Nothing(SQLModel):
        id: int

    said = refusal(Mirror(Nothing), Mirror(Shelf, hidden=["typo"]), Mirror(OtherStock, conflict="coin_toss"))

    assert "table=True" in said and "no column 'typo'" in said and "coin_toss" in said
    assert len(said.splitlines()) == 4


def test_a_table_wider_than_a_device_keeps_is_refused_with_what_to_write() -> None:
    wide = Table("wide", MetaData(), Column("id", Integer, primary_key=True, autoincrement=False))
    for number in range(1_100):
        wide.append_column(Column(f"c{number}", Text))

    assert "1101 columns that travel, and a device keeps 999" in refusal(Mirror(wide))
    assert "wide" in build_registry(Mirror(wide, columns={"id", "c7"}))


async def test_no_two_indexes_of_a_device_have_one_name(database_url: str, tmp_path: Path) -> None:
    """`_twinbase_ix_a_b_c` was the index of a(b_c), of a(b, c) and of a_b(c)."""
    here = MetaData()
    names: Sequence[tuple[str, Sequence[str]]] = (("a", ("b_c",)), ("a", ("b", "c")), ("a_b", ("c",)))
    tables = [
        Table(name, here, Column("id", Uuid, primary_key=True), *(Column(c, Text) for c in ("b", "c", "b_c")))
        for name in ("a", "a_b")
    ]
    for number, (name, columns) in enumerate(names):
        Index(f"ix{number}", *(here.tables[name].columns[column] for column in columns))

    class Indexed:
        @hookimpl
        def twinbase_mirrors(self) -> Iterator[Mirror]:
            yield from (Mirror(table) for table in tables)

    async with World.open(database_url, Plugins(Indexed(), accounts), tmp_path) as world:
        anna = await world.device("anna")
        assert (await anna.sync()).is_proven
        found = await anna.sql("SELECT tbl_name FROM sqlite_master WHERE name GLOB '_twinbase_ix_*' ORDER BY 1")
    assert found == [("a",), ("a",), ("a_b",)]


async def test_a_table_of_nearly_a_thousand_columns_syncs(database_url: str, tmp_path: Path) -> None:
    wide = Table("wide", MetaData(), Column("id", Uuid, primary_key=True))
    for number in range(998):
        wide.append_column(Column(f"c{number}", Text if number % 2 else Integer))

    class Wide:
        @hookimpl
        def twinbase_mirrors(self) -> Iterator[Mirror]:
            yield Mirror(wide, direction="both", conflict="merge_columns")

    async with World.open(database_url, Plugins(Wide(), accounts), tmp_path) as world:
        anna = await world.device("anna")
        await world.sql("INSERT INTO wide (id, c1, c997) VALUES (gen_random_uuid(), 'one', 'last')")
        assert (await anna.sync()).is_proven
        async with anna.replica.session() as session:
            await session.execute(update(wide).values(c996=7, c997="changed"))
            await session.execute(insert(wide).values(id=uuid4(), c3="new"))
            await session.commit()
        report = await anna.sync()
        assert report.is_proven and report.outcomes == {"applied": 2}
        assert await world.sql("SELECT c996, c997, c3 FROM wide ORDER BY c3") == [
            (None, None, "new"),
            (7, "changed", None),
        ]
        assert await anna.replica.waiting_edits() == []
