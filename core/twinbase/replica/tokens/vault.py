"""A vault: tokens in a small encrypted file, for a system without a keyring."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twinbase.errors import DamagedReplica, WrongKey
from twinbase.replica.connection import Connection
from twinbase.replica.file.file import ReplicaFile, connect, create_file, translate_errors
from twinbase.replica.file.keys import Secret, key_for

_TABLE = "CREATE TABLE IF NOT EXISTS token (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID"


class VaultTokens:
    """Tokens in a file of their own, encrypted by a PIN or a passphrase (a text), or by a key of 32 bytes.

    A PIN of six digits is guessed in days by whoever has the file: it keeps a colleague out, not a laboratory. Raises
    WrongKey when the file does not open by it.
    """

    def __init__(self, path: str | Path, secret: Secret) -> None:
        self.path, self._secret = Path(path), secret

    def read(self, name: str) -> str | None:
        """What is kept under this name."""
        if not self.path.exists():
            return None
        with self._open() as connection:
            row = connection.execute("SELECT text FROM token WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row[0])

    def write(self, name: str, text: str) -> None:
        """Keep this instead of what was kept."""
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO token (name, text) VALUES (?, ?)", (name, text))

    def forget(self, name: str) -> None:
        """Keep nothing under this name."""
        with self._open() as connection:
            connection.execute("DELETE FROM token WHERE name = ?", (name,))

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        create_file(self.path)
        file = ReplicaFile(self.path, key_for(self.path, self._secret))
        try:
            with translate_errors(file):
                connection = connect(file)
                try:
                    connection.execute(_TABLE)
                    yield connection
                finally:
                    connection.close()
        except DamagedReplica as error:
            raise WrongKey(f"{self.path.name} does not open by this PIN or key.") from error


class FileTokens:
    """The vault beside a replica's file, opened by the same key. What it cannot open is of another file, and is made
    anew: then somebody signs in again."""

    def __init__(self, replica: Path, secret: Secret) -> None:
        self._vault = VaultTokens(replica.with_name(replica.name + "-tokens"), secret)

    def read(self, name: str) -> str | None:
        """What is kept under this name."""
        try:
            return self._vault.read(name)
        except WrongKey:
            return None

    def write(self, name: str, text: str) -> None:
        """Keep this instead of what was kept."""
        try:
            self._vault.write(name, text)
        except WrongKey:
            self._vault.path.unlink()
            self._vault.write(name, text)

    def forget(self, name: str) -> None:
        """Keep nothing under this name."""
        if self.read(name) is not None:
            self._vault.forget(name)

    def rekey(self, name: str, secret: Secret) -> None:
        """From now on the replica's file is opened by this key, and so is the vault."""
        kept = self.read(name)
        self._vault = VaultTokens(self._vault.path, secret)
        if kept is not None:
            self.write(name, kept)
