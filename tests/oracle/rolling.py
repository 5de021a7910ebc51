"""Several processes of a server behind one address, as a load balancer has them."""

from collections.abc import Sequence
from random import Random
from typing import Any


class OneAddress:
    """An ASGI application that hands each request to one of several; `chance` says to which."""

    def __init__(self, applications: Sequence[Any], chance: int) -> None:
        self._applications, self._rng = applications, Random(chance)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._rng.choice(self._applications)(scope, receive, send)
