"""Which way the tables go, whose rows they are, who may write what."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import exists
from sqlmodel import col

from twinbase import Mirror, Who, within
from vending.tables import Machine, Route, Slot


def on_my_routes(who: Who) -> Any:
    """A join: machines of routes whose driver I am. The engine hears of it when a route changes hands."""
    return exists().where(col(Route.code) == col(Machine.route), col(Route.driver) == who["driver"])


def mirrors() -> Iterator[Mirror]:
    """Machines and, with each, its slots."""
    yield Mirror(
        Machine,
        direction="both",
        scope=on_my_routes,
        operations={"update"},
        writable={"out_of_order", "remark"},
        conflict="merge_columns",
    )
    yield Mirror(
        Slot,
        direction="both",
        scope=within(Machine, Slot.machine_id),
        operations={"update"},
        writable={"left", "counted_at"},
        conflict="latest_count",
    )
