"""The savepoints of a batch: what is written since one was opened is kept or undone as a whole.

PostgreSQL keeps the first 64 subtransactions of a transaction where others find them fast, and released ones count
until the end (H35). So parts that stand are counted, in levels as the digits of a number are: a full level is undone
and written again as one part of the level above, and no row is written more often than there are levels.
"""

from dataclasses import dataclass

import asyncpg

from twinbase_server.accept.attempt import Objected, objection_of
from twinbase_server.accept.context import AcceptContext
from twinbase_server.accept.parts import LEVELS
from twinbase_server.database.connection import Connection


@dataclass(slots=True)
class Savepoints:
    """The levels' savepoints are opened when the batch cannot be written as one, that of the highest level first.

    `in_parts`: it is known from the beginning that it cannot.
    """

    connection: Connection
    in_parts: bool = False
    opened: int = 0

    async def open(self, name: str) -> None:
        """The levels, where they are needed, come along, which costs no round trip of their own."""
        levels = _levels_below(LEVELS) if self.opened == int(not self.in_parts) else ""
        await self.connection.execute(f"{levels}SAVEPOINT {name}; SET CONSTRAINTS ALL DEFERRED")
        self.opened += 1

    async def keep(self, name: str, accepting: AcceptContext) -> Objected | None:
        """None, or what deferred constraints object with: now, and not at the commit of the whole batch (H16)."""
        try:
            await self.connection.execute(f"SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT {name}")
        except asyncpg.PostgresError as error:
            return objection_of(accepting, error)
        return None

    async def undo(self, name: str) -> None:
        """Nothing is left of what was written since it was opened."""
        await self.connection.execute(f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")

    async def undo_level(self, level: int) -> None:
        """Nothing is left of the parts that a level counts."""
        await self.connection.execute(f"ROLLBACK TO SAVEPOINT {_level(level)}; {_levels_below(level)}SELECT")

    async def renew(self, level: int) -> None:
        """What stands of a level is one subtransaction of the level above; the level begins anew."""
        await self.connection.execute(f"RELEASE SAVEPOINT {_level(level)}; {_levels_below(level + 1)}SELECT")


def _level(number: int) -> str:
    return f"twinbase_level_{number}"


def _levels_below(top: int) -> str:
    return "".join(f"SAVEPOINT {_level(number)}; " for number in reversed(range(top)))
