"""The application: settings and plugins in, an ASGI application out. Nothing is opened before it starts."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import asyncpg
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from twinbase.clock import Clock, utc_now
from twinbase.errors import ClaimMissing
from twinbase.plugins import Plugins, check_plugins
from twinbase.protocol import Push
from twinbase_server.database.connection import Pool, open_pool
from twinbase_server.database.errors import DATABASE_ERRORS, database_problem
from twinbase_server.feed import generation
from twinbase_server.housekeeping import keep_house
from twinbase_server.http import auth, enrolment, events, files, links, office, pull, push, sessions, watch, wipe
from twinbase_server.http.access import check_access, open_to_anybody
from twinbase_server.http.allowance import BodyAllowances
from twinbase_server.http.body_limits import LimitedBodies
from twinbase_server.http.checksums import ComparedChecksums
from twinbase_server.http.make_serving import make_serving
from twinbase_server.http.plugin_routes import include_plugin_routes
from twinbase_server.http.telling_wipes import answer_problem_or_wipe
from twinbase_server.problems import ProblemError, problem_response
from twinbase_server.settings import Settings

API = "/api/v1"
_log = logging.getLogger(__name__)


@cache
def _own_routes() -> tuple[BaseRoute, ...]:
    """Ours, the same for every application of this process: FastAPI takes 2 ms to understand one."""
    own = APIRouter()
    for room in (auth, enrolment, links, sessions, wipe, office, pull, push, events, files, watch):
        own.include_router(room.router, prefix=API)
    own.include_router(watch.sync_router, prefix=API)
    return tuple(own.routes)


def create_app(settings: Settings, plugins: Plugins, *, clock: Clock = utc_now) -> FastAPI:
    """The server of these plugins' twins. Its database must have been set up with `init_database`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        check_access(app.routes, plugins.roles)  # once more, for those that were added since
        async with _open_pool(settings) as pool:
            async with pool.acquire() as connection:
                await generation.start(connection, clock())
            serving = app.state.serving = await make_serving(settings, plugins, pool, clock)
            async with keep_house(serving):
                yield
            await serving.news.close()
            serving.health.close()

    check_plugins(plugins)
    plugins.registry  # noqa: B018 - a wrong declaration is refused now, not when the first device calls
    plugins.collect_projections()
    app = FastAPI(title="Twinbase", version="1", lifespan=lifespan, openapi_url=None, routes=list(_own_routes()))
    app.add_middleware(ComparedChecksums, prefix=f"{API}/")
    app.add_middleware(
        LimitedBodies,
        allowances=BodyAllowances(API, settings),
        bytes_total_max=settings.body_bytes_total_max,
        seconds=settings.send_seconds,
    )
    include_plugin_routes(app, plugins.collect_routes(), API)
    _translate_errors(app)
    _describe(app)
    check_access(app.routes, plugins.roles)
    return app


def _describe(app: FastAPI) -> None:
    """The push is read as bytes, for its bytes are its name; so its model joins the description here."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        description = generated()
        model = Push.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = model.pop("$defs", {})
        description["components"]["schemas"].update({**parts, "Push": model})
        return description

    app.openapi = openapi  # type: ignore[method-assign]

    @app.get(
        "/openapi.json", include_in_schema=False, dependencies=[open_to_anybody("it names addresses, and holds no row")]
    )
    async def describe_routes() -> dict[str, Any]:
        return app.openapi()


@asynccontextmanager
async def _open_pool(settings: Settings) -> AsyncIterator[Pool]:
    """All settings of a session are local to a transaction, so a connection goes back as it came (H33)."""
    pool = open_pool(
        settings.database_url.get_secret_value(),
        min_size=settings.pool_min,
        max_size=settings.pool_max,
        statement_cache_size=settings.statement_cache,
        # asyncpg would not keep what is longer than 15 kB: with some twenty mirrors the head of a pull is, and then its
        # plan costs at every pull five times what it saves.
        max_cacheable_statement_size=0,
        reset=_leave_clean,
    )
    async with pool:
        yield pool


async def _leave_clean(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


def _translate_errors(app: FastAPI) -> None:
    """Whatever goes wrong leaves as a problem (RFC 9457)."""
    app.add_exception_handler(ProblemError, answer_problem_or_wipe)
    app.add_exception_handler(ClaimMissing, _claim_missing)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, _database_error)
    app.add_exception_handler(Exception, _internal)


async def _claim_missing(request: Request, error: Exception) -> Response:
    return problem_response(ProblemError("claim-missing", getattr(error, "detail", "")))


async def _bad_request(request: Request, error: Exception) -> Response:
    """Where the first fault is and what it is; never the value."""
    assert isinstance(error, RequestValidationError)
    first: Mapping[str, object] = next(iter(error.errors()), {"loc": (), "msg": "not understood"})
    loc = first["loc"]
    where = ".".join(str(part) for part in loc)[:200] if isinstance(loc, (tuple, list)) else ""
    return problem_response(ProblemError("bad-request", f"{where}: {first['msg']}."))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = {404: "not-found", 405: "method"}.get(error.status_code, "bad-request")
    return problem_response(ProblemError(kind, headers=error.headers))


async def _database_error(request: Request, error: Exception) -> Response:
    kind = database_problem(error)
    _log.error("A request failed in the database.", exc_info=error)
    return problem_response(ProblemError(kind))


async def _internal(request: Request, error: Exception) -> Response:
    return problem_response(ProblemError("internal"))
