"""Sign in where there is no browser: a code is shown, and typed in a browser elsewhere (RFC 8628)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from twinbase.errors import NotSignedIn, Offline, ServerRefused
from twinbase.protocol import LoginAnswer
from twinbase.replica import Replica

BEGIN, FINISH = "auth/openid/terminal/begin", "auth/openid/terminal/finish"
SLOWER_SECONDS = 5.0
"""By so much more the device waits each time that it has asked too often (RFC 8628 §3.5)."""


@dataclass(frozen=True, slots=True)
class TerminalCode:
    """What a person types, and where. `address_with_code`: of a page that knows the code, or empty."""

    code: str
    address: str
    address_with_code: str
    lasts: timedelta


async def sign_in_at_terminal(
    replica: Replica, show: Callable[[TerminalCode], object], *, device_name: str = ""
) -> LoginAnswer:
    """Sign in by a code that `show` is called with. Cancel it when the person changes their mind.

    Raises NotSignedIn when nobody has typed the code in time, or who did is not let in; else as `Replica.sign_in`. What
    the network does meanwhile it sits out.
    """
    begun = await replica.ask_plugin(BEGIN, {})
    lasts, wait = float(begun["expires_in"]), float(begun["interval"])
    show(_read_code(begun, lasts))
    said = {"device_code": begun["device_code"]}
    try:
        async with asyncio.timeout(lasts):
            while True:
                await asyncio.sleep(wait)
                try:
                    return await replica.sign_in_by(FINISH, said, device_name=device_name)
                except ServerRefused as problem:
                    if problem.kind != "sign-in-pending":
                        raise
                    wait += SLOWER_SECONDS if problem.extra.get("slower") else 0
                except Offline:
                    continue
    except TimeoutError as error:
        raise NotSignedIn("Nobody has signed in with the code.") from error


def _read_code(begun: Mapping[str, Any], lasts: float) -> TerminalCode:
    return TerminalCode(
        code=str(begun["user_code"]),
        address=str(begun["verification_uri"]),
        address_with_code=str(begun.get("verification_uri_complete", "")),
        lasts=timedelta(seconds=lasts),
    )
