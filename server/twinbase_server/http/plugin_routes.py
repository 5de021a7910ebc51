"""Routes that plugins bring: served beside our own, never in the place of one."""

import re
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from twinbase.errors import DeclarationError
from twinbase_server.problems import describe_problems

# What any route may answer, whoever wrote it.
_ANY = ("bad-request", "too-busy", "database-unavailable")


def include_plugin_routes(app: FastAPI, routers: Iterable[Any], prefix: str) -> None:
    """Serve these routers too; raises DeclarationError for a path that is taken already, or for what is no router."""
    for router in routers:
        if not isinstance(router, APIRouter):
            raise DeclarationError(f"twinbase_routes brings a {type(router).__name__}; it must bring APIRouters.")
        placed = APIRouter()
        placed.include_router(router, prefix=prefix, responses=describe_problems(*_ANY))
        for method, path in sorted(_addresses(placed) & _addresses(app)):
            raise DeclarationError(f"{method} {path} is served already: give the router a prefix of its own.")
        app.include_router(placed)


def _addresses(served: FastAPI | APIRouter) -> set[tuple[str, str]]:
    """Method and path of each route; the names of parameters make no difference."""
    return {
        (method, re.sub(r"\{[^}]*\}", "{…}", route.path or ""))
        for route in iter_route_contexts(served.routes)
        for method in route.methods or ()
    }
