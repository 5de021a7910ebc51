"""The words that columns hold, and the columns themselves, as people call them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from twinbase_mobile.tables.kinds import (
    ActiveState,
    Claim,
    Energy,
    ExpenseKind,
    IncidentStatus,
    PaidWith,
    PhotoPhase,
    Priority,
    Severity,
    Signer,
    VisitStatus,
    WorkKind,
)
from twinbase_presentation.languages import Language, later

WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    VisitStatus: {
        VisitStatus.PLANNED: later("Planned"),
        VisitStatus.CONFIRMED: later("Confirmed"),
        VisitStatus.TRAVELLING: later("On the way"),
        VisitStatus.IN_PROGRESS: later("Under way"),
        VisitStatus.PAUSED: later("Paused"),
        VisitStatus.DONE: later("Done"),
        VisitStatus.CANCELLED: later("Cancelled"),
        VisitStatus.UNKNOWN: later("To be confirmed"),
    },
    Priority: {
        Priority.LOW: later("Low priority"),
        Priority.NORMAL: later("Normal priority"),
        Priority.HIGH: later("High priority"),
        Priority.URGENT: later("Urgent"),
    },
    Severity: {
        Severity.LOW: later("Low"),
        Severity.NORMAL: later("Normal"),
        Severity.HIGH: later("High"),
        Severity.DANGER: later("Danger"),
    },
    IncidentStatus: {
        IncidentStatus.PROPOSED: later("Proposed"),
        IncidentStatus.ACCEPTED: later("Accepted"),
        IncidentStatus.REJECTED: later("Rejected"),
        IncidentStatus.OPEN: later("Open"),
        IncidentStatus.CLOSED: later("Closed"),
        IncidentStatus.UNKNOWN: later("Unknown"),
    },
    ActiveState: {
        ActiveState.BLOCKED: later("Blocked"),
        ActiveState.PARTIALLY_BLOCKED: later("Partly blocked"),
        ActiveState.NON_PAYMENT: later("Does not pay"),
        ActiveState.SLEEPING: later("Inactive"),
    },
    Energy: {
        Energy.GAS: later("Gas"),
        Energy.OIL: later("Heating oil"),
        Energy.WOOD: later("Wood"),
        Energy.ELECTRIC: later("Electric"),
        Energy.HEAT_PUMP: later("Heat pump"),
        Energy.OTHER: later("Another one"),
    },
    WorkKind: {
        WorkKind.WORK: later("Work"),
        WorkKind.TRAVEL: later("Travel"),
        WorkKind.WORKSHOP: later("Workshop"),
        WorkKind.TRAINING: later("Training"),
        WorkKind.MEETING: later("Meeting"),
        WorkKind.ADMIN: later("Office work"),
        WorkKind.ABSENCE: later("Absence"),
        WorkKind.ON_CALL: later("On call"),
    },
    Claim: {
        Claim.DRAFT: later("Drafts"),
        Claim.SUBMITTED: later("Submitted"),
        Claim.APPROVED: later("Approved"),
        Claim.REJECTED: later("Sent back"),
        Claim.REIMBURSED: later("Paid back"),
    },
    ExpenseKind: {
        ExpenseKind.MEAL: later("Meal"),
        ExpenseKind.LODGING: later("Hotel"),
        ExpenseKind.FUEL: later("Fuel"),
        ExpenseKind.PARKING: later("Parking"),
        ExpenseKind.TOLL: later("Toll"),
        ExpenseKind.MILEAGE: later("Mileage"),
        ExpenseKind.SUPPLIES: later("Supplies"),
        ExpenseKind.OTHER: later("Other"),
    },
    PaidWith: {
        PaidWith.PERSONAL: later("My own money"),
        PaidWith.COMPANY_CARD: later("Company card"),
        PaidWith.CASH_ADVANCE: later("Cash advance"),
    },
    PhotoPhase: {
        PhotoPhase.BEFORE: later("Before"),
        PhotoPhase.DURING: later("During"),
        PhotoPhase.AFTER: later("After"),
        PhotoPhase.METER: later("Meter"),
        PhotoPhase.NAMEPLATE: later("Nameplate"),
    },
    Signer: {Signer.CUSTOMER: later("Customer"), Signer.TECHNICIAN: later("Technician")},
}
"""By list: `rejected` is another text in each of them."""

STATUS_ICONS: Mapping[VisitStatus, str] = {
    VisitStatus.PLANNED: "event",
    VisitStatus.CONFIRMED: "event",
    VisitStatus.TRAVELLING: "directions_car",
    VisitStatus.IN_PROGRESS: "play_arrow",
    VisitStatus.PAUSED: "pause",
    VisitStatus.DONE: "check_circle",
    VisitStatus.CANCELLED: "block",
    VisitStatus.UNKNOWN: "event",
}

COLUMNS: Mapping[str, str] = {
    "access_notes": later("Access"),
    "activity": later("Kind of work"),
    "actual_end": later("End"),
    "actual_start": later("Begins at"),
    "amount_ttc": later("Amount"),
    "answered_at": later("Answered at"),
    "billable": later("Billable"),
    "body": later("Text"),
    "break_minutes": later("Break (minutes)"),
    "cancel_reason": later("Why it is cancelled"),
    "caption": later("Name"),
    "category": later("Kind of expense"),
    "comment": later("Comment"),
    "day": later("Day"),
    "description": later("Description"),
    "distance_km": later("Distance (km)"),
    "email": later("E-mail"),
    "end_at": later("End"),
    "expense_on": later("Day"),
    "first_name": later("First name"),
    "follow_up_needed": later("Another visit is needed"),
    "function": later("Function"),
    "instructions": later("Instructions"),
    "item_key": later("Question"),
    "kind": later("Kind"),
    "label": later("Name"),
    "last_name": later("Name"),
    "location_in_site": later("Place in the building"),
    "merchant": later("Merchant"),
    "minutes": later("Minutes"),
    "mobile": later("Mobile"),
    "no_report_reason": later("Why there is no report"),
    "paid_with": later("Paid with"),
    "percent_done": later("Done (%)"),
    "phase": later("Phase"),
    "phone": later("Telephone"),
    "priority": later("Priority"),
    "public": later("The customer sees it"),
    "quantity": later("Quantity"),
    "refusal_reason": later("Why it was refused"),
    "report": later("Report"),
    "role": later("Who signs"),
    "scheduled_end": later("Planned end"),
    "scheduled_start": later("Planned start"),
    "serial_number": later("Serial number"),
    "severity": later("Severity"),
    "signer_name": later("Name"),
    "signer_quality": later("Who it is"),
    "start_at": later("Begins at"),
    "state": later("State"),
    "status": later("Status"),
    "title": later("Title"),
    "travel_minutes": later("Travel (minutes)"),
    "value_bool": later("Answer"),
    "value_choice": later("Answer"),
    "value_number": later("Answer"),
    "value_text": later("Answer"),
    "worked_minutes": later("Work (minutes)"),
}
"""Those that people read of: what else a row has, an id or a hash, says nothing to them."""


def say_word(language: Language, word: StrEnum) -> str:
    """What people call a word of a list; the word itself where they have no other."""
    known = WORDS.get(type(word), {}).get(word)
    return str(word).replace("_", " ").capitalize() if known is None else language.say(known)


def say_column(language: Language, name: str) -> str | None:
    """What people call a column; None where they never hear of it."""
    known = COLUMNS.get(name)
    return None if known is None else language.say(known)
