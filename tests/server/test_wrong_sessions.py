"""Wrong sessions, each a mistake that somebody has shipped, and the test of ours that finds it out."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from tests.oracle.replacing import replace_everywhere
from tests.server import test_sessions
from tests.server.depot import House

from twinbase_server import revocation
from twinbase_server.sessions import device_key, refresh
from twinbase_server.sessions.refresh_token import RefreshToken

Find = Callable[[House], Awaitable[None]]


def without_reuse_detection() -> AbstractContextManager[Any]:
    """A token that was used long before is as good as the last one."""

    def follow(session: Any, shown: RefreshToken, request: Any) -> RefreshToken:
        if shown.serial == session.serial:
            return RefreshToken(session.id, session.serial + 1, request.rotation)
        return RefreshToken(session.id, session.serial, session.rotation)

    return replace_everywhere(refresh._follow, follow)


def without_grace() -> AbstractContextManager[Any]:
    """A token that was used once ends the session, though its answer was lost."""
    real = refresh._follow

    def follow(session: Any, shown: RefreshToken, request: Any) -> RefreshToken | None:
        return real(session, shown, request) if shown.serial == session.serial else None

    return replace_everywhere(refresh._follow, follow)


def with_revocation_at_the_next_token() -> AbstractContextManager[Any]:
    """A session that was ended goes on for as long as its access token."""
    real = revocation.check_device

    def check(account: str, who: Any, turned_away: str | None, *rest: Any) -> None:
        real(account, who, None if turned_away == "ended" else turned_away, *rest)

    return replace_everywhere(real, check)


def with_claims_of_the_sign_in() -> AbstractContextManager[Any]:
    """What an account may see counts when its access token has expired."""
    real = revocation.check_device

    def check(account: str, who: Any, turned_away: str | None, *rest: Any) -> None:
        real(account, who, None if turned_away == "claims" else turned_away, *rest)

    return replace_everywhere(real, check)


def without_proof() -> AbstractContextManager[Any]:
    """Whoever has a token is the device."""
    return replace_everywhere(device_key.is_of_device, lambda *_: True)


async def reuse(house: House) -> None:
    await test_sessions.test_a_token_that_was_used_long_before_ends_the_session_for_both(house, 3, True)


WRONG: list[tuple[Callable[[], AbstractContextManager[Any]], Find]] = [
    (without_reuse_detection, reuse),
    (without_grace, test_sessions.test_a_device_that_never_got_the_new_token_may_show_the_last_one_again),
    (with_revocation_at_the_next_token, test_sessions.test_ended_sessions_are_over_on_every_route_at_once),
    (with_claims_of_the_sign_in, test_sessions.test_what_an_account_may_see_counts_at_the_next_request),
    (without_proof, test_sessions.test_a_stolen_token_is_worth_nothing_without_the_key_and_spoils_nothing),
]


@pytest.mark.parametrize(("wrong", "find"), WRONG, ids=[wrong.__name__ for wrong, _ in WRONG])
async def test_a_wrong_session_is_found_out(
    house: House, wrong: Callable[[], AbstractContextManager[Any]], find: Find
) -> None:
    with wrong(), pytest.raises((AssertionError, KeyError)):
        await find(house)
