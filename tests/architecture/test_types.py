"""Types say something: `python -m tests.architecture.signatures` lists the public signatures that do not."""

import pytest
from tests.architecture.signatures import MEASURED, share_of

PERCENT_MAX = 5.0
SMALL = {"plugins/openid/twinbase_openid": 25, "frontends/textual/twinbase_textual": 50}
"""How many public signatures a package has at least that has not a hundred."""


@pytest.mark.parametrize("package", MEASURED)
def test_few_public_signatures_say_any(package: str) -> None:
    share = share_of(package)
    assert share.signatures > SMALL.get(package, 100)
    assert share.percent <= PERCENT_MAX
