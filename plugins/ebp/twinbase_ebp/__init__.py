"""The EBP plugin: the tables of the ERP, and the projections that feed the mobile schema. Hooks only."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import SQLModel

from twinbase import Mirror, hookimpl
from twinbase.source import Source
from twinbase_ebp.loading.records import RECORDS
from twinbase_ebp.loading.source import sources
from twinbase_ebp.projections import projections
from twinbase_ebp.schema.mirrors import mirrors
from twinbase_ebp.schema.records import Event, TableRecord
from twinbase_ebp.settings import EbpSettings


@hookimpl
def twinbase_mirrors() -> Iterable[Mirror]:
    return mirrors(EbpSettings())


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return [TableRecord, Event, *RECORDS]


@hookimpl
def twinbase_sources() -> Iterable[Source]:
    return sources(EbpSettings())


@hookimpl
def twinbase_projections() -> Sequence[Any]:
    return projections(EbpSettings())
