"""A gallery over a database of its own, and the programs of others that the tests speak with."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from tests.server.files.album import Gallery, open_gallery
from tests.server.files.peer import BucketServer, install, open_bucket


@pytest.fixture
async def gallery(database_url: str, tmp_path: Path) -> AsyncIterator[Gallery]:
    async with open_gallery(database_url, tmp_path) as opened:
        yield opened
        opened.world.raise_crashes()


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Installed once, for all workers."""
    if shutil.which("npm") is None:
        pytest.skip("Node.js is not installed: the peers of these tests run on it.")
    shared = tmp_path_factory.getbasetemp().parent / "peers-of-attachments"
    with FileLock(f"{shared}.lock"):
        try:
            install(shared)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"The peers of these tests could not be fetched: {error}")
    return shared


@pytest.fixture
def bucket(peers: Path, tmp_path: Path) -> Iterator[BucketServer]:
    """A store that speaks S3."""
    with open_bucket(peers, tmp_path / "bucket") as opened:
        yield opened
