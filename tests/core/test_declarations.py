"""A wrong declaration is refused at start, with the class, the column and what to do."""

from datetime import datetime
from pathlib import Path
from random import getrandbits
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Column, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col

from twinbase import Mirror, Plugins, days, hookimpl, within
from twinbase.errors import MirrorError, UnknownHook, UnknownPlugin, UnknownStrategy
from twinbase.registry import Registry

S = {"schema": "declarations"}


class Visit(SQLModel, table=True):
    __tablename__ = "visits"
    __table_args__ = S
    id: UUID = Field(primary_key=True)
    lead_id: UUID
    sector: str
    starts_at: datetime
    secret: str = ""


class Part(SQLModel, table=True):
    __tablename__ = "parts"
    __table_args__ = S
    id: UUID = Field(primary_key=True)
    visit_id: UUID = Field(foreign_key="declarations.visits.id")
    parent_id: UUID | None = Field(default=None, foreign_key="declarations.parts.id")


class OtherVisit(SQLModel, table=True):
    __tablename__ = "visits"
    __table_args__ = {"schema": "elsewhere"}
    id: UUID = Field(primary_key=True)


class Searched(SQLModel, table=True):
    __tablename__ = "searched"
    __table_args__ = S
    id: UUID = Field(primary_key=True)
    words: Any = Field(sa_column=Column(TSVECTOR))


class Ticket(SQLModel, table=True):
    __tablename__ = "tickets"
    __table_args__ = S
    number: int | None = Field(default=None, primary_key=True)
    title: str = ""


class Shelf(SQLModel, table=True):
    __tablename__ = "shelves"
    __table_args__ = S
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class Drawn(SQLModel, table=True):
    __tablename__ = "drawn"
    __table_args__ = S
    number: int = Field(default_factory=lambda: getrandbits(62), primary_key=True)


class NotATable(SQLModel):
    id: int


def registry(*mirrors: Mirror) -> Registry:
    class Plugin:
        @hookimpl
        def twinbase_mirrors(self) -> list[Mirror]:
            return list(mirrors)

    return Plugins(Plugin()).registry


def refusal(*mirrors: Mirror) -> str:
    with pytest.raises(MirrorError) as caught:
        registry(*mirrors)
    return str(caught.value)


@pytest.mark.parametrize("option", ["columns", "hidden", "writable", "insertable"])
def test_an_unknown_column_is_named_together_with_the_known_ones(option: str) -> None:
    message = refusal(Mirror(Visit, direction="both", **cast(Any, {option: ["id", "typo"]})))
    assert "Visit has no column 'typo'" in message and option in message and "starts_at" in message


def test_a_class_that_is_no_table_is_refused() -> None:
    assert "table=True" in refusal(Mirror(NotATable))


def test_two_mirrors_of_one_table_are_refused() -> None:
    assert "mirrors the same table" in refusal(Mirror(Visit), Mirror(Visit))


def test_two_tables_with_one_name_on_the_device_are_refused() -> None:
    assert "is also called 'visits'" in refusal(Mirror(Visit), Mirror(OtherVisit))


def test_a_key_column_cannot_be_hidden() -> None:
    assert "Visit.id is part of the key" in refusal(Mirror(Visit, hidden=["id"]))


def test_columns_and_hidden_together_are_refused() -> None:
    assert "not both" in refusal(Mirror(Visit, columns=["id"], hidden=["secret"]))


def test_a_type_that_cannot_travel_is_refused_with_its_column() -> None:
    assert "Searched.words" in refusal(Mirror(Searched))


def test_a_type_that_cannot_travel_does_no_harm_when_it_is_hidden() -> None:
    assert registry(Mirror(Searched, hidden=["words"]))["searched"].columns == ("id",)


@pytest.mark.parametrize("direction", ["push", "both"])
def test_a_key_that_counts_up_by_itself_cannot_be_made_on_devices(direction: Any) -> None:
    message = refusal(Mirror(Ticket, direction=direction))
    assert "Ticket.number counts up by itself" in message and "UUID" in message and "operations=" in message


def test_a_key_that_counts_up_does_no_harm_where_devices_add_no_rows() -> None:
    assert "tickets" in registry(Mirror(Ticket))
    assert registry(Mirror(Ticket, direction="both", operations=["update"]))["tickets"].operations == {"update"}


def test_a_number_that_people_type_or_the_class_draws_may_be_a_key() -> None:
    assert "insert" in registry(Mirror(Drawn, direction="both"))["drawn"].operations
    assert "insert" in registry(Mirror(Shelf, direction="both"))["shelves"].operations


def test_a_pulled_mirror_cannot_name_writable_columns() -> None:
    assert "only pulled" in refusal(Mirror(Visit, writable=["sector"]))


def test_an_unknown_operation_is_refused() -> None:
    assert "'upsert'" in refusal(Mirror(Visit, direction="both", operations=["upsert"]))  # type: ignore[list-item]


def test_a_scope_that_is_python_instead_of_sql_is_refused_with_the_way_out() -> None:
    message = refusal(Mirror(Visit, scope=lambda who: Visit.sector == "N" if who["role"] == "boss" else False))
    assert "Visit" in message and "or_" in message


