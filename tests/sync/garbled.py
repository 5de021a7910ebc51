"""A server that once sees claims that are not a person's own: what a bug in a sign-in would do to one answer."""

from collections.abc import Callable
from typing import Any

from twinbase.identity import Identity
from twinbase.testing.wire import AsgiApp
from twinbase.testing.world import World


def garbled_once(world: World, path: str, replica: Any, **claims: Any) -> AsgiApp:
    """The world's application; the first request whose path ends so is answered as if the claims were these."""
    waiting = [path]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if waiting and scope["path"].endswith(waiting[0]):
            waiting.clear()
            token = world.application.state.serving.tokens.make(
                Identity("anna@example.org", claims), replica, world.clock()
            )
            # A bug in a sign-in would have signed it so: the request is the one that its checksum is of.
            swapped = (b"authorization", b"twinbase-checksum")
            headers = [(n, v) for n, v in scope["headers"] if n not in swapped]
            scope = {**scope, "headers": [*headers, (b"authorization", f"Bearer {token}".encode())]}
        await world.application(scope, receive, send)

    return application


def before_each(world: World, path: str, work: Callable[[], Any]) -> AsgiApp:
    """The world's application; something happens in the office before each request whose path ends so."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith(path):
            await work()
        await world.application(scope, receive, send)

    return application
