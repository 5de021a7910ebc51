"""What a technician calls the rows that he writes: in a list of what is not sent yet, say.

The words are English, and texts to translate; a row belongs to the visit, customer or ticket that it is seen on.
"""

from collections.abc import Mapping

from twinbase.caption import Caption

_OF_THE_VISIT = ("intervention_id.customer_id.name",)
_OF_THE_CUSTOMER = ("customer_id.name",)
_OF_EITHER = (*_OF_THE_CUSTOMER, *_OF_THE_VISIT, "intervention_id.title")


def _on_a_visit(word: str, *named_by: str) -> Caption:
    return Caption(word, named_by, about=_OF_THE_VISIT, belongs_to="intervention_id")


def _of_a_customer(word: str, *named_by: str) -> Caption:
    return Caption(word, named_by, about=_OF_THE_CUSTOMER, belongs_to="customer_id")


def _of_a_day(word: str, *named_by: str, about: tuple[str, ...] = _OF_EITHER) -> Caption:
    return Caption(word, named_by, about=about, belongs_to="intervention_id")


CAPTIONS: Mapping[str, Caption] = {
    "interventions": Caption("Visit", ("title", "number"), about=_OF_THE_CUSTOMER, belongs_to="id"),
    "intervention_assignments": _on_a_visit("Assignment", "colleague_id.last_name", "colleague_id.first_name"),
    "intervention_equipment": _on_a_visit(
        "Appliance", "caption", "equipment_id.caption", "product_id.caption", "serial_number"
    ),
    "intervention_notes": Caption("Note", ("title", "body"), about=_OF_EITHER, belongs_to="intervention_id"),
    "intervention_parts": _on_a_visit("Part", "label", "product_id.caption", "product_id.code"),
    "intervention_photos": _on_a_visit("Photo", "caption", "phase"),
    "intervention_signatures": _on_a_visit("Signature", "signer_name", "role"),
    "checklist_answers": _on_a_visit("Answer", "item_key"),
    "customer_sites": _of_a_customer("Site", "label", "city"),
    "contacts": _of_a_customer("Contact", "last_name", "first_name"),
    "customer_equipment": _of_a_customer("Equipment", "caption", "serial_number"),
    "incidents": _of_a_customer("Incident", "caption", "description"),
    "timesheets": _of_a_day("Hours", "day"),
    "travel_logs": _of_a_day("Way", "to_label", "from_label", about=_OF_THE_VISIT),
    "expenses": _of_a_day("Expense", "merchant", "category"),
    "stock_movements": _of_a_day("Stock movement", "product_id.caption", "product_id.code", about=_OF_THE_VISIT),
    "ticket_comments": Caption(
        "Comment", ("ticket_id.subject", "body"), about=("ticket_id.customer_id.name",), belongs_to="ticket_id"
    ),
}
"""By the twin's name: every one that a device writes."""
