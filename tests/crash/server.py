"""The API over the workshop, in a process of its own."""

import asyncio
from datetime import timedelta

import uvicorn
from pydantic import SecretStr
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase.clock import utc_now
from twinbase_server import accounts
from twinbase_server.app import create_app
from twinbase_server.settings import Settings


def serve(database_url: str, port: int, ahead_seconds: float = 0.0) -> None:
    """Serve until killed, by a clock that is ahead."""
    settings = Settings(database_url=SecretStr(database_url), pool_max=4)
    ahead = timedelta(seconds=ahead_seconds)
    app = create_app(settings, Plugins(Workshop(), accounts), clock=lambda: utc_now() + ahead)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical")
    asyncio.run(uvicorn.Server(config).serve())
