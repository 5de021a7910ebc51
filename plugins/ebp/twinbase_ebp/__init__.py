"""The EBP plugin: the ERP's tables, what feeds the mobile schema from them, and the way back. Hooks only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic_settings import BaseSettings
from sqlmodel import SQLModel

from twinbase import AppliedMutation, Delivery, Exporter, Identity, Mirror, hookimpl
from twinbase.postgres import PostgresConnection
from twinbase.source import Source
from twinbase_ebp import delivering
from twinbase_ebp.loading.records import RECORDS
from twinbase_ebp.loading.source import make_sources
from twinbase_ebp.projections import make_projections
from twinbase_ebp.schema.mirrors import make_mirrors
from twinbase_ebp.schema.records import Event, TableRecord
from twinbase_ebp.settings import EbpSettings


@hookimpl
def twinbase_mirrors() -> Iterable[Mirror]:
    return make_mirrors(EbpSettings())


@hookimpl
def twinbase_settings() -> Iterable[type[BaseSettings]]:
    return [EbpSettings]


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return [TableRecord, Event, *RECORDS, *delivering.RECORDS]


@hookimpl
def twinbase_sources() -> Iterable[Source]:
    return make_sources(EbpSettings())


@hookimpl
def twinbase_projections() -> Sequence[Any]:
    return make_projections(EbpSettings())


@hookimpl
async def twinbase_deliveries(
    applied: Sequence[AppliedMutation], identity: Identity, connection: PostgresConnection, now: datetime
) -> Iterable[Delivery]:
    return await delivering.make_deliveries(applied, connection, now, EbpSettings())


@hookimpl
def twinbase_exporters() -> Iterable[Exporter]:
    return delivering.make_exporters(EbpSettings())
