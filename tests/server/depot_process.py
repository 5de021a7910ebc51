"""The depot's server as a process of its own, as `twinbase serve` listens."""

import asyncio

import uvicorn
from pydantic import SecretStr
from tests.server.depot import Depot

from twinbase import Plugins
from twinbase_server import accounts
from twinbase_server.app import create_app
from twinbase_server.http.listening import listening_options
from twinbase_server.settings import Settings

PATIENCE_SECONDS = 600
"""Longer than any test: what waits for its end does not end by being given up."""


def run(database_url: str, port: int) -> None:
    """Serve until told to stop."""
    settings = Settings(database_url=SecretStr(database_url))
    app = create_app(settings, Plugins(Depot(), accounts))
    options = listening_options(settings.connections_max, settings.listeners_max)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="critical", timeout_graceful_shutdown=PATIENCE_SECONDS, **options
    )
    asyncio.run(uvicorn.Server(config).serve())
