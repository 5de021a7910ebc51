"""The NinjaOne plugin: organisations, devices and tickets of that cloud, kept in schema `ninjaone`. Hooks only."""

from collections.abc import Iterable, Sequence

from sqlmodel import SQLModel

from twinbase import hookimpl
from twinbase.projection import Projection
from twinbase.source import Source
from twinbase_ninjaone.projections import projections
from twinbase_ninjaone.settings import NinjaoneSettings
from twinbase_ninjaone.tables import TABLES


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return TABLES


@hookimpl
def twinbase_projections() -> Sequence[Projection]:
    return projections(NinjaoneSettings())


@hookimpl
def twinbase_sources() -> Iterable[Source]:
    # The client's libraries come with the extra `ninjaone`; what only looks at tables does without them.
    from twinbase_ninjaone.fetching import sources

    return sources(NinjaoneSettings())
