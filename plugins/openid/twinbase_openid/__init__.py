"""The OpenID Connect plugin: people sign in at the directory of their company, and work here as their account."""

from collections.abc import Iterable
from typing import Any

from pydantic_settings import BaseSettings
from sqlmodel import SQLModel

from twinbase import hookimpl
from twinbase_openid.settings import OpenIdSettings
from twinbase_openid.tables import OpenIdLink


@hookimpl
def twinbase_settings() -> Iterable[type[BaseSettings]]:
    return [OpenIdSettings]


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return [OpenIdLink]


@hookimpl
def twinbase_routes() -> Iterable[Any]:
    # Not at the top: a device signs in without the server's libraries.
    from twinbase_openid.routes import make_router

    return [make_router(OpenIdSettings())]
