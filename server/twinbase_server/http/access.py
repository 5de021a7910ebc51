"""Who may call a route: anybody, whoever is signed in, or whoever has a permission. One that does not say is refused.

What a route says is what is checked: it is read from the dependencies that check it, so the two cannot differ.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from twinbase.errors import DeclarationError
from twinbase.roles import RoleTable
from twinbase_server.http.caller import ServingDep, SignedInDep, read_signed_in
from twinbase_server.http.tokens import SignedIn
from twinbase_server.problems import ProblemError
from twinbase_server.revocation import check_still_admitted

_WRITE = (
    "write dependencies=[needs('jobs.read')], with a permission, in its decorator or its router's; needs_sign_in() for"
    " whoever is signed in, which IdentityDep says too; or open_to_anybody('why')"
)


@dataclass(frozen=True, slots=True)
class OpenRoute:
    """A dependency that lets everybody in. `why`: what else keeps it safe, for whoever reads the route."""

    why: str

    async def __call__(self) -> None:
        """Nothing is asked."""


async def read_admitted(who: SignedInDep, serving: ServingDep) -> SignedIn:
    """Who the token names, once the database has said that device, account, session and claims are what they were."""
    async with serving.borrow_connection() as connection:
        await check_still_admitted(connection, who)
    return who


AdmittedDep = Annotated[SignedIn, Depends(read_admitted)]


@dataclass(frozen=True, slots=True)
class NeededPermission:
    """A dependency that lets in whoever has a role that gives the permission."""

    permission: str

    async def __call__(self, who: AdmittedDep) -> None:
        """Raises the problem `not-permitted`, and ClaimMissing where nobody can tell."""
        if not who.identity.may(self.permission):
            raise ProblemError("not-permitted", f"No role of yours gives {self.permission}.")


def open_to_anybody(why: str) -> Any:
    """For `dependencies=[…]` of a route or a router that everybody may call who reaches the server."""
    return Depends(OpenRoute(why))


def needs_sign_in() -> Any:
    """For `dependencies=[…]` of a route or a router that whoever is signed in may call."""
    return Depends(read_admitted)


def needs(permission: str) -> Any:
    """For `dependencies=[…]` of a route or a router: the permission without which it answers `not-permitted`."""
    return Depends(NeededPermission(permission))


@dataclass(frozen=True, slots=True)
class RouteAccess:
    """What one route says. `permissions`: all of them are needed."""

    label: str
    is_open: bool
    needs_sign_in: bool
    permissions: frozenset[str]


def check_access(routes: Iterable[BaseRoute], roles: RoleTable) -> None:
    """Raise DeclarationError, with method and path, for a route that does not say who may call it."""
    for access in list_access(routes):
        for permission in sorted(access.permissions):
            roles.check_permission(f"{access.label} needs", permission)
        if access.is_open and access.needs_sign_in:
            raise DeclarationError(f"{access.label} is open to anybody and needs a sign-in: take one of the two out.")
        if not access.is_open and not access.needs_sign_in:
            raise DeclarationError(f"{access.label} does not say who may call it: {_WRITE}.")


def list_access(routes: Iterable[BaseRoute]) -> list[RouteAccess]:
    """What each route says, whatever it was brought by; raises DeclarationError for what cannot say anything."""
    return [_read_access(route) for route in iter_route_contexts(list(routes))]


def _read_access(route: RouteContext) -> RouteAccess:
    methods = ", ".join(sorted(route.methods or ())) if hasattr(route.original_route, "methods") else ""
    label = f"{methods} {route.path}".strip()
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        kind = type(route.original_route).__name__
        raise DeclarationError(f"{label} is a {kind}, which cannot say who may call it: bring it by an APIRouter.")
    calls = set(_list_calls(dependant))
    return RouteAccess(
        label,
        is_open=any(isinstance(call, OpenRoute) for call in calls),
        needs_sign_in=read_signed_in in calls,
        permissions=frozenset(call.permission for call in calls if isinstance(call, NeededPermission)),
    )


def _list_calls(dependant: Dependant) -> Iterator[Any]:
    """All that is called before the route itself."""
    for inner in dependant.dependencies:
        yield inner.call
        yield from _list_calls(inner)
