"""What became of the edits that met another one: from the server's journal and ledger, as a person would tell it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twinbase_demo.company import Company


@dataclass(frozen=True)
class ContestedColumn:
    """One column of one row that two sides had written; `kept` is the side whose value stands."""

    what: str
    who: str
    column: str
    mine: str
    theirs: str
    kept: str


@dataclass(frozen=True)
class RefusedEdits:
    """Edits of one person that were not accepted, for one reason; `twins`: which tables they were of."""

    who: str
    edits: int
    reason: str
    detail: str
    twins: list[str]


@dataclass(frozen=True)
class FlaggedEdits:
    """Edits of one person that were taken though they came late, for one reason."""

    who: str
    edits: int
    detail: str
    looked_at: int


async def read_decisions(company: Company, called: Mapping[str, str]) -> list[ContestedColumn]:
    """Every contested column, as it was decided last. `called`: what the owners of the accounts are called."""
    found: dict[tuple[str, str, str], ContestedColumn] = {}
    for row in await company.connection.fetch(_JOURNAL):
        for decision in _of_row(row, called[row["author"]]):
            found[decision.what, decision.who, decision.column] = decision
    return list(found.values())


def _of_row(row: Any, who: str) -> list[ContestedColumn]:
    mine, theirs, decided = (json.loads(row[name]) or {} for name in ("mine", "theirs", "decided"))
    return [
        ContestedColumn(row["what"], who, column, _shown(mine.get(column)), _shown(theirs.get(column)), side)
        for column, side in decided.items()
    ]


async def read_refusals(company: Company, called: Mapping[str, str]) -> list[RefusedEdits]:
    """What was not accepted, and what was kept back behind it."""
    rows = await company.connection.fetch(_REFUSED)
    return [RefusedEdits(called[account], edits, *why) for account, edits, *why in rows]


async def read_flagged(company: Company, called: Mapping[str, str]) -> list[FlaggedEdits]:
    """What was taken though it came late, and how much of it somebody at the office has looked at."""
    rows = await company.connection.fetch(_FLAGGED)
    return [FlaggedEdits(called[row["author"]], row["edits"], row["detail"], row["looked"]) for row in rows]


async def count_outcomes(company: Company) -> dict[str, int]:
    """How many edits became what."""
    rows = await company.connection.fetch("SELECT status, count(*) AS many FROM twinbase.ledger GROUP BY 1 ORDER BY 1")
    return {row["status"]: row["many"] for row in rows}


async def read_ledger_ids(company: Company) -> set[str]:
    """The number for life of every edit that has an outcome."""
    return {row["id"] for row in await company.connection.fetch("SELECT mutation::text AS id FROM twinbase.ledger")}


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    return text.removesuffix(".000000")


_JOURNAL = """
SELECT j.mine::text, j.theirs::text, j.decided::text, j.author,
    coalesce('visit ' || ltrim(i.number, 'EV0'), 'contact ' || k.last_name, j.twin) AS what
FROM twinbase.journal j
LEFT JOIN mobile.interventions i ON j.twin = 'interventions' AND i.id::text = j.key ->> 0
LEFT JOIN mobile.contacts k ON j.twin = 'contacts' AND k.id::text = j.key ->> 0
WHERE j.theirs <> 'null' AND j.kind = 'conflict'
ORDER BY j.at, j.id
"""
_REFUSED = """
SELECT r.account, count(*) AS edits, l.outcome ->> 'reason' AS reason, l.outcome ->> 'detail' AS detail,
    array_agg(DISTINCT l.twin) AS twins
FROM twinbase.ledger l JOIN twinbase.replica r ON r.id = l.replica
WHERE l.status IN ('refused', 'parked')
GROUP BY 1, 3, 4 ORDER BY 1, 2 DESC, 3
"""
_FLAGGED = """
SELECT author, detail, count(*) AS edits, count(settled_at) AS looked
FROM twinbase.journal WHERE kind = 'flag' GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""
