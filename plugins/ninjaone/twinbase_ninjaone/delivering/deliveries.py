"""What is handed over of a batch: new comments, and visits whose new status means one of their ticket's."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from twinbase.delivery import AppliedMutation, Delivery
from twinbase.postgres import PostgresConnection
from twinbase_ninjaone.projections.tickets import NAME as TICKETS

DESTINATION = "ninjaone"
COMMENT, STATUS = "comment", "set_status"


async def make_deliveries(
    applied: Sequence[AppliedMutation], connection: PostgresConnection, status_of_visit: Mapping[str, str]
) -> list[Delivery]:
    """The deliveries of a batch, in its order. `connection`: asyncpg, in its transaction."""
    comments = [one for one in applied if one.twin == "ticket_comments" and one.operation == "insert"]
    visits = [one for one in applied if one.twin == "interventions" and "status" in one.values] * bool(status_of_visit)
    if not comments and not visits:
        return []
    found = [
        *_comments(comments, await connection.fetch(_COMMENTS, _ids(comments), TICKETS)),
        *_statuses(visits, await connection.fetch(_VISITS, _ids(visits), TICKETS), status_of_visit),
    ]
    number_of = {one.id: number for number, one in enumerate(applied)}
    return sorted(found, key=lambda delivery: number_of[delivery.applied.id])


def _comments(applied: Sequence[AppliedMutation], rows: Sequence[Any]) -> Iterator[Delivery]:
    by_id = {str(row["id"]): row for row in rows}
    for one in applied:
        if row := by_id.get(str(one.key[0])):
            payload = {
                "ticket": row["number"],
                "comment": str(row["id"]),
                "body": row["body"] or "",
                "public": row["public"],
                "minutes": row["minutes"],
            }
            yield Delivery(DESTINATION, one, COMMENT, payload)


def _statuses(applied: Sequence[AppliedMutation], rows: Sequence[Any], words: Mapping[str, str]) -> Iterator[Delivery]:
    for one in applied:
        for row in rows:
            word = words.get(str(one.values["status"]), "")
            if word and str(row["visit"]) == str(one.key[0]):
                payload = {"ticket": row["number"], "status": word, "seen": row["status_id"]}
                yield Delivery(DESTINATION, one, STATUS, payload)


def _ids(applied: Sequence[AppliedMutation]) -> list[UUID]:
    return [UUID(str(one.key[0])) for one in applied]


_COMMENTS = """
SELECT c.id, c.body, c.public, c.minutes, t.number
FROM mobile.ticket_comments c JOIN mobile.tickets t ON t.id = c.ticket_id
WHERE c.id = ANY ($1) AND t.source_table = $2
"""
_VISITS = """
SELECT t.intervention_id AS visit, t.number, t.status_id FROM mobile.tickets t
WHERE t.intervention_id = ANY ($1) AND t.source_table = $2 ORDER BY t.number
"""
