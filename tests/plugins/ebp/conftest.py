"""Whoever works with EBP has its plugin active: else its commands are not there."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def active_plugins() -> Iterator[None]:
    """As an operator's environment says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINBASE_PLUGINS", "accounts,mobile,ebp")
        yield
