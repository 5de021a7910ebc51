"""Options that several commands share, and what they stand for."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from twinbase.errors import TwinbaseError
from twinbase.plugins import Plugins, load_plugins
from twinbase_server.cli.environment import check_environment
from twinbase_server.cli.screen import make_error_console
from twinbase_server.embedded import EMBEDDED, EmbeddedPostgres, default_data_dir
from twinbase_server.settings import split_names

if TYPE_CHECKING:
    from twinbase_server.keys.wrapping import WrappingKey

URL_OPTION, URL_VARIABLE = "--database-url", "TWINBASE_DATABASE_URL"
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        URL_OPTION,
        envvar=URL_VARIABLE,
        metavar="URL",
        show_envvar=False,
        help="PostgreSQL to use (or TWINBASE_DATABASE_URL); `embedded` starts one for the time of the command.",
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


class NoDatabaseNamed(TwinbaseError):
    """No PostgreSQL is named. Set TWINBASE_DATABASE_URL: postgresql://user:password@host/database, or `embedded`."""


def load_named_plugins(names: str) -> Plugins:
    """The plugins of a list like `accounts,mobile`; a variable of theirs that they do not know is refused."""
    loaded = load_plugins(split_names(names))
    check_environment(os.environ, loaded.collect_settings())
    return loaded


@contextmanager
def open_database(
    url: str | None, *, otherwise: str = "", set_up: bool = True, option: str = URL_OPTION
) -> Iterator[str]:
    """The URL of the PostgreSQL to use, once it has been said which that is; an embedded one stops with the block.

    `otherwise`: what is used when nobody has named one. `set_up`: raise NotSetUp unless `twinbase db init` was run.
    `option`: by which the command line may name it, for the sentence that says where a wrong URL stands.
    """
    from twinbase_server.database.facts import read_database_facts

    with ExitStack() as stack:
        with _say_where_it_stands(url, option):
            chosen, where = stack.enter_context(_choose(url or otherwise))
            facts = asyncio.run(read_database_facts(chosen, where))
        make_error_console().print(f"PostgreSQL {facts.version}: {where}, as {facts.role}", style="dim", markup=False)
        if set_up:
            facts.check_ready()
        yield chosen


@contextmanager
def _say_where_it_stands(url: str | None, option: str) -> Iterator[None]:
    """A URL that leads nowhere is corrected where it was written, an option or a variable: that is said with it."""
    from twinbase_server.database.address import WrongDatabaseUrl
    from twinbase_server.database.facts import NoDatabase

    try:
        yield
    except (WrongDatabaseUrl, NoDatabase) as error:
        if not url or url == EMBEDDED:
            raise
        setting = URL_VARIABLE if url == os.environ.get(URL_VARIABLE) else option
        raise type(error)(f"{error.detail} It is named by {setting}.") from error


@contextmanager
def _choose(url: str) -> Iterator[tuple[str, str]]:
    """A URL for every driver, and where that is, for people."""
    from twinbase_server.database.address import describe_address, read_address

    if not url:
        raise NoDatabaseNamed
    if url != EMBEDDED:
        address = read_address(url)
        yield url, describe_address(address, os.environ)
        return
    folder = default_data_dir()
    with EmbeddedPostgres(folder, durable=False) as server:
        yield server.url, f"embedded, in {folder}"


def read_named_wrapping_key(url: str) -> "WrappingKey | None":
    """The wrapping key that TWINBASE_WRAPPING_KEY_FILE or a credential of systemd names; raises UnfitWrappingKey."""
    from twinbase_server.keys.wrapping import read_wrapping_key
    from twinbase_server.settings import Settings

    return read_wrapping_key(Settings(database_url=SecretStr(url)).wrapping_key_file)
