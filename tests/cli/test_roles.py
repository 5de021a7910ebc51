"""`twinbase role list` says what the plugins bring, and needs no database for it."""

from tests.cli.said import Twinbase

from twinbase.roles import OF_THE_SERVER
from twinbase_mobile.roles import PERMISSIONS, ROLES


def test_the_roles_of_the_plugins_are_listed_with_what_they_give(twinbase: Twinbase) -> None:
    said = twinbase("role", "list", "--plugins", "accounts,mobile", "--json").json
    assert said["permissions"] == {**OF_THE_SERVER, **PERMISSIONS}
    assert {*ROLES, "", "office"} == set(said["roles"])
    assert said["roles"]["technicien"] == sorted(ROLES["technicien"]) and said["roles"]["super_admin"] == ["*"]


def test_a_person_reads_them_with_a_sentence_for_each_permission(twinbase: Twinbase) -> None:
    said = " ".join(twinbase("role", "list", "--plugins", "mobile").out.split())
    assert "super_admin: everything" in said and "without a role: contacts.read, contacts.update" in said
    assert all(f"{permission} {sentence}" in said for permission, sentence in PERMISSIONS.items())


def test_where_there_are_none_it_says_what_that_means(twinbase: Twinbase) -> None:
    said = twinbase("role", "list", "--plugins", "accounts")
    assert "No active plugin brings a role: whoever is signed in may do everything." in " ".join(said.out.split())
