"""The real server application of a world, started in this process."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from twinbase.plugins import Plugins
from twinbase.testing.wire import AsgiApp
from twinbase_server.app import create_app
from twinbase_server.settings import Settings


@asynccontextmanager
async def serve(
    database_url: str, plugins: Plugins, clock: Callable[[], datetime], settings: Mapping[str, Any]
) -> AsyncIterator[AsgiApp]:
    """The application with its lifespan begun; it ends with the block."""
    chosen = Settings(database_url=SecretStr(database_url), **settings)
    app = create_app(chosen, plugins, clock=clock)
    async with app.router.lifespan_context(app):
        yield app
