"""The codes that EBP writes as small numbers. Only DealState and ActiveState are confirmed; the others are assumed."""

import uuid
from dataclasses import dataclass

NAMESPACE = uuid.UUID("5b1f3c5e-8f6b-5a4e-9d0a-0e8a4c1b7e21")

ACTIVE, SLEEPING, BLOCKED, PARTIALLY_BLOCKED, NON_PAYMENT = range(5)
PLANNED, IN_PROGRESS, DONE, CANCELLED, PENDING = range(5)  # ScheduleEvent.EventState
DEAL_IN_STUDY, DEAL_ACCEPTED, DEAL_IN_PROGRESS, DEAL_RECEIVED, DEAL_FINISHED, DEAL_CANCELLED = range(6)
GOODS, SERVICE = 0, 1  # Item.ItemType

# TerritorialityId points at no table of the 319.
FRANCE, ABROAD = (str(uuid.uuid5(NAMESPACE, f"Territoriality/{name}")) for name in ("France", "Abroad"))

# SaleDocument.DocumentType with its NumberPrefix: quotation, invoice, credit memo, delivery, order.
SALE_KINDS = ((1, "DE"), (2, "FA"), (3, "AV"), (6, "BL"), (8, "CM"))
SALE_KIND_WEIGHTS = (28, 38, 3, 17, 14)
PURCHASE_KINDS = ((8, "CF"), (2, "FF"), (6, "BR"))
PURCHASE_KIND_WEIGHTS = (40, 35, 25)


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of agenda event; only field work becomes an intervention on a device."""

    caption: str
    color: int
    is_field_work: bool


REPAIR = EventType("Dépannage", -1237980, True)
UPKEEP = EventType("Entretien annuel", -12409355, True)
INSTALLATION = EventType("Installation", -14983648, True)
START_UP = EventType("Mise en service", -6381922, True)
SURVEY = EventType("Visite technique", -26624, True)
MEETING = EventType("Réunion", -8825528, False)
ABSENCE = EventType("Absence - Congés", -6543440, False)
TRAINING = EventType("Formation", -16738680, False)
EVENT_TYPES = (REPAIR, UPKEEP, INSTALLATION, START_UP, SURVEY, MEETING, ABSENCE, TRAINING)


def event_type_id(kind: EventType) -> str:
    """The key of the type in ScheduleEventType: the same under every seed, so that a configuration can name it."""
    return str(uuid.uuid5(NAMESPACE, f"ScheduleEventType/{kind.caption}"))


def kind_of(table: str) -> str:
    """The Kind that EbpSysDeletedRecord writes for a row of this table: a GUID that its reader has to learn."""
    return str(uuid.uuid5(NAMESPACE, f"Kind/{table}"))
