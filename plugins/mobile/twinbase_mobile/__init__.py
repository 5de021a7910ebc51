"""The `mobile` schema: what a technician takes along. Hooks only; tables, scopes and rules stand beside."""

from collections.abc import Collection, Iterable, Mapping

from sqlmodel import SQLModel

from twinbase import Flag, Identity, IncomingMutation, Mirror, NeighbourQuery, Rows, hookimpl
from twinbase_mobile.mirrors import make_mirrors
from twinbase_mobile.roles import PERMISSIONS, ROLES, ROLES_OF_BEFORE
from twinbase_mobile.rules.gate import find_fault, find_lateness, wanted_neighbours
from twinbase_mobile.tables.former_team import FormerTeam
from twinbase_mobile.tables.office import ProjectMember, Sector


@hookimpl
def twinbase_mirrors() -> Iterable[Mirror]:
    return make_mirrors()


@hookimpl
def twinbase_permissions() -> Mapping[str, str]:
    return PERMISSIONS


@hookimpl
def twinbase_roles() -> Mapping[str, Collection[str]]:
    return {**ROLES, **ROLES_OF_BEFORE}


@hookimpl
def twinbase_tables() -> Iterable[type[SQLModel]]:
    return Sector, ProjectMember, FormerTeam


@hookimpl
def twinbase_neighbours(written: IncomingMutation) -> Iterable[NeighbourQuery]:
    return wanted_neighbours(written)


@hookimpl
async def twinbase_before_mutation(written: IncomingMutation, identity: Identity, rows: Rows) -> Flag | None:
    if why := find_fault(written, identity, rows):
        raise why.make_error()
    late = find_lateness(written, identity, rows)
    return None if late is None else late.make_flag()
