"""What every test may ask for: a database of its own on a real PostgreSQL, and chance that can be repeated."""

import gc
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from twinbase.testing.conformance.suite import SEED
from twinbase.testing.databases import VARIABLE
from twinbase_server.embedded.programs import PostgresMissing, find_programs, read_major_version

MEMORY = Path("/dev/shm")
MEMORY_FREE_MIN = 8 * 1024**3

# The databases are the public kit's: one PostgreSQL for each xdist worker, which costs half a second.
pytest_plugins = ["twinbase.testing.fixtures"]

# Real databases answer when they can: a deadline on one example would fail on a busy machine, not on a wrong engine.
_ANY_MACHINE = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _ANY_MACHINE, max_examples=50)
settings.register_profile("long", _ANY_MACHINE, max_examples=2_000)
settings.load_profile("ci")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """One number for all chance of a run: the given one, else a new one; the workers of xdist get the same."""
    given = config.option.hypothesis_seed or os.environ.get(SEED) or str(random.SystemRandom().getrandbits(32))
    config.option.hypothesis_seed = os.environ[SEED] = given
    _work_in_memory()
    # No test asks the keyring of whoever runs them.
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def _work_in_memory() -> None:
    """Databases are copied by the thousand: in 50 ms there, in up to 700 on a slow disk that others use; and devices
    write each commit to the disk. A TMPDIR that is given is taken as it is."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_FREE_MIN:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end: no collection of garbage looks at it again. A worker holds
    millions of such objects, and looked at all of them again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Keep what `tox -e coverage` has measured here: a worker that takes long to end is killed with all of it."""
    coverage = sys.modules.get("coverage")
    if coverage is not None and (measured := coverage.Coverage.current()) is not None:
        measured.save()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The seed, the PostgreSQL and the folder, where a log of a failed run shows them."""
    seed = f"repeat the chance of this run with {SEED}={config.option.hypothesis_seed}"
    return [seed, f"PostgreSQL: {_postgresql()}", f"files in {tempfile.gettempdir()}"]


def _postgresql() -> str:
    """The one that every test gets its databases from, without a password."""
    if given := os.environ.get(VARIABLE):
        return f"the server at {urlsplit(given).hostname}"
    try:
        folder = find_programs()
        return f"{read_major_version(folder)}, started from {folder}"
    except PostgresMissing as error:
        return str(error)
