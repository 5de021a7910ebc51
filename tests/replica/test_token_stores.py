"""Every store of tokens keeps, replaces and forgets; which one a device has, follows from what there is."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NoKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from twinbase.errors import KeystoreFailed, WrongKey
from twinbase.replica.tokens import KeyringTokens, MemoryTokens, TokenStore, VaultTokens
from twinbase.replica.tokens.choose import choose_token_store
from twinbase.replica.tokens.vault import FileTokens

KEY, OTHER = bytes(range(32)), bytes(32)


class Ring(KeyringBackend):
    """A keyring of this process, as the library has them. `locked`: it asks a person who is not there."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("nobody unlocks it")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("there is none")


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.mark.parametrize("kind", ["memory", "vault by a PIN", "vault by a key", "beside the file", "keyring"])
def test_a_store_keeps_replaces_and_forgets(kind: str, tmp_path: Path, ring: Ring) -> None:
    stores: dict[str, TokenStore] = {
        "memory": MemoryTokens(),
        "vault by a PIN": VaultTokens(tmp_path / "vault", "482193"),
        "vault by a key": VaultTokens(tmp_path / "vault", KEY),
        "beside the file": FileTokens(tmp_path / "anna.twin", KEY),
        "keyring": KeyringTokens("shop"),
    }
    store = stores[kind]
    store.forget("a")
    assert store.read("a") is None
    store.write("a", "first")
    store.write("b", "é𝄞 'quoted' \n")
    store.write("a", "second")
    assert (store.read("a"), store.read("b")) == ("second", "é𝄞 'quoted' \n")
    store.forget("a")
    assert (store.read("a"), store.read("b")) == (None, "é𝄞 'quoted' \n")


def test_a_vault_keeps_nothing_in_the_clear_and_opens_by_its_own_secret_alone(tmp_path: Path) -> None:
    vault = VaultTokens(tmp_path / "vault", "482193")
    vault.write("a", "a token that nobody reads")
    assert VaultTokens(vault.path, "482193").read("a") == "a token that nobody reads"
    assert all(b"nobody reads" not in path.read_bytes() for path in tmp_path.iterdir())
    assert vault.path.stat().st_mode & 0o077 == 0
    with pytest.raises(WrongKey, match="PIN"):
        VaultTokens(vault.path, "482194").read("a")


def test_a_vault_beside_another_file_is_made_anew(tmp_path: Path) -> None:
    FileTokens(tmp_path / "anna.twin", KEY).write("a", "of the file before")
    store = FileTokens(tmp_path / "anna.twin", OTHER)
    assert store.read("a") is None
    store.write("a", "of this one")
    assert store.read("a") == "of this one"


def test_a_locked_keyring_says_what_to_do(ring: Ring) -> None:
    ring.locked = True
    with pytest.raises(KeystoreFailed, match="Unlock it, or sign in again"):
        KeyringTokens().read("a")


def test_where_there_is_a_keyring_it_is_taken(tmp_path: Path, ring: Ring) -> None:
    assert isinstance(choose_token_store(tmp_path / "anna.twin", KEY), KeyringTokens)


def test_without_a_keyring_a_vault_lies_beside_an_encrypted_file_and_a_plain_one_has_none(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    try:
        assert isinstance(choose_token_store(tmp_path / "anna.twin", KEY), FileTokens)
        assert isinstance(choose_token_store(tmp_path / "anna.twin", None), MemoryTokens)
    finally:
        keyring.set_keyring(before)
