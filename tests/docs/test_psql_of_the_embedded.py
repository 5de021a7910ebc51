"""The page's way to look into the embedded PostgreSQL gives psql the address of the one that runs."""

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.page_blocks import list_blocks

from twinbase.testing.databases import Databases


def test_psql_is_given_the_server_that_commands_use(tmp_path: Path, databases: Databases) -> None:
    (block,) = [one for one in list_blocks("how-to/postgresql.md", "bash") if "psql" in one]
    psql = tmp_path / "psql"
    psql.write_text('#!/bin/sh\nprintf %s "$1" >address\n')
    psql.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TWINBASE_DATABASE_URL": databases.admin_url}
    subprocess.run(["bash", "-ec", block], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "address").read_text() == databases.admin_url
