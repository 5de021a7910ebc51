"""Types say something: `python -m tests.architecture.signatures` lists the public signatures that do not."""

import pytest
from tests.architecture.signatures import PACKAGES, share_of

PERCENT_MAX = 5.0


@pytest.mark.parametrize("package", PACKAGES)
def test_few_public_signatures_say_any(package: str) -> None:
    share = share_of(package)
    assert share.signatures > 100
    assert share.percent <= PERCENT_MAX
