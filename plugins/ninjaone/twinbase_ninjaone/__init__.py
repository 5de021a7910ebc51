"""The NinjaOne plugin: organisations, devices and tickets of that cloud, kept in schema `ninjaone`. Hooks only."""

from collections.abc import Iterable

from sqlmodel import SQLModel

from twinbase import hookimpl
from twinbase.source import Source
from twinbase_ninjaone.settings import NinjaoneSettings
from twinbase_ninjaone.tables import TABLES


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return TABLES


@hookimpl
def twinbase_sources() -> Iterable[Source]:
    # The client's libraries come with the extra `ninjaone`; what only looks at tables does without them.
    from twinbase_ninjaone.fetching import sources

    return sources(NinjaoneSettings())
