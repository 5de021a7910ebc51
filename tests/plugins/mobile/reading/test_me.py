"""Who "me" is."""

import pytest
from tests.plugins.mobile.reading.company import ME, Company

from twinbase.errors import ClaimMissing, NotSignedIn
from twinbase_mobile.reading import whoami


async def test_me_is_the_colleague_who_signed_in_also_without_a_network(company: Company) -> None:
    company.phone.wire.up = False
    assert await whoami(company.phone.replica) == ME


async def test_before_a_sign_in_there_is_no_me(company: Company) -> None:
    new = await company.world.device("new", signed_in=False)
    with pytest.raises(NotSignedIn):
        await whoami(new.replica)


async def test_an_account_of_no_colleague_says_what_it_lacks(company: Company) -> None:
    office = await company.world.device("office", claims={"role": "office"})
    with pytest.raises(ClaimMissing, match="colleague_id"):
        await whoami(office.replica)
