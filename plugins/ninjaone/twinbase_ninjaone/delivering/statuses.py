"""Whether a ticket still wants the status that a visit gives it, and the ticket with it. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

SUBJECT_LETTERS_MAX = 200
REQUIRED = {
    "client_id": "an organisation",
    "requester_uid": "a requester",
    "subject": "a subject",
    "ticket_form_id": "a form",
    "version": "a version",
}
TicketVerdict = Literal["write", "there", "gone", "finished"]


def decide(ticket: Mapping[str, Any], status: int, seen: int | None, finished: Collection[int]) -> TicketVerdict:
    """What to do with the ticket as it is now. `seen`: the status that the technician saw.

    Whoever has finished the ticket in NinjaOne meanwhile has the last word.
    """
    if ticket["deleted"]:
        return "gone"
    if ticket["status_id"] == status:
        return "there"
    if ticket["status_parent_id"] in finished and ticket["status_id"] != seen:
        return "finished"
    return "write"


def find_lack(ticket: Mapping[str, Any]) -> str:
    """Why NinjaOne would refuse any change of this ticket, with what to do; empty when it would not.

    A change has to name what the ticket itself need not have.
    """
    missing = [word for column, word in REQUIRED.items() if ticket[column] is None]
    if missing:
        return f"NinjaOne changes no ticket without {' and '.join(missing)}: give ticket {ticket['id']} one there."
    if len(ticket["subject"]) > SUBJECT_LETTERS_MAX:
        return (
            f"NinjaOne changes no ticket whose subject has more than {SUBJECT_LETTERS_MAX} letters: shorten that of "
            f"ticket {ticket['id']} there."
        )
    return ""


def ticket_fields(ticket: Mapping[str, Any], status: int) -> dict[str, Any]:
    """What is sent: everything as it is, but for the status. That an update keeps what it does not name is not
    documented."""
    kept = {
        "clientId": ticket["client_id"],
        "ticketFormId": ticket["ticket_form_id"],
        "subject": ticket["subject"],
        "requesterUid": ticket["requester_uid"] and str(ticket["requester_uid"]),
        "type": ticket["type"],
        "priority": ticket["priority"],
        "severity": ticket["severity"],
        "locationId": ticket["location_id"],
        "nodeId": ticket["node_id"],
        "assignedAppUserId": ticket["assigned_app_user_id"],
        "tags": ticket["tags"],
        "additionalAssignedTechnicianIds": ticket["additional_assigned_technician_ids"],
        "cc": ticket["cc_list"],
        "attributes": _attributes(ticket["attribute_values"]),
        "followupTime": ticket["followup_time"] and ticket["followup_time"].timestamp(),
    }
    return {name: value for name, value in kept.items() if value is not None} | {"status": str(status)}


def _attributes(values: Any) -> list[dict[str, Any]] | None:
    """Read with a value of any kind, and written as text: what is no text, or of no attribute, is left alone."""
    found = [one for one in values or () if isinstance(one, dict) and isinstance(one.get("value"), str)]
    named = [{"attributeId": one["attributeId"], "value": one["value"]} for one in found if _is_id(one)]
    return named or None


def _is_id(value: Mapping[str, Any]) -> bool:
    id = value.get("attributeId")
    return isinstance(id, int) and not isinstance(id, bool)
