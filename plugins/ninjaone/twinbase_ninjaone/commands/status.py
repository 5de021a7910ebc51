"""`twinbase ninjaone status`: what waits for a person, and whether writing works."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinbase.builtin.deliveries import DeliveryRow
from twinbase_ninjaone.commands.options import run_in_transaction
from twinbase_ninjaone.delivering import DESTINATION
from twinbase_ninjaone.linking import KINDS
from twinbase_ninjaone.tables import VisitProposal, table_of
from twinbase_server.extension import FAILED, AsJson, DatabaseUrl, PluginNames, answer


@dataclass(frozen=True)
class StatusReport:
    """`deliveries`: how many are in which state; `held`: why some are held, a sentence each."""

    links_to_confirm: int
    visits_to_decide: int
    deliveries: dict[str, int]
    held: list[str]


def show_status(database_url: DatabaseUrl = None, plugins: PluginNames = "", as_json: AsJson = False) -> int:
    """Say how many links and proposals wait for a person, and whether what technicians write reaches NinjaOne.

    Exit status 1 when something of that is held or was refused.
    """
    found = run_in_transaction(database_url, plugins, _read)
    answer(asdict(found), as_json=as_json, show=lambda console: _show(console, found))
    return FAILED if found.held or found.deliveries.get("refused") else 0


async def _read(connection: AsyncConnection) -> StatusReport:
    d, p = table_of(DeliveryRow), table_of(VisitProposal)
    unconfirmed = [select(func.count()).where(kind.links.c.confirmed_at.is_(None)) for kind in KINDS.values()]
    links: Any = [await connection.scalar(count) for count in unconfirmed]
    proposed = await connection.scalar(select(func.count()).where(p.c.state == "proposed"))
    ours = d.c.destination == DESTINATION
    states = await connection.execute(select(d.c.state, func.count()).where(ours).group_by(d.c.state))
    held = select(d.c.said).where(ours, d.c.state == "held", d.c.said != "").distinct().order_by(d.c.said)
    return StatusReport(
        sum(links), proposed or 0, {state: count for state, count in states}, list(await connection.scalars(held))
    )


def _show(console: Console, found: StatusReport) -> None:
    console.print(f"{found.links_to_confirm} links wait to be confirmed: `twinbase ninjaone links`")
    console.print(f"{found.visits_to_decide} tickets are proposed as visits: `twinbase ninjaone proposals`")
    counted = ", ".join(f"{count} {state}" for state, count in sorted(found.deliveries.items()))
    console.print(f"deliveries: {counted or 'none'}")
    for sentence in found.held:
        console.print(f"[yellow]![/] Writing is held: {escape(sentence)}")
