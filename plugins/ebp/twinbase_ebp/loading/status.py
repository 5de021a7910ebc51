"""How far the copy is: what the loader has written down, for people who look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import loads
from typing import Any

from twinbase_ebp.loading.keys import format_key
from twinbase_ebp.loading.load import connect_database

RUNS_SHOWN = 5
EVENTS_SHOWN = 10
PROBLEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class LoadStatus:
    """`underway`: tables of which not all rows are there yet. `refused`: deletions that wait to be confirmed."""

    tables: int
    runs: Sequence[Mapping[str, Any]]
    underway: Sequence[str]
    refused: Mapping[str, int]
    problems: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]

    @property
    def sound(self) -> bool:
        """Whether nothing waits for a person."""
        return not (self.refused or self.problems or any(run["outcome"] == "failed" for run in self.runs[:1]))

    def as_dict(self) -> dict[str, Any]:
        return {"sound": self.sound} | {name: getattr(self, name) for name in self.__slots__}


async def read_load_status(url: str) -> LoadStatus:
    """What is written down on the server."""
    async with connect_database(url) as connection:
        states = await connection.fetch(_STATES)
        problems = await connection.fetch(_PROBLEMS, PROBLEMS_SHOWN)
        return LoadStatus(
            tables=await connection.fetchval("SELECT count(*) FROM ebp.table_spec WHERE NOT gone"),
            runs=[{**row, "figures": loads(row["figures"])} for row in await connection.fetch(_RUNS, RUNS_SHOWN)],
            underway=[row["table_name"] for row in states if row["mode"] != "following"],
            refused={row["table_name"]: row["refused"] for row in states if row["refused"]},
            problems=[{**row, "key": format_key(loads(row["key"]))} for row in problems],
            events=[dict(row) for row in await connection.fetch(_EVENTS, EVENTS_SHOWN)],
        )


_RUNS = "SELECT started_at, finished_at, outcome, figures FROM ebp.load_run ORDER BY started_at DESC LIMIT $1"
# Nobody can do anything about a table that EBP has no more.
_THERE = "NOT EXISTS (SELECT FROM ebp.table_spec t WHERE t.name = table_name AND t.gone)"
_STATES = f"SELECT table_name, mode, refused FROM ebp.load_state WHERE {_THERE} ORDER BY 1"
_PROBLEMS = f"""
SELECT table_name AS "table", key, sentence, at FROM ebp.row_problem WHERE {_THERE} ORDER BY 1, at LIMIT $1
"""
_EVENTS = 'SELECT at, table_name AS "table", kind, sentence FROM ebp.event ORDER BY id DESC LIMIT $1'
