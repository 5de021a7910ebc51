"""Plugins: loaded by the names that the configuration gives, asked through one typed method per hook."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy
from sqlmodel import SQLModel

from twinbase import hooks
from twinbase.awaiting import check_function, check_functions
from twinbase.builtin import strategies
from twinbase.conflict.decision import Strategy
from twinbase.delivery import AppliedMutation, Delivery, Exporter
from twinbase.errors import DeclarationError, TwinbaseError, UnknownPlugin, WrongHook
from twinbase.hook_check import (
    check_answer,
    check_flag,
    check_hooks,
    check_identity,
    check_identity_again,
    explain_failure,
)
from twinbase.identity import Credentials, Identity, UncheckedIdentity, settle_identity
from twinbase.mirror import Mirror
from twinbase.mutation import Flag, IncomingMutation, NeighbourQuery, Rows
from twinbase.postgres import PostgresConnection
from twinbase.projection import Projection
from twinbase.projection_check import check_projections
from twinbase.registry import Registry, declare_twins, resolve_scopes
from twinbase.roles import RoleTable, build_role_table
from twinbase.screens import ActionSpec, BroughtScreen, CardSpec, ScreenSpec
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

    def _register(self, plugin: str | object) -> None:
        if _is_plain_value(plugin):
            given = type(plugin).__name__
            raise DeclarationError(f"Plugins takes each plugin by itself, not in a {given}: Plugins('accounts', shop).")
        if isinstance(plugin, str):
            name, plugin = plugin, _load(plugin)
        else:
            name = plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__qualname__
        if self._manager.is_registered(plugin):
            return
        check_hooks(name, plugin)
        # Two objects of one class are two plugins.
        self._manager.register(plugin, None if name in self.names else name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._manager.list_name_plugin())

    @cached_property
    def twins(self) -> Registry:
        """Every twin of every active plugin, as a device needs them: checked, but for their scopes, which cost more
        than all the rest and which only a server asks. Whoever has both asks for `registry`."""
        return declare_twins(self.collect_mirrors(), self.collect_strategies())

    @cached_property
    def registry(self) -> Registry:
        """Every twin of every active plugin, checked with its scope: a server asks for it at its start, as the command
        line does and the conformance kit, so that a wrong scope waits for no device."""
        registry, roles = self.twins, self.roles
        resolve_scopes(registry)
        for twin in registry:
            for permission in sorted((twin.reads.permissions | {twin.mirror.write}) - {""}):
                roles.check_permission(f"Mirror({twin.model.__name__}) asks for", permission)
        return registry

    @cached_property
    def roles(self) -> RoleTable:
        """The permissions and roles of every active plugin, checked."""
        return build_role_table(self._answers("twinbase_permissions"), self._answers("twinbase_roles"))

    def collect_mirrors(self) -> list[Mirror]:
        """Raises WrongHook where one is given a function that cannot be used."""
        mirrors: list[Mirror] = self._collect("twinbase_mirrors", "Mirror", _is_a(Mirror))
        for mirror in mirrors:
            check_functions(f"Mirror({getattr(mirror.model, '__name__', mirror.model)})", mirror)
        return mirrors

    def collect_strategies(self) -> dict[str, Strategy]:
        """By name; two of one name are a DeclarationError."""
        strategies: dict[str, Strategy] = {}
        for owner, brought in self._answers("twinbase_strategies"):
            if not isinstance(brought, Mapping):
                raise WrongHook(
                    f"twinbase_strategies of plugin {owner!r} answers no mapping: return {{name: strategy}}."
                )
            for name, strategy in brought.items():
                check_function(f"The strategy {name!r}", strategy, awaited=False)
                if strategies.setdefault(name, strategy) is not strategy:
                    raise DeclarationError(f"Two plugins bring a strategy called {name!r}; rename one.")
        return strategies

    def collect_projections(self) -> list[Projection]:
        """The same ones each time: what is derived from them is worth keeping. A wrong one is a DeclarationError."""
        return list(self._projections)

    @cached_property
    def _projections(self) -> list[Projection]:
        brought: list[Projection] = self._collect("twinbase_projections", "Projection", _is_a(Projection))
        for projection in brought:
            for feed in projection.feeds:
                check_functions(f"Projection({projection.name!r}), Feeds({feed.table.name})", feed)
        check_projections(brought)
        return brought

    def collect_tables(self) -> list[type[SQLModel]]:
        """Tables of plugins that stay on the server."""
        return self._collect("twinbase_tables", "class with table=True", lambda one: hasattr(one, "__table__"))

    def collect_settings(self) -> "list[type[BaseSettings]]":
        """The classes of plugins' settings, which read variables of the environment."""
        return self._collect("twinbase_settings", "class of settings", lambda one: hasattr(one, "model_config"))

    def collect_routes(self) -> "list[APIRouter]":
        """The FastAPI routers that plugins bring."""
        return self._collect("twinbase_routes", "APIRouter", lambda one: hasattr(one, "routes"))

    def collect_sources(self) -> dict[str, Source]:
        """By name; two of one name are a DeclarationError, a run that is not awaited is WrongHook."""
        brought: list[Source] = self._collect("twinbase_sources", "Source", _is_a(Source))
        for one in brought:
            check_functions(f"Source({one.name!r})", one)
        return _by_name("source", ((one.name, one) for one in brought))

    def collect_exporters(self) -> dict[str, Exporter]:
        """By destination; two for one destination are a DeclarationError, what is not awaited is WrongHook."""
        brought: list[Exporter] = self._collect("twinbase_exporters", "Exporter", _is_a(Exporter))
        for one in brought:
            check_functions(f"Exporter({one.destination!r})", one)
        return _by_name("exporter", ((one.destination, one) for one in brought))

    def collect_screens(self, language: str) -> "dict[str, list[BroughtScreen] | TwinbaseError]":
        """By plugin, what it brings to the apps; of one whose hook fails, why: the others have theirs all the same."""
        hook, what = "twinbase_screens", "ScreenSpec, CardSpec or ActionSpec"
        brought: dict[str, Any] = {}
        for implementation in self._manager.hook.twinbase_screens.get_hookimpls():
            owner = implementation.plugin_name
            arguments = {name: language for name in implementation.argnames}
            try:
                with explain_failure(f"{hook} of plugin {owner!r}"):
                    answer = implementation.function(**arguments)
                    answer = list(answer) if isinstance(answer, Iterator) else answer
                brought[owner] = check_answer(owner, hook, answer, what, _is_a((ScreenSpec, CardSpec, ActionSpec)))
            except TwinbaseError as error:
                brought[owner] = error
        return brought

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
        return await settle_identity(await self.find_identities(credentials, connection))

    async def find_identities(
        self, credentials: Credentials, connection: PostgresConnection
    ) -> list[Identity | UncheckedIdentity]:
        """Who it may be, for `settle_identity`; after that no connection is needed any more.

        Raises WrongHook when a plugin answers something else.
        """
        found: list[Identity | UncheckedIdentity] = []
        arguments = {"credentials": credentials, "connection": connection}
        for owner, answer in self._calls_by_owner("twinbase_authenticate", **arguments):
            identity = check_identity(owner, await answer)
            if identity is not None:
                found.append(identity)
            if isinstance(identity, Identity):
                break
        return found

    async def identify_again(self, identity: Identity, connection: PostgresConnection) -> Identity:
        """Who somebody is by now: as the first plugin says that knows, or as before.

        Raises Refused when the account is closed, and WrongHook when a plugin answers something else.
        """
        arguments = {"identity": identity, "connection": connection}
        for owner, answer in self._calls_by_owner("twinbase_identify_again", **arguments):
            again = check_identity_again(owner, identity, await answer)
            if again is not None:
                return again
        return identity

    def collect_neighbours(self, written: IncomingMutation) -> list[NeighbourQuery]:
        """The other rows that plugins want to look at when they judge this mutation."""
        return [one for some in self._calls("twinbase_neighbours", written=written) for one in some or ()]

    @cached_property
    def has_neighbours(self) -> bool:
        """Whether any plugin implements twinbase_neighbours."""
        return bool(self._manager.hook.twinbase_neighbours.get_hookimpls())

    async def check_mutation(
        self, written: IncomingMutation, identity: Identity, now: datetime, rows: Rows
    ) -> list[Flag]:
        """Why the office looks at the mutation, as plugins say; raises Refused when one of them refuses it, and
        WrongHook when it answers something else.
        """
        arguments = {"written": written, "identity": identity, "now": now, "rows": rows}
        flags = []
        for owner, answer in self._calls_by_owner("twinbase_before_mutation", **arguments):
            if (flag := check_flag(owner, await answer)) is not None:
                flags.append(flag)
        return flags

    @cached_property
    def has_mutation_checks(self) -> bool:
        """Whether any plugin implements twinbase_before_mutation (a batch of thousands asks this once)."""
        return bool(self._manager.hook.twinbase_before_mutation.get_hookimpls())

    def _collect(self, hook: str, what: str, fits: Callable[[Any], bool]) -> list[Any]:
        """What all plugins bring at start by one hook, the plugin named first before the others."""
        return [one for owner, some in self._answers(hook) for one in check_answer(owner, hook, some, what, fits)]

    def _answers(self, hook: str) -> Iterable[tuple[str, Any]]:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            with explain_failure(f"{hook} of plugin {implementation.plugin_name!r}"):
                answer = implementation.function()
                # What it yields is its own code too.
                answer = list(answer) if isinstance(answer, Iterator) else answer
            yield implementation.plugin_name, answer

    def _calls(self, hook: str, **arguments: Any) -> Iterable[Any]:
        """The answers of a hook's implementations, one at a time, the plugin named first asked first."""
        return (answer for _, answer in self._calls_by_owner(hook, **arguments))

    def _calls_by_owner(self, hook: str, **arguments: Any) -> Iterable[tuple[str, Any]]:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            wanted: Mapping[str, Any] = {name: arguments[name] for name in implementation.argnames}
            yield implementation.plugin_name, implementation.function(**wanted)


