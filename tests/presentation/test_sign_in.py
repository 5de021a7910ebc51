"""From a bare device to a synced one, against a real server."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.plugins.mobile.reading.company import PLUGINS, Company, paris
from tests.plugins.mobile.reading.test_days import visit

from twinbase.replica import Replica, ReplicaSession
from twinbase.replica.tokens.vault import FileTokens
from twinbase.testing.device import URL
from twinbase.testing.wire import Wire
from twinbase.testing.world import KEY, PASSWORD
from twinbase_mobile.tables import Intervention, Product
from twinbase_presentation import Runner, load_language
from twinbase_presentation.screens.sign_in import SignInModel

ANNAS = "anna@example.org"


class NewPhone:
    """A phone out of its box, and its way to the server."""

    def __init__(self, company: Company, path: Path, language: str = "en") -> None:
        self.wire, self._path, self._clock = Wire(company.world.application), path, company.world.clock
        self.runner = Runner(asyncio.get_running_loop())
        self.model = SignInModel(self.runner, load_language(language), self._open_at)
        self.said: list[str] = []
        self.model.observe(lambda: self.said.append(self.model.shown.said))

    async def _open_at(self, server: str, certificate: str) -> Replica:
        tokens = FileTokens(self._path, KEY)
        return await Replica.open(
            self._path, KEY, plugins=PLUGINS, server=server, clock=self._clock, transport=self.wire, tokens=tokens
        )


@pytest.fixture
def phone_path(tmp_path: Path) -> Path:
    return tmp_path / "new.twin"


def hold_the_end(application: Any, told: threading.Event) -> Any:
    """The last part of what a first sync fetches comes when it was told how much of it is there: it takes its time."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        async def pass_on(message: Any) -> None:
            if not message.get("more_body", True):
                await asyncio.to_thread(told.wait, 60)
            await send(message)

        await application(scope, receive, pass_on if scope["path"].endswith("sync/initial") else send)

    return answer


async def test_a_password_signs_in_and_everything_comes(company: Company, phone_path: Path) -> None:
    await company.add(*(visit(n, paris(11, 8)) for n in range(2, 30)))
    await company.add(Product(code="P", caption="Pump"))
    another = "jsonb_build_object('id', gen_random_uuid(), 'code', 'P' || n, 'caption', md5(n::text))"
    await company.world.sql(
        f"INSERT INTO mobile.products SELECT (jsonb_populate_record(one, {another})).*"
        " FROM mobile.products one, generate_series(1, 12000) n"
    )
    phone = NewPhone(company, phone_path)
    assert not await phone.model.sign_in(URL, ANNAS, "wrong")
    assert (phone.model.shown.step, phone.model.shown.fault) == ("ask", "E-mail or password is wrong.")
    told = threading.Event()
    phone.model.observe(lambda: told.set() if " rows" in phone.model.shown.said else None)
    phone.wire.application = hold_the_end(company.world.application, told)
    assert await phone.model.sign_in(URL, f" {ANNAS} ", PASSWORD)
    assert (phone.model.shown.step, phone.model.shown.done) == ("ready", 1.0)
    assert [said for said in phone.said if " rows" in said] != []
    ((visits,),) = await company.world.sql("SELECT count(*) FROM mobile.interventions")
    assert await phone.runner.read(_count_visits) == visits == 29
    await phone.runner.let_go()


async def test_a_first_sync_that_breaks_off_says_so_and_goes_on(company: Company, phone_path: Path) -> None:
    phone = NewPhone(company, phone_path, "fr")
    phone.wire.up = False
    assert not await phone.model.sign_in(URL, ANNAS, PASSWORD)
    assert phone.model.shown.fault.startswith("Le serveur n\u2019est pas joignable pour l\u2019instant.")
    phone.wire.up = True
    await phone.runner.open(lambda: phone._open_at(URL, ""))
    await phone.runner.ask(lambda replica: replica.sign_in(ANNAS, PASSWORD))
    phone.wire.up = False
    assert not await phone.model.sync_first()
    assert str(phone.model.shown.step) == "interrupted"
    assert phone.model.shown.said.startswith("Reprend dès que le réseau revient")
    phone.wire.up = True
    assert await phone.model.sync_first()
    assert str(phone.model.shown.step) == "ready"
    await phone.runner.let_go()


async def test_a_code_that_is_none_is_said_before_anything_is_asked(company: Company, phone_path: Path) -> None:
    phone = NewPhone(company, phone_path)
    assert not await phone.model.join_by_code(URL, "7K3M")
    assert phone.model.shown.fault == "A code has eight letters and digits, as 7K3M-Q9TD."
    assert phone.model.read_offer("https://example.org") is None
    assert phone.model.shown.fault == "This code is no longer valid. Ask the office for another."
    assert not await phone.model.join_by_code(URL, "7k3m q9td")
    assert phone.model.shown.fault == "This code is no longer valid. Ask the office for another."
    await phone.runner.let_go()


async def _count_visits(session: ReplicaSession) -> int:
    query = select(func.count()).select_from(Intervention)
    return int((await session.execute(query)).scalar_one())
