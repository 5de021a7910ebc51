"""Sign in with the system's browser, which comes back to this device."""

import asyncio
import webbrowser
from collections.abc import Callable
from urllib.parse import urlsplit

from twinbase.errors import NotSignedIn
from twinbase.protocol import LoginAnswer
from twinbase.replica import Replica
from twinbase_openid.device.flow import BEGIN, FINISH, BrowserFlow
from twinbase_openid.device.landing import open_landing

WAIT_SECONDS = 600.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


async def sign_in_with_browser(
    replica: Replica,
    *,
    open_browser: Callable[[str], object] = webbrowser.open,
    device_name: str = "",
    port: int = 0,
    wait_seconds: float = WAIT_SECONDS,
) -> LoginAnswer:
    """Sign in on the directory's own page. Cancel it when the person changes their mind.

    `open_browser`: called with the address of that page, in a thread. `port`: of 127.0.0.1, where the directory knows
    only one; else any.
    Raises NotSignedIn when the person did not sign in, in time or at all, or is not let in; else as `Replica.sign_in`.
    """
    async with open_landing(port) as landing:
        flow = BrowserFlow(landing.address)
        answer = await replica.ask_plugin(BEGIN, flow.make_question())
        await asyncio.to_thread(open_browser, check_page(str(answer["url"])))
        try:
            came = await landing.wait(wait_seconds)
        except TimeoutError as error:
            raise NotSignedIn("Nobody has come back from the browser.") from error
    finished = flow.read_return(str(answer["issuer"]), came)
    return await replica.sign_in_by(FINISH, finished, device_name=device_name)


def check_page(url: str) -> str:
    """The address of a page that a browser may be sent to; raises NotSignedIn for any other: whatever answered where
    somebody has mistyped an address must not have this system open a file, or another app."""
    try:
        parts = urlsplit(url)
        is_page = parts.scheme == "https" and bool(parts.hostname)
        is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
    except ValueError:
        is_page = is_here = False
    if not (is_page or is_here):
        raise NotSignedIn("The server leads to no page of a directory.")
    return url
