"""`twinbase app --demo` without a window: to today's list, through a cut of the network, and nothing is left."""

import asyncio
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console
from tests.kivy.headless import open_headless

from twinbase import Plugins
from twinbase_demo.telling import Teller
from twinbase_mobile.reading import whoami
from twinbase_presentation.device.opening import make_opener

pytestmark = pytest.mark.timeout(400)
SCALE = 0.005


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not holds():
            await asyncio.sleep(0.02)


async def play(backstage: Any, place: Path) -> None:
    """Somebody looks at today, cuts the network, works, and has it back."""
    from tests.kivy.measuring import list_words

    from twinbase_demo.app_demo import DEVICE_PLUGINS, enrol_once, make_options
    from twinbase_kivy.owned_app import OwnedApp
    from twinbase_kivy.stage import WindowStage

    plugins = Plugins(*DEVICE_PLUGINS)
    account = await enrol_once(backstage.stage, place, make_opener(plugins))
    assert await enrol_once(backstage.stage, place, make_opener(plugins)) == account, "he signs in once"
    app = OwnedApp(make_options(backstage, place, plugins, "en"), WindowStage())
    await app.start()
    await app.finish_tasks()
    assert app.shell is not None
    await until(lambda: app.runner.status.synced_at is not None)
    today = next(iter(app.shell.pages.values()))
    assert today.model.shown is not None and today.model.shown.groups, list_words(app.shell)
    app.device.turn_network()
    await until(lambda: app.runner.status.is_offline)
    assert not backstage.is_up
    assert await app.runner.ask(whoami) == app.lobby.me, "the day goes on"
    rows = [row for group in today.model.shown.groups for row in group.rows]
    here = [row for row in rows if row.visit.start.date() == app.shell.workday.today]
    visits = [row.id for row in sorted(here, key=lambda row: (row.visit.start, row.id))]
    await do_what_the_office_does(app, visits[-1])
    app.device.turn_network()
    await until(lambda: not app.runner.status.is_offline)
    await see_what_became_of_it(app, visits)
    await asyncio.to_thread(show_in_a_terminal, app.lobby.account)
    await app.close()


def show_in_a_terminal(account: Any) -> None:
    """The command that the demo tells, as a process beside the window."""
    from tests.tui.test_command import HEADLESS, RUN

    from twinbase_demo.app_demo import tell_terminal

    program, name, *arguments = shlex.split(tell_terminal(account))
    assert (program, name) == ("twinbase", "tui")
    ended = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env=os.environ | HEADLESS, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")


async def do_what_the_office_does(app: Any, id_: UUID) -> None:
    """He has it signed, reports on it, and says where the appliance stands: all three are done at the office, too."""
    from twinbase_mobile.tables import CustomerEquipment, Intervention, InterventionSignature
    from twinbase_mobile.tables.kinds import Signer

    async def report(session: Any) -> None:
        (await session.get_one(Intervention, id_)).report = "Filtre nettoyé."

    async def place(session: Any) -> None:
        visit = await session.get_one(Intervention, id_)
        (await session.get_one(CustomerEquipment, visit.main_equipment_id)).location_in_site = "toiture"

    async def sign(session: Any) -> None:
        session.add(InterventionSignature(intervention_id=id_, role=Signer.CUSTOMER, signer_name="M. Petit"))

    # One after the other, as on three screens: what is refused of one keeps the others back no longer than itself.
    for work in (report, place, sign):
        await app.runner.write(work)


async def see_what_became_of_it(app: Any, visits: list[UUID]) -> None:
    """The page of the sync has what the tutorial says: a refusal, two reports, and a value that was set aside."""
    from twinbase_demo.app_demo import DEVICE_PLUGINS
    from twinbase_presentation.screens.checklist import ChecklistModel
    from twinbase_presentation.screens.sync_page import SyncModel

    page = SyncModel(app.shell.workday, Plugins(*DEVICE_PLUGINS))
    assert (await page.sync_now()).is_done
    await page.load()
    assert page.shown is not None
    (refused,) = page.refused
    assert refused.sentence == "There is a signature of the customer on this visit already."
    decided = {line.kept: card for card in page.shown.decided for line in card.lines}
    assert set(decided) == {"both", "server"}, page.shown.decided
    assert decided["server"].can_put_back
    form = await page.make_correct_form(refused.id)
    form.fill("role", "technician")
    assert (await page.correct(refused.id, form)).is_done
    assert (await page.put_back(decided["server"].id)).is_done
    assert (await page.sync_now()).said == "Everything is sent."
    page.close()
    checklist = ChecklistModel(app.shell.workday, visits[0])
    await checklist.open()
    assert "CO dans la pièce" in str(checklist.shown)
    checklist.close()


def test_a_technician_has_his_day_and_loses_the_network_for_a_while(database_url: str, tmp_path: Path) -> None:
    from twinbase_demo.backstage import BackstageThread

    open_headless(tmp_path / "kivy")
    said = io.StringIO()
    teller = Teller(Console(file=said, width=100))
    with BackstageThread(database_url, tmp_path, teller, keep=False, scale=SCALE) as backstage:
        with asyncio.Runner() as runner:
            runner.run(play(backstage, tmp_path))
        port = backstage.stage.network.port if backstage.stage else 0
    assert "The server runs" in said.getvalue()
    with asyncio.Runner() as runner, pytest.raises(OSError):
        runner.run(asyncio.open_connection("127.0.0.1", port))


def test_without_the_demo_the_app_says_what_to_install() -> None:
    hidden = "import sys; sys.modules['twinbase_demo'] = None\n"
    run = hidden + "import typer; from twinbase_kivy.command import command; typer.run(command)"
    ended = subprocess.run(
        [sys.executable, "-c", run, "--demo"],
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "pip install 'twinbase-demo[app]'" in ended.stderr
