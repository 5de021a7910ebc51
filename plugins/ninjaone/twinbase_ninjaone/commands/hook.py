"""`twinbase ninjaone hook`: be told by NinjaOne, or no more."""

import asyncio
from typing import Annotated

import typer

from twinbase_ninjaone.client import NinjaOne
from twinbase_ninjaone.hook import register
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_server.extension import AsJson, answer


def set_hook(
    server: Annotated[str, typer.Argument(metavar="URL", help="This server as NinjaOne reaches it: https://….")],
    as_json: AsJson = False,
) -> None:
    """Have NinjaOne say when something has happened to a ticket; an application has one such hook.

    TWINBASE_NINJAONE_HOOK_SECRET is what it shows then. Only a system administrator's application may set it.
    """
    settings = NinjaOneSettings()

    async def work() -> str:
        async with NinjaOne(settings) as ninja:
            return await register(ninja, server, settings)

    url = asyncio.run(work())
    answer({"url": url}, as_json=as_json, show=lambda console: console.print(f"NinjaOne tells {url}."))


def remove_hook(as_json: AsJson = False) -> None:
    """Have NinjaOne tell nothing more. The worker goes on looking by itself."""

    async def work() -> None:
        async with NinjaOne(NinjaOneSettings()) as ninja:
            await ninja.remove_webhook()

    asyncio.run(work())
    answer({"url": None}, as_json=as_json, show=lambda console: console.print("NinjaOne tells nothing."))
