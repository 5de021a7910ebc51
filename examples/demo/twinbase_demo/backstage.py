"""What stands behind the app of a demo: a company, its server and the network, on a thread and a loop of their own.

The network is a proxy of ours: cut, it takes no connection and breaks those there are, as a cellar does.
"""

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from twinbase_demo.company import CrewMember, open_company, working_day
from twinbase_demo.erp import generate
from twinbase_demo.meanwhile import MeanwhileOffice
from twinbase_demo.network import Network
from twinbase_demo.other_systems import make_ebp_folder, make_files_folder
from twinbase_demo.server import ApiServer
from twinbase_demo.telling import Teller

SCALE, SEED = 0.02, 1
DATABASE = "twinbase_app"


@dataclass(frozen=True)
class MadeDemo:
    """What was made once, and is kept beside it: for which day, who works, and where the phone looks for the server."""

    day: str
    email: str
    name: str
    port: int
    password: str = field(repr=False)

    @property
    def shift_days(self) -> int:
        """How many days the day that was made is behind today: the app's calendar shows that day."""
        return (date.today() - date.fromisoformat(self.day)).days


@dataclass
class Backstage:
    """A demo that runs. `url`: where the phone looks for the server. `office`: who works while the network is cut."""

    made: MadeDemo
    network: Network
    office: MeanwhileOffice

    @property
    def url(self) -> str:
        return self.network.url


@asynccontextmanager
async def open_backstage(
    server_url: str, folder: Path, teller: Teller, *, keep: bool, scale: float = SCALE
) -> AsyncIterator[Backstage]:
    """Everything that a phone needs, on this PostgreSQL; made anew, or as it was kept in the folder."""
    async with AsyncExitStack() as stack:
        stack.enter_context(make_ebp_folder(folder))
        stack.enter_context(make_files_folder(folder))
        made = _read_made(folder)
        opening = open_company(server_url, keep=keep, name=DATABASE if keep else "", is_made=made is not None)
        company = await stack.enter_async_context(opening)
        with teller.show_phase("company", "Making a company") as phase:
            if made is None:
                day = working_day(date.today())
                await generate(company.erp_url, seed=SEED, scale=scale, today=day)
                await company.set_up()
                await company.load()
                await company.project()
                await company.analyze()
            phase.said = "A company with its ERP stands in PostgreSQL" + ("" if made is None else ", as it was kept")
        api = ApiServer(company.url)
        with teller.show_phase("serve", "Starting the server") as phase:
            await api.start()
            stack.push_async_callback(api.stop)
            phase.said = "The server runs, as a process of its own"
        network = await stack.enter_async_context(Network(api.port, 0 if made is None else made.port))
        if made is None:
            (technician,) = await company.choose_technicians(day, 1)
            made = MadeDemo(str(day), technician.email, _call(technician), network.port, secrets.token_urlsafe(12))
            await company.give_account(technician, made.password)
            await MeanwhileOffice(company.connection, technician.id, day).prepare_day()
            (folder / "demo.json").write_text(json.dumps(asdict(made)))
        day = date.fromisoformat(made.day)
        colleague = await company.find_colleague(made.email)
        yield Backstage(made, network, MeanwhileOffice(company.connection, colleague, day))


class BackstageThread:
    """Runs it beside the app's window: frames do not slow the network down, and the network no frame."""

    def __init__(self, server_url: str, folder: Path, teller: Teller, *, keep: bool, scale: float = SCALE) -> None:
        self._opening: Any = lambda: open_backstage(server_url, folder, teller, keep=keep, scale=scale)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="twinbase demo")
        self._context: Any = None
        self.stage: Backstage | None = None

    def __enter__(self) -> "BackstageThread":
        self._thread.start()
        try:
            self._context = self._opening()
            self.stage = asyncio.run_coroutine_threadsafe(self._context.__aenter__(), self._loop).result()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            asyncio.run_coroutine_threadsafe(self._context.__aexit__(None, None, None), self._loop).result()
        finally:
            self._end()

    @property
    def is_up(self) -> bool:
        """Whether phones reach the server."""
        return self.stage is not None and self.stage.network.up

    def turn(self, *, up: bool) -> None:
        """Cut the network, or have it back."""
        stage = self.stage
        if stage is not None:
            asyncio.run_coroutine_threadsafe(_turn(stage, up), self._loop).result()

    def _end(self) -> None:
        """Also of what an interrupt has left half open: the server's process ends with our end of its line."""
        asyncio.run_coroutine_threadsafe(_cancel_rest(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _turn(stage: Backstage, up: bool) -> None:
    """While nobody reaches the technician, the office goes on working."""
    if up:
        stage.network.restore()
    else:
        stage.network.cut()
        await stage.office.work_meanwhile()


async def _cancel_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


def _read_made(folder: Path) -> MadeDemo | None:
    """None where nothing was made here, or not to its end."""
    try:
        return MadeDemo(**json.loads((folder / "demo.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _call(technician: CrewMember) -> str:
    return technician.name
