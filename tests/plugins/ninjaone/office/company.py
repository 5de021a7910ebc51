"""The company: its database, its NinjaOne, and words for what people do in both."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from tests.plugins.ninjaone.conftest import Desk

from twinbase import Plugins, Run
from twinbase.testing import World
from twinbase_ninjaone.fetching import fetch
from twinbase_ninjaone.linking import LinkDecision, ListedLink, confirm, link_by_hand, list_links, propose
from twinbase_server.projection.run import Projected, project

PLUGINS = Plugins("accounts", "deliveries", "mobile", "ninjaone")
CLARA = LinkDecision("clara", datetime(2026, 11, 20, 9, tzinfo=UTC))
NAMES = UUID(int=7)


@dataclass
class Company:
    """One database and one stand-in."""

    world: World
    desk: Desk

    async def customer(self, code: str, name: str, email: str | None = None) -> UUID:
        id = uuid5(NAMES, f"customer {code}")
        await self.world.sql(
            "INSERT INTO mobile.customers (id, source_table, source_id, code, name, email, state, is_person) "
            "VALUES (:id, 'Customer', CAST(:code AS text), :code, :name, :email, 'active', false)",
            id=id,
            code=code,
            name=name,
            email=email,
        )
        return id

    async def colleague(self, code: str, first: str, last: str, email: str | None = None) -> UUID:
        id = uuid5(NAMES, f"colleague {code}")
        await self.world.sql(
            "INSERT INTO mobile.colleagues (id, source_table, source_id, code, first_name, last_name, email, state) "
            "VALUES (:id, 'Colleague', CAST(:code AS text), :code, :first, :last, :email, 'active')",
            id=id,
            code=code,
            first=first,
            last=last,
            email=email,
        )
        return id

    def call_organization(self, id: int, name: str) -> None:
        """Somebody gives it this name in NinjaOne."""
        self.desk.world.organizations[id]["name"] = name

    def call_user(self, id: int, first: str, last: str, email: str = "nobody@example.invalid") -> None:
        self.desk.world.users[id].update(firstName=first, lastName=last, email=email)

    async def fetch(self) -> None:
        """What is new in NinjaOne, and nothing else."""
        settings = self.desk.configured(lists_seconds=0)
        run = Run(self.world.database_url, self.desk.now, lambda *told: None)
        await fetch(settings, run, transport=self.desk.transport)

    async def propose_links(self) -> dict[str, ListedLink]:
        """Renewed proposals, and what is confirmed, by id."""
        async with self.world.engine.begin() as connection:
            await propose(connection, 85.0)
        return await self.links()

    async def links(self) -> dict[str, ListedLink]:
        async with self.world.engine.connect() as connection:
            return {link.id: link for link in await list_links(connection)}

    async def link(self, *ids: str) -> None:
        """A person confirms these."""
        async with self.world.engine.begin() as connection:
            for id in ids:
                await confirm(connection, id, CLARA)

    async def project(self) -> dict[str, Projected]:
        """Bring `mobile` up to date; what was done, by projection."""
        reports = await project(self.world.engine, PLUGINS.collect_projections(), registry=PLUGINS.registry)
        return {report.name: report for report in reports}

    async def bring(self) -> dict[str, Projected]:
        """What the source does at each run."""
        await self.fetch()
        return await self.project()

    async def set_links(self, **links: str) -> None:
        """A person says who is whom: `org_1="C1"`."""
        async with self.world.engine.begin() as connection:
            for id, code in links.items():
                await link_by_hand(connection, id.replace("_", "-"), code, CLARA)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.world.sql(query, **values)]
