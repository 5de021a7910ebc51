"""`twinbase worker`: a process that runs sources and hands deliveries over, for as long as it is let."""

import asyncio
import signal
from typing import TYPE_CHECKING

from rich.markup import escape

from twinbase.clock import utc_now
from twinbase.plugins import Plugins
from twinbase_server.cli.options import DatabaseUrl, PluginNames, load_named_plugins, open_database
from twinbase_server.cli.run import INTERRUPTED
from twinbase_server.cli.screen import make_error_console

if TYPE_CHECKING:
    from twinbase_server.jobs.schedule import TaskStatus


def command(database_url: DatabaseUrl = None, plugins: PluginNames = "accounts") -> int:
    """Run the plugins' sources on their schedules, and hand over what devices have changed, until it is stopped.

    Any number of workers may run; each task is run by one at a time. Ctrl-C and SIGTERM stop what is running, which
    is then due at once; a second Ctrl-C does not wait for that.
    """
    loaded = load_named_plugins(plugins)
    with open_database(database_url) as url:
        return asyncio.run(_work(url, loaded))


async def _work(url: str, plugins: Plugins) -> int:
    from pydantic import SecretStr

    from twinbase_server.jobs.worker import Worker
    from twinbase_server.settings import Settings

    stop = asyncio.Event()
    worker = Worker(Settings(database_url=SecretStr(url)), plugins, stop, _say)
    asked = _stopped_by_signals(stop)
    make_error_console().print(
        f"Working on {', '.join(worker.tasks) or 'nothing: no active plugin brings a source or exporter'}."
    )
    await worker.run()
    make_error_console().print("Stopped.")
    return INTERRUPTED if signal.SIGINT in asked else 0


def _stopped_by_signals(stop: asyncio.Event) -> list[signal.Signals]:
    """Which signals came. The second time they do what they always do."""
    loop = asyncio.get_running_loop()
    asked: list[signal.Signals] = []

    def ask(number: signal.Signals) -> None:
        asked.append(number)
        stop.set()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask, number)
    return asked


def _say(status: "TaskStatus") -> None:
    from twinbase_server.cli.task_words import describe_task

    at = utc_now().astimezone().strftime("%H:%M:%S")
    make_error_console().print(
        f"[dim]{at}[/] {status.kind} [bold]{escape(status.name)}[/]: {escape(describe_task(status))}"
    )
