"""A phone for every test of what screens show."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.presentation.phone import ManualTiming, Phone, office

from twinbase import Plugins


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """What an app loads; it is read once."""
    return Plugins("mobile", "deliveries")


@pytest.fixture
async def phone(tmp_path: Path, plugins: Plugins) -> AsyncIterator[Phone]:
    """Anna's, with the bakery on it."""
    phone = Phone(tmp_path / "anna.twin", plugins)
    await phone.open()
    await phone.give(*office())
    yield phone
    await phone.workday.settle()
    phone.runner.close()


@pytest.fixture
def phone_timing() -> ManualTiming:
    """Seconds that pass when a test says so."""
    return ManualTiming()
