"""The day on one file, from its opening to its end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from twinbase.plugins import Plugins
from twinbase.replica import Replica
from twinbase_mobile.reading import whoami
from twinbase_presentation import Runner, Workday, choose_language
from twinbase_presentation.plugin_screens import read_claims
from twinbase_textual.day.app import DayApp


@dataclass(frozen=True, slots=True)
class DayOptions:
    """What somebody has chosen. `syncs`: a server is known."""

    open_replica: Callable[[], Awaitable[Replica]]
    plugins: Plugins
    language: str = ""
    look: str = "dark"
    syncs: bool = True


async def run_day(options: DayOptions) -> int:
    """Run until somebody quits; then write what is held, and close the file. Answers the exit status."""
    runner = Runner()
    try:
        await runner.open(options.open_replica)
        me = await runner.ask(whoami)
        claims = await runner.ask(read_claims)
        workday = Workday(runner, me, choose_language(options.language))
        app = DayApp(workday, options.plugins, claims, options.look)
        if options.syncs:
            await runner.start_syncing()
        await app.run_async()
        await workday.leave()
        return app.return_code or 0
    finally:
        await asyncio.to_thread(runner.close)
