"""Options that several commands share, and what they stand for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar="TWINBASE_DATABASE_URL",
        metavar="URL",
        show_envvar=False,
        help="PostgreSQL to use (or TWINBASE_DATABASE_URL); without it, one is started for the time of the command.",
    ),
]
PluginNames = Annotated[
    str,
    typer.Option(
        "--plugins",
        envvar="TWINBASE_PLUGINS",
        metavar="NAMES",
        help="Plugins to load, by name, with commas between them.",
    ),
]


def split_names(plugins: str) -> tuple[str, ...]:
    """The names in a list like `accounts,mobile`; a JSON list is read too, as the settings do."""
    return tuple(name for part in plugins.split(",") if (name := part.strip(' "[]')))


@contextmanager
def open_database(url: str | None) -> Iterator[str]:
    """The URL that was given, or that of an embedded PostgreSQL that stops with the block."""
    if url:
        yield url
        return
    from twinbase_server.embedded import start_database

    with start_database() as embedded:
        yield embedded
