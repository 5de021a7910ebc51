"""Whether a server has people sign in at a directory: asked before anybody is somebody there."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from twinbase.errors import ServerRefused

OFFER = "auth/openid/offer"
LETTERS_MAX = 60


async def find_directory(ask: Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]) -> str:
    """What people call the directory that they sign in at; "" where there is none. `ask`: `Replica.ask_plugin`, or the
    same of a server for which there is no file yet.

    Raises Offline, HalfAnswer, NotTwinbase or ServerRefused, as whatever is asked of a server.
    """
    try:
        said = await ask(OFFER, {})
    except ServerRefused as problem:
        if problem.status == 404:
            return ""
        raise
    # It stands on a button: whatever answered there, it is one short line.
    name = "".join(letter for letter in str(said.get("name", "")) if letter.isprintable())
    return " ".join(name.split())[:LETTERS_MAX]
