"""`pg_dump`, `pg_restore` and `psql`, of the PostgreSQL that the tests run on."""

import re
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import blocking
from tests.schemas.ground import read_rows

from twinbase_server.embedded.programs import find_programs, make_environment


class Clients:
    """The programs of one version, as somebody would type them; a database comes as its URL."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def dump(self, url: str, *options: str) -> str:
        """What `pg_dump` writes; without the words that are another at every run."""
        done = self._run("pg_dump", *options, "--dbname", url)
        assert done.returncode == 0, done.stderr
        return re.sub(r"(?m)^\\(un)?restrict .*$", "", done.stdout)

    def list_dump(self, file: Path) -> list[str]:
        return self._run("pg_restore", "--list", str(file)).stdout.splitlines()

    def restore(self, url: str, *arguments: str) -> list[str]:
        """The errors of `pg_restore`."""
        return self._errors(self._run("pg_restore", "--dbname", url, *arguments))

    def feed(self, url: str, sql: str) -> list[str]:
        """The errors of `psql`."""
        return self._errors(self._run("psql", "--no-psqlrc", "--quiet", "--dbname", url, given=sql))

    def _run(self, program: str, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(self._folder / program), *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, env={**make_environment()}
        )

    @staticmethod
    def _errors(done: subprocess.CompletedProcess[str]) -> list[str]:
        return [line for line in done.stderr.splitlines() if re.search(r"\b(error|ERROR):", line)]


def find_clients(url: str) -> Clients:
    """Those of the version of this database; the test is skipped where there are none."""
    ((number,),) = blocking(read_rows(url, "SELECT current_setting('server_version_num')::int / 10000"))
    for folder in (find_programs(), Path(f"/usr/lib/postgresql/{number}/bin")):
        if (folder / "pg_dump").is_file() and (folder / "psql").is_file():
            said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False).stdout
            if f" {number}." in said:
                return Clients(folder)
    pytest.skip(f"there is no pg_dump of version {number} here")
