"""The rows in an answer. Pure."""

from collections.abc import Mapping, Sequence

from twinbase_ninjaone.client.paging import AnsweredPage
from twinbase_ninjaone.contract import Call, NinjaRow, ObjectSpec
from twinbase_ninjaone.errors import UnexpectedAnswer


def spec_of(call: Call) -> ObjectSpec:
    """What the rows of a call are."""
    assert call.spec is not None
    return call.spec


def read_page(call: Call, answer: object) -> AnsweredPage:
    """The rows that can be read, and how many there were. Raises UnexpectedAnswer when the answer has another form."""
    found = _inside(call, answer)
    if not isinstance(found, list):
        raise _none(call)
    rows = [row for row in (_read(call, one) for one in found) if row is not None]
    return AnsweredPage(rows, len(found), _cursor(answer))


def read_one(call: Call, answer: object) -> NinjaRow:
    """The one object that is answered; raises UnexpectedAnswer when there is none."""
    if not isinstance(answer, dict):
        raise _none(call)
    return spec_of(call).read(answer)


def read_ticket(call: Call, ticket_id: int, answer: object) -> NinjaRow:
    """This ticket and no other."""
    row = read_one(call, answer)
    if row["id"] != ticket_id:
        raise UnexpectedAnswer(f"{call.method} {call.path}: asked for ticket {ticket_id}, it answered with another.")
    return row


def last_id(rows: Sequence[NinjaRow]) -> int:
    """Of the row that came last."""
    last: int = rows[-1]["id"]
    return last


def least_id(rows: Sequence[NinjaRow]) -> int:
    """Of any of them."""
    least: int = min(row["id"] for row in rows)
    return least


def is_whole_log(rows: Sequence[NinjaRow]) -> bool:
    """Whether a log shows that it is all there: newest first, it has come to what the ticket began with.

    Of one or two entries that says nothing: they are in every order.
    """
    ids = [row["id"] for row in rows]
    return len(ids) > 2 and ids == sorted(ids, reverse=True) and rows[-1]["type"] == "DESCRIPTION"


def _inside(call: Call, answer: object) -> object:
    """Where the rows stand. Inside an object they may be absent: the API's description requires no field of any."""
    name = call.rows.removesuffix("[]")
    if not name:
        return answer
    if not isinstance(answer, Mapping):
        raise _none(call)
    found = answer.get(name)
    return [] if found is None and not call.rows_required else found


def _read(call: Call, found: object) -> NinjaRow | None:
    try:
        return spec_of(call).read(found) if isinstance(found, dict) else None
    except UnexpectedAnswer:
        return None


def _cursor(answer: object) -> int | None:
    metadata = answer.get("metadata") if isinstance(answer, dict) else None
    cursor = metadata.get("lastCursorId") if isinstance(metadata, dict) else None
    return cursor if isinstance(cursor, int) and not isinstance(cursor, bool) else None


def _none(call: Call) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"{call.method} {call.path}: it holds no {spec_of(call).name}.")