@pytest.mark.parametrize("scope", [lambda who: Visit.sectro == who["sector"], lambda who: Visit.sector == who.sector])  # type: ignore[attr-defined]
def test_a_scope_that_asks_for_what_is_not_there_is_told_what_there_is(scope: Any) -> None:
    message = refusal(Mirror(Visit, scope=scope))
    assert "Visit: its scope fails (AttributeError: " in message
    assert "Its columns are id, lead_id, sector" in message and "who['…']" in message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"operations": "insert"}, "operations= is a list of names"),
        ({"hidden": "secret"}, "hidden= is a list of names"),
        ({"columns": 3}, "columns= is a list of names"),
        ({"writable": [Visit.sector]}, "writable= is a list of names"),
        ({"guards": lambda current, written: None}, "guards= is a tuple of functions"),
        ({"guards": ("closed",)}, "guards= is a tuple of functions"),
        ({"version": "2"}, "version= is a whole number"),
        ({"scope": Visit.sector == "north"}, "scope= is a function"),
        ({"window": 30}, "window= is days(Visit.column, back=…)"),
        ({"window": days(Visit.sector, back=30)}, "of a column that holds dates or moments"),
    ],
)
def test_an_option_of_another_kind_is_told_what_it_is(options: Any, said: str) -> None:
    message = refusal(Mirror(Visit, direction="both", **options))
    assert "Visit: " in message and said in message


def test_a_scope_within_a_class_without_mirror_is_refused() -> None:
    assert "Visit, which has no mirror" in refusal(Mirror(Part, scope=within(Visit, Part.visit_id)))


def test_a_scope_that_follows_itself_is_refused() -> None:
    assert "in a circle" in refusal(Mirror(Part, scope=within(Part, Part.parent_id)))


def test_an_unknown_strategy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownStrategy, match=r"Visit asks for 'coin_toss'; there are add, .*server_wins"):
        registry(Mirror(Visit, conflict="coin_toss"))


def test_the_key_travels_first_and_hidden_columns_do_not() -> None:
    twin = registry(Mirror(Visit, hidden=["secret"]))["visits"]
    assert twin.columns == ("id", "lead_id", "sector", "starts_at")


def test_key_columns_are_never_writable() -> None:
    twin = registry(Mirror(Visit, direction="both"))["visits"]
    assert "id" not in twin.writable and "id" in twin.insertable


def test_append_only_admits_inserts_alone() -> None:
    assert registry(Mirror(Visit, direction="both", conflict="append_only"))["visits"].operations == {"insert"}


def test_parents_come_before_children_whatever_the_order_of_declaration() -> None:
    assert list(registry(Mirror(Part), Mirror(Visit)).twins) == ["visits", "parts"]


def test_a_scope_tells_which_claims_tables_and_hidden_columns_it_reads() -> None:
    mirrors = (
        Mirror(Part, scope=within(Visit, Part.visit_id)),
        Mirror(
            Visit,
            hidden=["sector"],
            window=days(Visit.starts_at, back=30, ahead=30),
            scope=lambda who: Visit.sector.in_(who["sectors"]),  # type: ignore[attr-defined]
        ),
    )
    reads = registry(*mirrors)["parts"].reads
    assert reads.claims == {"sectors"} and reads.as_of
    assert reads.columns["declarations", "visits"] == {"id", "sector", "starts_at"}


def test_a_scope_that_gives_a_table_another_name_reads_the_same_columns() -> None:
    other = aliased(Visit)
    inner = select(col(other.id)).where(col(other.sector) == "north")
    reads = registry(Mirror(Part, scope=lambda who: Part.visit_id.in_(inner)))["parts"].reads  # type: ignore[attr-defined]
    assert reads.columns["declarations", "visits"] == {"id", "sector"}


def test_a_claim_that_may_lack_is_none_that_a_device_needs() -> None:
    reads = registry(Mirror(Visit, scope=lambda who: Visit.sector.in_(who.get("sectors"))))["visits"].reads  # type: ignore[attr-defined]
    assert reads.claims == frozenset()


def test_a_misspelt_hook_is_an_error_not_silence() -> None:
    class Plugin:
        @hookimpl
        def twinbase_mirrrors(self) -> list[Mirror]:
            return []

    with pytest.raises(UnknownHook, match="twinbase_mirrrors"):
        Plugins(Plugin())


def test_an_unknown_plugin_is_named_with_the_installed_ones_and_how_one_is_installed() -> None:
    known = r"Installed are: .*mobile.*\. A plugin is known by an entry point .*`pip install -e \.`"
    with pytest.raises(UnknownPlugin, match=r"'xyz': " + known):
        Plugins("xyz")
    with pytest.raises(UnknownPlugin, match=r"'moblie': is mobile meant\? " + known):
        Plugins("moblie")


@pytest.mark.parametrize("module", ["a_shop_that_was_renamed", "email.a_shop_that_was_renamed"])
def test_a_plugin_whose_module_is_gone_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    installed = tmp_path / "shop-0.1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 0.1\n")
    (installed / "entry_points.txt").write_text(f"[twinbase]\nshop = {module}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UnknownPlugin, match=f"'shop' is the module {module}, and there is none. A plugin is known"):
        Plugins("shop")


def test_a_mirror_knows_no_unknown_option() -> None:
    with pytest.raises(TypeError, match="colums"):
        Mirror(Visit, colums=["id"])  # type: ignore[call-arg]