def check_plugins(plugins: object) -> None:
    """Raise DeclarationError unless these are Plugins: names and modules are none yet."""
    if not isinstance(plugins, Plugins):
        raise DeclarationError(f"plugins= is Plugins('accounts', shop), and not a {type(plugins).__name__}.")


def _is_plain_value(plugin: object) -> bool:
    """A list of names, say: it can have no hook."""
    return type(plugin).__module__ == "builtins" and not isinstance(plugin, str | type | ModuleType)


def _is_a(kind: type[Any] | tuple[type[Any], ...]) -> Callable[[Any], bool]:
    return lambda one: isinstance(one, kind)


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
    there = find_plugins()
    if name not in there:
        nearest = get_close_matches(name, there, 1)
        meant = f"is {nearest[0]} meant? " if nearest else ""
        raise UnknownPlugin(f"{name!r}: {meant}Installed are: {', '.join(sorted(there)) or 'none'}. {_BECOMES_KNOWN}")
    module = there[name].module
    with explain_failure(f"The import of plugin {name!r}"):
        try:
            return there[name].load()
        except ModuleNotFoundError as error:
            if error.name not in _with_parents(module):
                raise
            raise UnknownPlugin(f"{name!r} is the module {module}, and there is none. {_BECOMES_KNOWN}") from error


def _with_parents(module: str) -> list[str]:
    """`a.b.c`, `a.b` and `a`."""
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


_BECOMES_KNOWN = (
    'A plugin is known by an entry point of the group twinbase ([project.entry-points.twinbase] shop = "shop"), once'
    " its distribution is installed: `pip install -e .` in its folder, and again after a change of its pyproject.toml."
)


def load_plugins(names: Sequence[str]) -> Plugins:
    """The plugins that a configuration names."""
    return Plugins(*names)
