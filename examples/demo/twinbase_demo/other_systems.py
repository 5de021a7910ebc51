"""The systems beside ours: NinjaOne, whose stand-in speaks its API over real HTTP, and the folder where EBP takes files
from. Both are set as an operator would set them: by environment variables, which our processes inherit.
"""

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinbase.clock import utc_now
from twinbase_demo.company import Company, CrewMember
from twinbase_ninjaone.linking import LinkDecision, confirm_sure, propose
from twinbase_ninjaone.settings import NinjaOneSettings
from twinbase_ninjaone.standin import CLIENT_ID, CLIENT_SECRET, Sizes, StandinWorld, create_app, make_world, serve_app
from twinbase_ninjaone.standin.sizes import SMALL
from twinbase_server.extension import open_engine

CALLS_PER_SECOND = "1000"


@dataclass(frozen=True)
class NinjaStandin:
    """The stand-in while the demo runs."""

    world: StandinWorld

    @property
    def tickets(self) -> int:
        return len(self.world.tickets)


@contextmanager
def set_environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables are set inside the block, for us and for the processes that we start."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def make_ebp_folder(folder: Path) -> Iterator[Path]:
    """Where what technicians enter is put for EBP's own import."""
    export = folder / "for-ebp"
    export.mkdir(exist_ok=True)
    # What the ERP of the demo means by its codes: a company finds out with `twinbase ebp values`.
    kinds = '{"2": "consumption", "3": "transfer"}'
    settings = {"EXPORT": "csv", "EXPORT_FOLDER": str(export), "STOCK_DOCUMENT_KINDS": kinds}
    with set_environment({f"TWINBASE_EBP_{name}": value for name, value in settings.items()}):
        yield export


@contextmanager
def make_files_folder(folder: Path) -> Iterator[Path]:
    """Where the server keeps what rows name by a hash."""
    files = folder / "files"
    files.mkdir(exist_ok=True)
    with set_environment({"TWINBASE_FILES": str(files)}):
        yield files


@contextmanager
def start_ninjaone(
    customers: Sequence[str], crew: Sequence[CrewMember], *, seed: int, small: bool
) -> Iterator[NinjaStandin]:
    """NinjaOne, with organisations that are our customers and technicians who are our colleagues."""
    world = make_world(random.Random(seed), utc_now(), customers, SMALL if small else Sizes())
    for colleague, user in zip(crew, sorted(world.users), strict=False):
        world.users[user] |= {"firstName": colleague.first_name, "lastName": colleague.last_name}
    with ExitStack() as stack:
        url = stack.enter_context(serve_app(create_app(world)))
        stack.enter_context(set_environment(_settings(url)))
        yield NinjaStandin(world)


def _settings(url: str) -> dict[str, str]:
    said: dict[str, Any] = {
        "URL": url, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "CALLS_PER_SECOND": CALLS_PER_SECOND,
    }  # fmt: skip
    return {f"TWINBASE_NINJAONE_{name}": value for name, value in said.items()}


async def link(company: Company) -> int:
    """Who is whom: what is sure by name or e-mail is confirmed at once; what only looks alike waits for a person."""
    async with open_engine(company.url) as database, database.begin() as connection:
        await propose(connection, NinjaOneSettings().link_score_min)
        return await confirm_sure(connection, LinkDecision("the demo", utc_now()))


async def count_waiting_links(company: Company) -> int:
    """Links that look alike, and that nobody has confirmed."""
    return int(await company.connection.fetchval(_PENDING))


_PENDING = """
SELECT (SELECT count(*) FROM ninjaone.org_customer_links WHERE confirmed_at IS NULL)
    + (SELECT count(*) FROM ninjaone.user_colleague_links WHERE confirmed_at IS NULL)
"""
