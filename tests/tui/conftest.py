"""A technician's file, made once by a real server; each test works on a copy of it."""

from pathlib import Path

import pytest
from tests.kivy.day import copy_day, make_day_once

from twinbase.testing.databases import Databases


@pytest.fixture(scope="session")
def made_day(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Anna's file, the same as that of the window app's tests."""
    return make_day_once(databases, tmp_path_factory.mktemp("anna"))


@pytest.fixture
def anna(made_day: Path, tmp_path: Path) -> Path:
    """A copy of it, of the test's own."""
    return copy_day(made_day, tmp_path)
