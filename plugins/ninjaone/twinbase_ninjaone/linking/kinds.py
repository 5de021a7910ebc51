"""The two kinds of links, and how a person names one: `org-12`, `user-3`."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlmodel import SQLModel

from twinbase.errors import TwinbaseError
from twinbase_mobile import tables as mobile
from twinbase_ninjaone.linking.matching import Method
from twinbase_ninjaone.tables import NinjaOrganization, NinjaUser, OrganizationCustomerLink, UserColleagueLink, table_of


class NoSuchLink(TwinbaseError):
    """There is no such link. `twinbase ninjaone links` lists them: org-12 is an organisation's, user-3 a user's."""


@dataclass(frozen=True, slots=True)
class LinkKind:
    """`links`: the table; `id`, `code`: its columns that name the one there and the one here. `order`: ways to look."""

    name: str
    there: type[SQLModel]
    here: type[SQLModel]
    model: type[SQLModel]
    id_column: str
    code_column: str
    order: tuple[Method, ...]

    @property
    def links(self) -> Table:
        return table_of(self.model)

    @property
    def id(self) -> ColumnElement[int]:
        return self.links.c[self.id_column]

    @property
    def code(self) -> ColumnElement[str]:
        return self.links.c[self.code_column]

    def upsert(self, where: ColumnElement[bool] | None = None) -> Insert:
        """Keep links, in the place of those of the same id, where these may be replaced."""
        statement = insert(self.links)
        changed = {name: statement.excluded[name] for name in self.links.columns.keys() if name != self.id_column}
        return statement.on_conflict_do_update(index_elements=[self.id_column], set_=changed, where=where)


KINDS: Mapping[str, LinkKind] = {
    "org": LinkKind(
        "org",
        NinjaOrganization,
        mobile.Customer,
        OrganizationCustomerLink,
        "organization_id",
        "customer_code",
        ("exact", "email", "fuzzy"),
    ),
    "user": LinkKind(
        "user", NinjaUser, mobile.Colleague, UserColleagueLink, "user_id", "colleague_code", ("email", "exact", "fuzzy")
    ),
}


def parse_link_id(written: str) -> tuple[LinkKind, int]:
    """What `org-12` names; raises NoSuchLink for anything else."""
    name, _, number = written.partition("-")
    if name not in KINDS or not number.isdecimal() or int(number) >= 2**31:
        raise NoSuchLink(f"{written!r}.")
    return KINDS[name], int(number)
