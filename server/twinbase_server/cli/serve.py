"""`twinbase serve`: the server, as a process."""

import asyncio
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database

if TYPE_CHECKING:
    from twinbase.plugins import Plugins
    from twinbase_server.settings import Settings


def command(
    database_url: DatabaseUrl = None,
    plugins: PluginNames = "accounts",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve; they share PostgreSQL only.")] = 1,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Serve https:// with it (PEM).")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Its private key, where it holds none (PEM)."),
    ] = None,
    log_level: Annotated[str, typer.Option(help="critical, error, warning, info, debug.")] = "info",
) -> None:
    """Serve the twins of the plugins over HTTP or HTTPS. The database must have been set up with `twinbase db init`."""
    import os

    import uvicorn
    from pydantic import SecretStr

    from twinbase_server.app import create_app
    from twinbase_server.http.listening import listening_options
    from twinbase_server.settings import Settings

    if key is not None and certificate is None:
        raise typer.BadParameter("A key is of use with its certificate only.", param_hint="--key")
    loaded = load_named_plugins(plugins)
    with open_database(database_url) as url:
        # What is declared or set wrongly is said here, once, and not by each of the workers.
        settings = Settings(database_url=SecretStr(url))
        create_app(settings, loaded)
        asyncio.run(_check_keys(settings))
        _check_store(settings, loaded)
        # They are processes of their own: what they need to know travels in their environment.
        os.environ["TWINBASE_DATABASE_URL"] = url
        os.environ["TWINBASE_PLUGINS"] = plugins
        uvicorn.run(
            "twinbase_server.cli.serve:make_application",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level=log_level,
            access_log=log_level in ("debug", "info"),
            ssl_certfile=certificate,
            ssl_keyfile=key,
            timeout_graceful_shutdown=5,
            **listening_options(settings.connections_max),
        )


async def _check_keys(settings: "Settings") -> None:
    """Raise what stands in the way of the signing keys, before any process begins to serve."""
    from twinbase_server.database.connection import connect
    from twinbase_server.keys.store import read_keys
    from twinbase_server.keys.wrapping import read_wrapping_key

    connection = await connect(settings.database_url.get_secret_value())
    try:
        await read_keys(connection, read_wrapping_key(settings.wrapping_key_file))
    finally:
        await connection.close()


def _check_store(settings: "Settings", plugins: "Plugins") -> None:
    """Raise what stands in the way of keeping content, and say it where there is nowhere to keep it."""
    from twinbase_server.cli.screen import make_error_console
    from twinbase_server.files.configured import lacks_store, open_configured_store

    open_configured_store(settings)
    if lacks_store(settings, plugins.registry):
        said = "TWINBASE_FILES is not set: rows with attachments are synced, and their content stays on the devices."
        make_error_console().print(said, style="yellow", markup=False)


def make_application() -> object:
    """The application that the environment describes, for uvicorn and its workers."""
    from twinbase.plugins import load_plugins
    from twinbase_server.app import create_app
    from twinbase_server.settings import Settings

    settings = Settings()
    made = create_app(settings, load_plugins(settings.plugins))
    freeze_objects()
    return made


def freeze_objects() -> None:
    """What is imported and made by now stays until the process ends: the garbage collector need not look at it again.

    Without it a batch of 1,000 changes, which makes enough objects for a full collection, pays for all modules too: in
    a server with other work to do a third of its processor time. An app on a device may call `gc.freeze()` itself when
    it has started; the benchmark's does not.
    """
    gc.collect()
    gc.freeze()
