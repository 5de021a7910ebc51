"""The company's plugin, in two versions: what travels, to whom, and how conflicts are decided."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col
from tests.oracle.models import Tables, declare
from tests.oracle.strange.mirrors import mirrors

from twinbase import (
    Attachment,
    Credentials,
    Flag,
    Identity,
    IncomingMutation,
    Mirror,
    Plugins,
    Who,
    days,
    hookimpl,
    merge_columns,
    within,
)
from twinbase.conflict import add, device_wins, server_wins

MADE_ON_SITE = "made-on-site"


class Company:
    """The plugin of the oracle."""

    def __init__(self, tables: Tables, world: int | None) -> None:
        self.tables, self.world = tables, world

    @hookimpl
    async def twinbase_authenticate(self, credentials: Credentials, connection: Any) -> Identity | None:
        """Everybody is who they say: a password would cost more time than a sync."""
        claims = await connection.fetchval(
            "SELECT claims::text FROM twinbase.account WHERE email = $1", credentials.email
        )
        return Identity(credentials.email, json.loads(claims)) if claims else None

    @hookimpl
    async def twinbase_before_mutation(self, written: IncomingMutation) -> Flag | None:
        """Another number of parts is taken, and looked at; so is a visit that nobody has planned."""
        if written.twin == "visits" and written.operation == "insert":
            return Flag(MADE_ON_SITE, "The office gives it a number.")
        return Flag("counted", "Somebody counts them.") if "quantity" in written.values else None

    @hookimpl
    def twinbase_mirrors(self) -> Iterable[Mirror]:
        tables, version = self.tables, self.tables.version
        yield Mirror(tables.team, version=version)
        yield self._jobs()
        yield Mirror(
            tables.part,
            direction="both",
            scope=within(tables.job, tables.part.job_id),
            conflict=merge_columns(server_wins, quantity=add),
            page_rows=5,
            version=version,
        )
        yield Mirror(
            tables.log,
            direction="both",
            scope=lambda who: col(tables.log.person) == who["person"],
            conflict="append_only",
            page_rows=5,
            version=version,
        )
        yield Mirror(
            tables.stock, direction="both", operations=["update"], conflict="add", page_rows=3, version=version
        )
        yield Mirror(tables.notice, scope=self._in_my_sectors(tables.notice), page_rows=4, version=version)
        yield self._visits()
        yield from mirrors(self.world, version)
        if tables.tool is not None:
            yield Mirror(
                tables.tool,
                direction="both",
                scope=lambda who: col(tables.tool.person) == who["person"],
                conflict=merge_columns(device_wins),
                page_rows=3,
                version=version,
            )

    def _jobs(self) -> Mirror:
        job = self.tables.job
        mine = self._in_my_sectors(job)
        writable = ["title", "status", "hours", "price", "team_id"]
        return Mirror(
            job,
            hidden=["secret"],
            direction="both",
            scope=lambda who: or_(col(job.lead) == who["person"], mine(who)),
            window=days(job.starts_at, back=30, ahead=30),
            writable=[*writable, "floor"] if self.tables.version > 1 else writable,
            conflict=merge_columns(server_wins, title=device_wins, hours=add),
            page_rows=7,
            version=self.tables.version,
        )

    def _visits(self) -> Mirror:
        visit = self.tables.visit
        near = self._in_my_sectors(visit)
        return Mirror(
            visit,
            direction="both",
            operations=["insert", "update"],
            insertable=["person", "sector", "note", "made_on_site", "sha256"],
            writable=["note", "sha256"],
            scope=lambda who: or_(col(visit.person) == who["person"], near(who)),
            conflict=merge_columns(device_wins),
            attachments=(Attachment("sha256", state="state"),),
            page_rows=4,
            version=self.tables.version,
        )

    def _in_my_sectors(self, model: Any) -> Any:
        membership = self.tables.membership

        def scope(who: Who) -> Any:
            mine = select(col(membership.sector)).where(col(membership.person) == who["person"])
            return col(model.sector).in_(mine)

        return scope


@dataclass(frozen=True)
class Edition:
    """One version of the app: the same plugin runs on the server and on the devices."""

    tables: Tables
    plugins: Plugins
    world: int | None

    @property
    def version(self) -> int:
        return self.tables.version


tables_of = cache(declare)


@lru_cache(maxsize=8)
def edition(version: int, world: int | None) -> Edition:
    """The app in this version, for the company that has this world's strange tables, or none."""
    tables = tables_of(version)
    return Edition(tables, Plugins(Company(tables, world)), world)
