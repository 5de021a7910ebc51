"""The API over the workshop, in a process of its own."""

import asyncio

import uvicorn
from pydantic import SecretStr
from tests.sync.shop import Workshop

from twinbase import Plugins
from twinbase_server import accounts
from twinbase_server.app import create_app
from twinbase_server.settings import Settings


def serve(database_url: str, port: int) -> None:
    """Serve until killed."""
    settings = Settings(database_url=SecretStr(database_url), pool_max=4)
    app = create_app(settings, Plugins(Workshop(), accounts))
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical")
    asyncio.run(uvicorn.Server(config).serve())
