"""Plugins: loaded by the names that the configuration gives, asked through one typed method per hook."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy
from sqlmodel import SQLModel

from twinbase import hooks
from twinbase.builtin import strategies
from twinbase.conflict.decision import Strategy
from twinbase.delivery import AppliedMutation, Delivery, Exporter
from twinbase.errors import DeclarationError, UnknownHook, UnknownPlugin
from twinbase.identity import Credentials, Identity
from twinbase.mirror import Mirror
from twinbase.mutation import IncomingMutation, NeighbourQuery, Rows
from twinbase.postgres import PostgresConnection
from twinbase.projection import Projection
from twinbase.projection_check import check_projections
from twinbase.registry import Registry, build_registry
from twinbase.source import Source

if TYPE_CHECKING:
    from fastapi import APIRouter
    from pydantic_settings import BaseSettings

GROUP = "twinbase"
Brought = TypeVar("Brought")


class Plugins:
    """The active plugins of one application.

    `Plugins("mobile", "ebp")` loads installed plugins by name (entry points of group `twinbase`); modules and objects
    with hook implementations are taken as they are. The built-in strategies are a plugin like any other, always active.
    Installed is not active: what is not named is not even imported.
    """

    def __init__(self, *plugins: str | object) -> None:
        self._manager = pluggy.PluginManager(GROUP)
        self._manager.add_hookspecs(hooks)
        self._manager.register(strategies, "builtin")
        for plugin in plugins:
            self._register(plugin)
        self._check_pending()

    def _register(self, plugin: str | object) -> None:
        if isinstance(plugin, str):
            self._manager.register(_load(plugin), plugin)
        else:
            name = plugin.__name__ if isinstance(plugin, ModuleType) else None
            self._manager.register(plugin, name)

    def _check_pending(self) -> None:
        """A misspelt hook is an error, not silence."""
        known = {name for name, _ in inspect.getmembers(hooks, inspect.isfunction) if name.startswith("twinbase_")}
        for name, plugin in self._manager.list_name_plugin():
            for member in dir(plugin):
                if member.startswith("twinbase_") and callable(getattr(plugin, member)) and member not in known:
                    raise UnknownHook(f"{name}.{member}; the hooks are {', '.join(sorted(known))}.")
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise UnknownHook(str(error)) from error

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._manager.list_name_plugin())

    @cached_property
    def registry(self) -> Registry:
        """Every twin of every active plugin, checked."""
        return build_registry(self.collect_mirrors(), self.collect_strategies())

    def collect_mirrors(self) -> list[Mirror]:
        return [mirror for mirrors in reversed(self._manager.hook.twinbase_mirrors()) for mirror in mirrors]

    def collect_strategies(self) -> dict[str, Strategy]:
        strategies: dict[str, Strategy] = {}
        for brought in reversed(self._manager.hook.twinbase_strategies()):
            for name, strategy in brought.items():
                if strategies.setdefault(name, strategy) is not strategy:
                    raise DeclarationError(f"Two plugins bring a strategy called {name!r}; rename one.")
        return strategies

    def collect_projections(self) -> list[Projection]:
        """The same ones each time: what is derived from them is worth keeping. A wrong one is a DeclarationError."""
        return list(self._projections)

    @cached_property
    def _projections(self) -> list[Projection]:
        brought = [one for some in reversed(self._manager.hook.twinbase_projections()) for one in some]
        check_projections(brought)
        return brought

    def collect_tables(self) -> list[type[SQLModel]]:
        """Tables of plugins that stay on the server."""
        return [one for some in reversed(self._manager.hook.twinbase_tables()) for one in some]

    def collect_settings(self) -> "list[type[BaseSettings]]":
        """The classes of plugins' settings, which read variables of the environment."""
        return [one for some in reversed(self._manager.hook.twinbase_settings()) for one in some]

    def collect_routes(self) -> "list[APIRouter]":
        """The FastAPI routers that plugins bring."""
        return [one for some in reversed(self._manager.hook.twinbase_routes()) for one in some]

    def collect_sources(self) -> dict[str, Source]:
        """By name; two of one name are a DeclarationError."""
        some = self._manager.hook.twinbase_sources()
        return _by_name("source", ((one.name, one) for brought in reversed(some) for one in brought))

    def collect_exporters(self) -> dict[str, Exporter]:
        """By destination; two for one destination are a DeclarationError."""
        some = self._manager.hook.twinbase_exporters()
        return _by_name("exporter", ((one.destination, one) for brought in reversed(some) for one in brought))

    async def collect_deliveries(
        self, applied: Sequence[AppliedMutation], identity: Identity, connection: PostgresConnection, now: datetime
    ) -> list[Delivery]:
        """What plugins want handed over to other systems, of what was applied."""
        arguments = {"applied": applied, "identity": identity, "connection": connection, "now": now}
        return [one for answer in self._calls("twinbase_deliveries", **arguments) for one in await answer or ()]

    @cached_property
    def has_deliveries(self) -> bool:
        """Whether any plugin implements twinbase_deliveries."""
        return bool(self._manager.hook.twinbase_deliveries.get_hookimpls())

    async def authenticate(self, credentials: Credentials, connection: PostgresConnection) -> Identity | None:
        """The first identity that a plugin gives; None when no plugin knows these credentials."""
        for answer in self._calls("twinbase_authenticate", credentials=credentials, connection=connection):
            identity: Identity | None = await answer
            if identity is not None:
                return identity
        return None

    def collect_neighbours(self, written: IncomingMutation) -> list[NeighbourQuery]:
        """The other rows that plugins want to look at when they judge this mutation."""
        return [one for some in self._manager.hook.twinbase_neighbours(written=written) for one in some]

    @cached_property
    def has_neighbours(self) -> bool:
        """Whether any plugin implements twinbase_neighbours."""
        return bool(self._manager.hook.twinbase_neighbours.get_hookimpls())

    async def check_mutation(self, written: IncomingMutation, identity: Identity, now: datetime, rows: Rows) -> None:
        """Raises Refused when a plugin refuses the mutation."""
        arguments = {"written": written, "identity": identity, "now": now, "rows": rows}
        for answer in self._calls("twinbase_before_mutation", **arguments):
            await answer

    @cached_property
    def has_mutation_checks(self) -> bool:
        """Whether any plugin implements twinbase_before_mutation (a batch of thousands asks this once)."""
        return bool(self._manager.hook.twinbase_before_mutation.get_hookimpls())

    def _calls(self, hook: str, **arguments: Any) -> Iterable[Any]:
        """The coroutines of a hook's implementations, one at a time, the plugin named first asked first."""
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            wanted: Mapping[str, Any] = {name: arguments[name] for name in implementation.argnames}
            yield implementation.function(**wanted)


def _by_name(kind: str, brought: Iterable[tuple[str, Brought]]) -> dict[str, Brought]:
    by_name: dict[str, Brought] = {}
    for name, one in brought:
        if by_name.setdefault(name, one) is not one:
            raise DeclarationError(f"Two plugins bring a {kind} called {name!r}; rename one.")
    return by_name


def find_plugins() -> dict[str, EntryPoint]:
    """The names of all installed plugins, without importing one."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _load(name: str) -> Any:
    entry = find_plugins().get(name)
    if entry is None:
        there = ", ".join(sorted(find_plugins())) or "none"
        raise UnknownPlugin(f"{name!r}; installed are: {there}. Install the distribution that brings it.")
    return entry.load()


def load_plugins(names: Sequence[str]) -> Plugins:
    """The plugins that a configuration names."""
    return Plugins(*names)
