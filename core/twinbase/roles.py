"""Roles and permissions: names that plugins declare, and what the claim `role` of an identity gives."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from twinbase.errors import DeclarationError, WrongHook
from twinbase.identity import EVERYTHING, Identity

ROLE_CLAIM = "role"
NO_ROLE = ""
"""The role of whoever has no claim `role`, where a plugin declares one for them."""
OFFICE_PEOPLE, OFFICE_DEVICES, OFFICE_SALVAGE = "office.people", "office.devices", "office.salvage"
OFFICE_CONFLICTS = "office.conflicts"
OF_THE_SERVER: Mapping[str, str] = {
    OFFICE_PEOPLE: "Invite people, say what they may do, and cut them off.",
    OFFICE_DEVICES: "See all devices and sessions, enrol devices, cut them off and wipe them.",
    OFFICE_SALVAGE: "Decide about what was not sent from devices that were wiped.",
    OFFICE_CONFLICTS: "See what conflicts set aside and what was flagged, of everybody's rows; put back, and settle.",
}
"""Permissions that are there without a plugin; roles give them as they give any other."""
LETTERS_MAX = 64
_PERMISSION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_ROLE = re.compile(r"[a-z][a-z0-9_-]*")

Brought = Iterable[tuple[str, Any]]
"""What plugins have answered, each with its name."""


@dataclass(frozen=True)
class RoleTable:
    """`permissions`: by name, what each lets somebody do, in a sentence. `roles`: by name, the permissions of each."""

    permissions: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def grant(self, identity: Identity) -> Identity:
        """The same identity with what its roles permit; everything, where no plugin declares a role.

        Where the claim `role` is missing, or names a role that nobody declares, nobody can tell: then `may` raises
        ClaimMissing, for a slip in an account must not look as if all rows were gone (H10).
        """
        if not self.roles:
            return replace(identity, permissions=frozenset({EVERYTHING}))
        found = self._find_roles(identity.claims)
        known = [permissions for permissions in found if permissions is not None]
        permissions = frozenset().union(*known) if len(known) == len(found) else None
        return replace(identity, permissions=permissions)

    def _find_roles(self, claims: Mapping[str, Any]) -> list[frozenset[str] | None]:
        claim = claims.get(ROLE_CLAIM)
        if claim is None:
            return [self.roles.get(NO_ROLE)]
        names = claim if isinstance(claim, list | tuple) else [claim]
        # An empty text is a slip, and not somebody without a role.
        return [self.roles.get(name) if isinstance(name, str) and name else None for name in names]

    def check_permission(self, owner: str, permission: str) -> None:
        """Raise DeclarationError unless a plugin declares it. `owner`: who asks for it, as the sentence begins."""
        if permission not in self.permissions:
            raise DeclarationError(f"{owner} {_unknown(permission, self.permissions)}")


def build_role_table(permissions: Brought, roles: Brought) -> RoleTable:
    """What plugins declare, checked; raises DeclarationError or WrongHook with the plugin's name and what to write."""
    declared = _collect_permissions(permissions)
    return RoleTable(declared, _collect_roles(roles, declared))


def _collect_permissions(brought: Brought) -> dict[str, str]:
    declared = dict(OF_THE_SERVER)
    owners = dict.fromkeys(OF_THE_SERVER, "the server's own")
    for owner, answer in brought:
        label = f"twinbase_permissions of plugin {owner!r}"
        if not isinstance(answer, Mapping):
            raise WrongHook(f"{label} answers no mapping: return {{'jobs.read': 'See the jobs.'}}.")
        for name, sentence in answer.items():
            _check_name(label, name, _PERMISSION, "jobs.read")
            if not isinstance(sentence, str) or not sentence.strip():
                raise DeclarationError(f"{label} does not say what {name!r} permits: give it a sentence.")
            if name in declared:
                raise DeclarationError(f"{label} brings {name!r}, and plugin {owners[name]!r} does too: rename one.")
            declared[name], owners[name] = sentence, owner
    return declared


def _collect_roles(brought: Brought, declared: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Of a role that several plugins name, what all of them give it: so a plugin opens its own doors to it."""
    roles: dict[str, frozenset[str]] = {}
    for owner, answer in brought:
        label = f"twinbase_roles of plugin {owner!r}"
        if not isinstance(answer, Mapping):
            raise WrongHook(f"{label} answers no mapping: return {{'technician': ['jobs.read']}}.")
        for name, given in answer.items():
            if name != NO_ROLE:
                _check_name(label, name, _ROLE, "site-manager")
            _check_given(f"{label} gives {name!r}", given, declared)
            roles[name] = roles.get(name, frozenset()) | frozenset(given)
    return roles


def _check_name(label: str, name: object, pattern: "re.Pattern[str]", example: str) -> None:
    if not isinstance(name, str) or len(name) > LETTERS_MAX or not pattern.fullmatch(name):
        raise DeclarationError(
            f"{label} brings a name that is none: small letters a-z, digits and _, {LETTERS_MAX} at most, such as"
            f" {example!r}."
        )


def _check_given(label: str, given: object, declared: Mapping[str, str]) -> None:
    if not isinstance(given, Collection) or isinstance(given, str | Mapping):
        raise DeclarationError(f"{label} no list of permissions: write ['jobs.read'], or ['{EVERYTHING}'] for all.")
    named = list(given)
    for permission in named:
        if permission != EVERYTHING and permission not in declared:
            raise DeclarationError(f"{label} {_unknown(permission, declared)}")
        if named.count(permission) > 1:
            raise DeclarationError(f"{label} {permission!r} twice: take one out.")


def _unknown(permission: object, declared: Mapping[str, str]) -> str:
    """Why it is none, with the nearest one that there is."""
    nearest = get_close_matches(str(permission), declared, 1)
    meant = f"is {nearest[0]} meant? " if nearest else ""
    return (
        f"the permission {permission!r}, which no plugin declares: {meant}Declare it by twinbase_permissions, with a"
        " sentence."
    )
