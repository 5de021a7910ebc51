"""The NinjaOne plugin: organisations, devices and tickets of that cloud, kept in schema `ninjaone`. Hooks only."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_settings import BaseSettings
from sqlmodel import SQLModel

from twinbase import hookimpl
from twinbase.delivery import AppliedMutation, Delivery, Exporter
from twinbase.postgres import PostgresConnection
from twinbase.projection import Projection
from twinbase.screens import BroughtScreen
from twinbase.source import Source
from twinbase_ninjaone.delivering import make_deliveries
from twinbase_ninjaone.projections import make_projections
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.tables import TABLES


@hookimpl
def twinbase_settings() -> Iterable[type[BaseSettings]]:
    return [NinjaOneSettings]


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return TABLES


@hookimpl
def twinbase_projections() -> Sequence[Projection]:
    return make_projections(NinjaOneSettings())


@hookimpl
def twinbase_sources() -> Iterable[Source]:
    # Not at the top: what only looks at tables does without the client's libraries.
    from twinbase_ninjaone.fetching import make_sources

    return make_sources(NinjaOneSettings())


@hookimpl
async def twinbase_deliveries(applied: Sequence[AppliedMutation], connection: PostgresConnection) -> Iterable[Delivery]:
    return await make_deliveries(applied, connection, NinjaOneSettings().status_of_visit)


@hookimpl
def twinbase_exporters() -> Iterable[Exporter]:
    from twinbase_ninjaone.delivering.exporter import make_exporters

    return make_exporters(NinjaOneSettings())


@hookimpl
def twinbase_routes() -> Iterable[Any]:
    from twinbase_ninjaone.routes import router

    return [router]


@hookimpl
def twinbase_screens(language: str) -> Iterable[BroughtScreen]:
    from twinbase_ninjaone.screens import make_screens

    return make_screens(language)
