"""Every hook that a plugin may implement. Mark an implementation with `@hookimpl`.

Each hook says when it is called and where: *device*, *server* or *both*; docs/reference/hooks.md has more examples.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pluggy

from twinbase.conflict.decision import Strategy
from twinbase.identity import Identity
from twinbase.mirror import Mirror
from twinbase.postgres import PostgresConnection

if TYPE_CHECKING:
    from fastapi import APIRouter
    from pydantic_settings import BaseSettings
    from sqlmodel import SQLModel

    from twinbase.delivery import AppliedMutation, Delivery, Exporter
    from twinbase.identity import Credentials, UncheckedIdentity
    from twinbase.mutation import Flag, IncomingMutation, NeighbourQuery, Rows
    from twinbase.projection import Projection
    from twinbase.screens import BroughtScreen
    from twinbase.source import Source

PROJECT = "twinbase"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def twinbase_mirrors() -> Iterable[Mirror]:
    """The mirrors that this plugin brings.

    When: once, at start. Where: both sides; they must agree, so answer the same on each.
    Example: `yield Mirror(Product)`.
    """
    raise NotImplementedError


@hookspec
def twinbase_strategies() -> Mapping[str, Strategy]:
    """Conflict strategies by name, for `Mirror(conflict=name)`.

    When: once, at start. Where: both sides; strategies decide on the server.
    Example: `return {"longest_text": longest_text}`.
    """
    raise NotImplementedError


@hookspec
def twinbase_permissions() -> Mapping[str, str]:
    """Permissions by name, each with a sentence: what mirrors and routes ask for, and roles give.

    When: once, at start. Where: both sides.
    Example: `return {"jobs.read": "See the jobs.", "jobs.write": "Change them."}`.
    """
    raise NotImplementedError


@hookspec
def twinbase_roles() -> Mapping[str, Collection[str]]:
    """Roles by name, each with its permissions; "*" is all of them. An account's claim `role` names one, or several.

    When: once, at start. Where: both sides. Where no plugin brings a role, whoever is signed in may do everything.
    Of a role that several plugins name, what all of them give it; "" is the role of whoever has no claim `role`.
    Example: `return {"technician": ["jobs.read", "jobs.write"], "boss": ["*"]}`.
    """
    raise NotImplementedError


@hookspec
async def twinbase_authenticate(
    credentials: "Credentials", connection: PostgresConnection
) -> "Identity | UncheckedIdentity | None":
    """Say who signs in, or None when it is not for this plugin to say. The first identity counts.

    When: at POST auth/login. Where: server. `credentials`: e-mail and password as typed. `connection`: asyncpg, open.
    What takes long without it, such as the hash of a password, is answered as an UncheckedIdentity: it is checked when
    the connection has been given back, so that many sign-ins do not keep all connections.
    Example: `return Identity(str(user.id), {"colleague_id": str(user.colleague_id)})`.
    """
    raise NotImplementedError


@hookspec
async def twinbase_identify_again(identity: "Identity", connection: PostgresConnection) -> "Identity | None":
    """Say who somebody is by now who signed in long ago, or None when it is not for this plugin to say.

    When: at POST auth/refresh, every few minutes of a session. Where: server. `identity`: as it was said last.
    `connection`: asyncpg, open, inside of a transaction. The first identity counts, and its subject stays the same.
    Raise `Refused("…")` when the account is closed: the session ends with that sentence.
    Example: `return Identity(identity.subject, {"sectors": await read_sectors(connection, identity.subject)})`.
    """
    raise NotImplementedError


@hookspec
def twinbase_neighbours(written: "IncomingMutation") -> "Iterable[NeighbourQuery]":
    """Which other rows twinbase_before_mutation will look at. They are read once for a batch, with one query a table.

    When: for every mutation of a batch, before the first is decided. Where: server.
    `written`: the row as it was before the batch (None: new, or gone), and the columns that the device wants to write.
    Example: `return [NeighbourQuery("visits", "id", {**(written.row or {}), **written.values}.get("visit_id"))]`.
    """
    raise NotImplementedError


@hookspec
async def twinbase_before_mutation(
    written: "IncomingMutation", identity: Identity, now: datetime, rows: "Rows"
) -> "Flag | None":
    """Look at a mutation before it is written; raise `Refused(reason, sentence)` to refuse its local transaction.

    Answer `Flag(reason, sentence)` to let it be written and have the office look at it: what came late, say.

    When: for every mutation that would be written, after the conflict strategy. Where: server.
    `written`: twin, operation, key, the row as it is (or None), the columns to be written, in wire form.
    `rows(twin, column, value)`: other rows as they are by now, among those that twinbase_neighbours asked for.
    Example: `if written.row and written.row["state"] == "closed": raise Refused("closed", "The visit is closed.")`.
    """
    raise NotImplementedError


@hookspec
def twinbase_projections() -> "Sequence[Projection]":
    """Projections: queries that feed one server table from others.

    When: once, at start of the server and of `twinbase` commands. Where: server.
    Example: `return [Projection(Customer, "erp_customer", rows, feeds=(from_customer, from_deal))]`.
    """
    raise NotImplementedError


@hookspec
def twinbase_tables() -> "Iterable[type[SQLModel]]":
    """Tables of the plugin that stay on the server: made with those of the twins, never sent to a device.

    When: when a database is set up or upgraded. Where: server.
    Example: `return [Sector]`.
    """
    raise NotImplementedError


@hookspec
def twinbase_settings() -> "Iterable[type[BaseSettings]]":
    """The classes of this plugin's settings, so that a variable which none of them reads is a mistake that is told.

    When: when a `twinbase` command has loaded its plugins. Where: server.
    Example: `return [ShopSettings]`, which reads `TWINBASE_SHOP_…`.
    """
    raise NotImplementedError


@hookspec
def twinbase_routes() -> "Iterable[APIRouter]":
    """FastAPI routers, served under `/api/v1`. A path that is taken already is refused at start.

    When: once, when the application is made. Where: server.
    Example: `return [router]`, with `router = APIRouter(prefix="/machines")`.
    """
    raise NotImplementedError


@hookspec
def twinbase_sources() -> "Iterable[Source]":
    """Other systems that rows are brought from, on a schedule.

    When: once, at start of a worker and of `twinbase source` commands. Where: server.
    Example: `yield Source("prices", fetch_prices, every=timedelta(hours=1))`.
    """
    raise NotImplementedError


@hookspec
async def twinbase_deliveries(
    applied: "Sequence[AppliedMutation]", identity: Identity, connection: PostgresConnection, now: datetime
) -> "Iterable[Delivery]":
    """What has to be handed over to other systems, of what a device has changed. It is kept in the same transaction.

    When: once per batch of a device that changed anything, after all of it was written. Where: server.
    `connection`: asyncpg, in that transaction: read with it. An error here refuses nothing: the batch is tried again.
    Example: `return [Delivery("erp", one, "note", dict(one.values)) for one in applied if one.twin == "notes"]`.
    """
    raise NotImplementedError


@hookspec
def twinbase_exporters() -> "Iterable[Exporter]":
    """Those that hand deliveries over, one for each destination.

    When: once, at start of a worker. Where: server.
    Example: `yield Exporter("erp", send)`.
    """
    raise NotImplementedError


@hookspec
def twinbase_screens(language: str) -> "Iterable[BroughtScreen]":
    """Screens, cards on a visit or a customer, and actions, for every app: data, and functions that read and write.

    When: once, at start of an app. Where: device. `language`: `fr` or `en`; every text is given in it.
    Nothing of Kivy or Textual is imported by a plugin: each front end draws what it brings.
    Example: `yield CardSpec("visit", "meters", "Meters", "bolt", load=last_readings)`.
    """
    raise NotImplementedError
