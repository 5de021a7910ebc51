"""Permissions and roles are refused at start when they cannot be meant so, with the plugin and what to write."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Field, SQLModel

from twinbase import Identity, Mirror, Plugins, hookimpl, within
from twinbase.errors import ClaimMissing, DeclarationError, MirrorError, TwinbaseError

JOBS = {"jobs.read": "See the jobs.", "jobs.write": "Change them."}


class Job(SQLModel, table=True):
    __tablename__ = "jobs"
    __table_args__ = {"schema": "roles_declared"}
    id: UUID = Field(primary_key=True)


class Part(SQLModel, table=True):
    __tablename__ = "parts"
    __table_args__ = {"schema": "roles_declared"}
    id: UUID = Field(primary_key=True)
    job_id: UUID | None = None


def plugin(permissions: Any = None, roles: Any = None, *mirrors: Mirror, name: str = "shop") -> ModuleType:
    """A module, as somebody writes one."""
    shop = ModuleType(name)
    if permissions is not None:
        shop.twinbase_permissions = hookimpl(lambda: permissions)  # type: ignore[attr-defined]
    if roles is not None:
        shop.twinbase_roles = hookimpl(lambda: roles)  # type: ignore[attr-defined]
    if mirrors:
        shop.twinbase_mirrors = hookimpl(lambda: mirrors)  # type: ignore[attr-defined]
    return shop


def refusal(*plugins: ModuleType) -> str:
    with pytest.raises(TwinbaseError) as caught:
        Plugins(*plugins).registry  # noqa: B018
    assert isinstance(caught.value, DeclarationError)
    return str(caught.value)


@pytest.mark.parametrize("name", ["", "Jobs.read", "jobs read", "jobs.", ".read", "jobs..read", "*", 7, None, "j" * 65])
def test_a_name_that_is_none_is_refused(name: Any) -> None:
    assert "twinbase_permissions of plugin 'shop' brings a name that is none" in refusal(plugin({name: "See."}))
    if name != "":
        assert "twinbase_roles of plugin 'shop' brings a name that is none" in refusal(plugin(JOBS, {name: []}))


@pytest.mark.parametrize("sentence", ["", "  ", None, 7])
def test_a_permission_says_what_it_permits(sentence: Any) -> None:
    assert "does not say what 'jobs.read' permits: give it a sentence" in refusal(plugin({"jobs.read": sentence}))


@pytest.mark.parametrize("answer", [["jobs.read"], "jobs.read", 7, [("jobs.read", "See.")]])
def test_what_is_no_mapping_is_refused(answer: Any) -> None:
    assert "twinbase_permissions of plugin 'shop' answers no mapping" in refusal(plugin(answer))
    assert "twinbase_roles of plugin 'shop' answers no mapping" in refusal(plugin(JOBS, answer))


def test_two_plugins_do_not_bring_one_permission() -> None:
    said = refusal(plugin(JOBS), plugin({"jobs.read": "Something else."}, name="other"))
    assert "twinbase_permissions of plugin 'other' brings 'jobs.read', and plugin 'shop' does too: rename one." in said


@pytest.mark.parametrize("given", ["jobs.read", None, 7, {"jobs.read": True}])
def test_a_role_has_a_list_of_permissions(given: Any) -> None:
    assert "twinbase_roles of plugin 'shop' gives 'boss' no list of permissions" in refusal(
        plugin(JOBS, {"boss": given})
    )


def test_a_permission_that_nobody_declares_is_refused_with_the_nearest_one() -> None:
    said = refusal(plugin(JOBS, {"boss": ["jobs.raed"]}))
    assert "gives 'boss' the permission 'jobs.raed', which no plugin declares: is jobs.read meant?" in said
    said = refusal(plugin(JOBS, {}, Mirror(Job, read="job.read")))
    assert "Mirror(Job) asks for the permission 'job.read', which no plugin declares: is jobs.read meant?" in said
    said = refusal(plugin(JOBS, {}, Mirror(Job, direction="both", write="job.write")))
    assert "Mirror(Job) asks for the permission 'job.write'" in said
    said = refusal(plugin(JOBS, {}, Mirror(Job, scope=lambda who: who.may("jobs.all"))))
    assert "Mirror(Job) asks for the permission 'jobs.all'" in said


def test_a_permission_twice_in_a_role_is_a_slip() -> None:
    assert "gives 'boss' 'jobs.read' twice: take one out" in refusal(plugin(JOBS, {"boss": ["jobs.read", "jobs.read"]}))


def test_a_mirror_that_is_only_read_has_no_permission_to_write() -> None:
    with pytest.raises(MirrorError, match="take out writable=, insertable=, operations= and write="):
        Plugins(plugin(JOBS, None, Mirror(Job, write="jobs.write"))).registry  # noqa: B018


@pytest.mark.parametrize("option", ["read", "write"])
def test_a_permission_of_a_mirror_is_a_name(option: str) -> None:
    wrong: Any = {option: ["jobs.read"]}
    with pytest.raises(MirrorError, match=f"{option}= is the name of a permission"):
        Plugins(plugin(JOBS, None, Mirror(Job, direction="both", **wrong))).registry  # noqa: B018


def test_a_scope_asks_for_a_permission_in_sql_and_not_in_python() -> None:
    with pytest.raises(MirrorError, match="its scope cannot be read as SQL"):
        Plugins(plugin(JOBS, None, Mirror(Job, scope=lambda who: True if who.may("jobs.read") else False))).registry  # noqa: B018


def test_a_row_that_follows_another_needs_what_that_one_needs() -> None:
    follows = Mirror(Part, scope=within(Job, Part.job_id), read="jobs.write")
    loose = Mirror(Part, scope=within(Job, Part.job_id, nulls=True))
    job = Mirror(Job, read="jobs.read")
    assert Plugins(plugin(JOBS, None, follows, job)).registry["parts"].gates == {"jobs.read", "jobs.write"}
    assert Plugins(plugin(JOBS, None, loose, job)).registry["parts"].gates == set()


def test_a_plugin_gives_its_own_permissions_to_the_role_of_another() -> None:
    other = plugin({"tickets.read": "See tickets."}, {"boss": ["tickets.read"]}, name="other")
    roles = Plugins(plugin(JOBS, {"boss": ["jobs.read"]}), other).roles
    assert roles.roles["boss"] == {"jobs.read", "tickets.read"}


def test_without_any_role_whoever_is_signed_in_may_do_everything() -> None:
    for plugins in (Plugins(), Plugins(plugin(JOBS))):
        assert plugins.roles.grant(Identity("anna", {"role": "anything"})).may("jobs.write")


NAMES = st.sampled_from(["a.read", "a.write", "b.read", "b.write"])
TABLES = st.dictionaries(st.sampled_from(["one", "two", "three", ""]), st.frozensets(NAMES | st.just("*")), min_size=1)


@given(
    TABLES, st.none() | st.lists(st.sampled_from(["one", "two", "three", "four", ""])) | st.sampled_from(["one", ""])
)
def test_an_identity_may_what_one_of_its_roles_gives_and_nothing_else(
    table: Mapping[str, frozenset[str]], claim: Any
) -> None:
    roles = Plugins(plugin(dict.fromkeys(["a.read", "a.write", "b.read", "b.write"], "May."), table)).roles
    identity = roles.grant(Identity("anna", {"role": claim}))
    named = [""] if claim is None else [claim] if isinstance(claim, str) else claim
    if any(name not in table or (name == "" and claim is not None) for name in named):
        with pytest.raises(ClaimMissing, match="role"):
            identity.may("a.read")
        return
    for permission in ("a.read", "a.write", "b.read", "b.write", "c.read"):
        assert identity.may(permission) == any({"*", permission} & table[name] for name in named)


def test_the_rows_of_a_cursor_are_known_by_what_its_person_may() -> None:
    """A cursor of before there were roles stands for everything, as it did."""
    identity = Identity("anna", {"role": "one"})
    whole = Plugins(plugin(JOBS, {"one": ["*"]})).roles.grant(identity)
    less = Plugins(plugin(JOBS, {"one": ["jobs.read"]})).roles.grant(identity)
    assert whole.rights_fingerprint() == identity.fingerprint() == less.fingerprint()
    assert less.rights_fingerprint() != whole.rights_fingerprint()
