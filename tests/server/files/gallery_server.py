"""The API over the album, in a process of its own that can be killed, on a disk that may be too small."""

import asyncio
import resource
import signal
from functools import partial

import uvicorn
from pydantic import SecretStr
from tests.server.files.album import Album

from twinbase import Plugins
from twinbase_server import accounts
from twinbase_server.app import create_app
from twinbase_server.settings import Settings


def serve(database_url: str, port: int, store: str, file_bytes_max: int = 0) -> None:
    """Serve until killed. `file_bytes_max`: no file may be larger, which PostgreSQL, another process, does not feel."""
    if file_bytes_max:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, resource.RLIM_INFINITY))
    settings = Settings(database_url=SecretStr(database_url), pool_max=4, files=store)
    app = create_app(settings, Plugins(Album(), accounts))
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical")
    asyncio.run(uvicorn.Server(config).serve())


def make_server(store: str, file_bytes_max: int = 0) -> "partial[None]":
    """What a process runs."""
    return partial(serve, store=store, file_bytes_max=file_bytes_max)
