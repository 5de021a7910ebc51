"""Vending machines, on the phones of those who fill them. Hooks only; the rest stands beside."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import SQLModel

from twinbase import Credentials, Identity, Mirror, Source, hookimpl
from twinbase.conflict import Strategy
from twinbase.postgres import PostgresConnection
from vending.badges import owner_of
from vending.conflicts import latest_count
from vending.mirrors import mirrors
from vending.sales import source
from vending.settings import VendingSettings
from vending.tables import Badge, Route, Sale


@hookimpl
def twinbase_mirrors() -> Iterable[Mirror]:
    return mirrors()


@hookimpl
def twinbase_strategies() -> Mapping[str, Strategy]:
    return {"latest_count": latest_count}


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return Route, Badge, Sale


@hookimpl
async def twinbase_authenticate(credentials: Credentials, connection: PostgresConnection) -> Identity | None:
    return await owner_of(credentials, connection)


@hookimpl
def twinbase_sources() -> Iterable[Source]:
    yield source(VendingSettings())


@hookimpl
def twinbase_routes() -> Iterable[Any]:
    # A device has no web framework: it is imported where it is used.
    from vending.routes import router

    return [router]
