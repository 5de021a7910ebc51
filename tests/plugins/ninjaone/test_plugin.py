"""The plugin as the server meets it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel

from twinbase.plugins import Plugins
from twinbase_ninjaone import errors
from twinbase_ninjaone.contract import specs
from twinbase_ninjaone.contract.fields import ObjectSpec
from twinbase_ninjaone.fetching.lists import LISTS
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.tables import NinjaActivity, NinjaTicket, NinjaTicketLogEntry, table_of

CREDENTIALS = {"TWINBASE_NINJAONE_CLIENT_ID": "ours", "TWINBASE_NINJAONE_CLIENT_SECRET": "hunter2"}
FILLED: list[tuple[ObjectSpec | None, type[SQLModel], set[str]]] = [
    *((listed.call.spec, listed.model, set[str]()) for listed in LISTS),
    (specs.TICKET, NinjaTicket, {"last_updated", "total_time_tracked"}),
    (specs.LOG_ENTRY, NinjaTicketLogEntry, {"ticket_id"}),
    (specs.ACTIVITY, NinjaActivity, set()),
]


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)


def configure(monkeypatch: pytest.MonkeyPatch, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("shape", "model", "ours"), FILLED, ids=lambda value: getattr(value, "__tablename__", None))
def test_a_table_has_a_column_for_every_field_and_no_other(
    shape: ObjectSpec, model: type[SQLModel], ours: set[str]
) -> None:
    columns = set(table_of(model).columns.keys())
    assert columns == set(shape.by_column) | ours | {"extra", "deleted_at"}


def test_without_credentials_nothing_is_fetched_and_the_tables_are_there() -> None:
    plugins = Plugins("ninjaone")
    assert plugins.collect_sources() == {}
    assert {"tickets", "organizations", "sync_cursors"} <= {
        str(table.__tablename__) for table in plugins.collect_tables()
    }


def test_with_credentials_there_is_a_source_on_a_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, {**CREDENTIALS, "TWINBASE_NINJAONE_EVERY_SECONDS": "120"})
    assert Plugins("ninjaone").collect_sources()["ninjaone"].every == timedelta(minutes=2)


@pytest.mark.parametrize("given", CREDENTIALS)
def test_half_of_the_credentials_is_a_mistake_that_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    configure(monkeypatch, {given: CREDENTIALS[given]})
    with pytest.raises(errors.NotConfigured, match="TWINBASE_NINJAONE_CLIENT_ID and TWINBASE_NINJAONE_CLIENT_SECRET"):
        Plugins("ninjaone").collect_sources()


def test_a_region_names_a_host_and_an_address_of_your_own_goes_first() -> None:
    assert NinjaOneSettings(region="oc").address == "https://oc.ninjarmm.com"
    assert NinjaOneSettings(region="oc", url="http://127.0.0.1:8001/").address == "http://127.0.0.1:8001"
