"""One appliance: what it is, what of it is covered, what was measured on it, and on which visits somebody saw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading.checklists import AnswerValue
from twinbase_mobile.reading.columns import columns_of, pick, select_columns
from twinbase_mobile.reading.marking import Mark, Marks, read_marks
from twinbase_mobile.reading.moments import PARIS, Zone, local_day, local_time
from twinbase_mobile.reading.sites import COVERS
from twinbase_mobile.rules import Judgement, items_of, judge
from twinbase_mobile.tables import (
    ChecklistAnswer,
    ChecklistTemplate,
    Customer,
    CustomerEquipment,
    CustomerSite,
    Intervention,
    InterventionEquipment,
    Product,
)
from twinbase_mobile.tables.kinds import ActiveState, Energy, VisitStatus

MEASURES_MAX, VISITS_MAX = 200, 50


@dataclass(frozen=True, slots=True)
class Cover:
    """What its guarantee covers, parts, labour or travel, and until when."""

    what: str
    until: date
    in_force: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """An answer of a checklist about it. `value` is what was answered, `judgement` what its thresholds say of it."""

    id: UUID
    visit_id: UUID
    key: str
    label: str
    unit: str
    value: AnswerValue
    judgement: Judgement
    answered_at: datetime | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class OnVisit:
    """A visit that it was on. `id` is the row that says so; `serial_number` and `replaced_by_serial` as noted there."""

    id: UUID
    visit_id: UUID
    visit: str
    status: VisitStatus
    start: datetime | None
    serial_number: str
    replaced_by_serial: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class EquipmentSheet:
    """An appliance with its history on this device: `measures` and `visits`, the newest first."""

    id: UUID
    code: str
    caption: str
    product: str
    customer_id: UUID
    customer: str
    site: str
    serial_number: str
    location_in_site: str
    description: str
    installed_on: date | None
    energy: Energy | None
    power_kw: Decimal | None
    covers: tuple[Cover, ...]
    state: ActiveState
    mark: Mark
    measures: tuple[Measure, ...]
    visits: tuple[OnVisit, ...]


_TEXTS = ("code", "serial_number", "location_in_site", "description")
_ANSWERS = ("value_bool", "value_number", "value_text", "value_choice")
_VALUES = ("customer_id", "installed_on", "energy", "power_kw", "state")


async def read_equipment(
    session: ReplicaSession, id_: UUID, *, now: datetime, zone: Zone = PARIS
) -> EquipmentSheet | None:
    """An appliance; None when it is not on this device. Four queries."""
    row = (await session.execute(_query().where(columns_of(CustomerEquipment).id == id_))).mappings().one_or_none()
    if row is None:
        return None
    known = await read_marks(session, CustomerEquipment, ChecklistAnswer, InterventionEquipment)
    day = local_day(now, zone)
    ends = {what: row[f"{what}_cover_end"] for what in COVERS}
    return EquipmentSheet(
        **_own(row),
        id=id_,
        caption=row["caption"] or row["product"] or "",
        product=row["product"] or "",
        customer=row["customer"] or "",
        site=", ".join(part for part in (row["label"], row["address1"], row["city"]) if part),
        covers=tuple(Cover(what, end, end >= day) for what, end in ends.items() if end is not None),
        mark=known.mark_of(CustomerEquipment, id_),
        measures=await _measures(session, id_, known, zone),
        visits=await _visits(session, id_, known, zone),
    )


def _own(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] or "" for name in _TEXTS} | {name: row[name] for name in _VALUES}


def _query() -> Any:
    e, p, c, s = (columns_of(model) for model in (CustomerEquipment, Product, Customer, CustomerSite))
    names = (*_TEXTS, *_VALUES, "caption", *(f"{what}_cover_end" for what in COVERS))
    labelled = (p.caption.label("product"), c.name.label("customer"), s.label, s.address1, s.city)
    return (
        select_columns(CustomerEquipment, *pick(CustomerEquipment, *names), *labelled)
        .outerjoin(Product, e.product_id == p.id)
        .outerjoin(Customer, e.customer_id == c.id)
        .outerjoin(CustomerSite, e.site_id == s.id)
    )


async def _measures(session: ReplicaSession, equipment: UUID, known: Marks, zone: Zone) -> tuple[Measure, ...]:
    """Answers that say something, with what their item asks; one whose template is not here is shown by its key."""
    a, t = columns_of(ChecklistAnswer), columns_of(ChecklistTemplate)
    names = ("id", "intervention_id", "item_key", "answered_at", *_ANSWERS)
    query = (
        select_columns(ChecklistAnswer, *pick(ChecklistAnswer, *names), t.id.label("template"), t["items"])
        .outerjoin(ChecklistTemplate, a.template_id == t.id)
        .where(a.equipment_id == equipment)
        .order_by(a.answered_at.desc(), a.id.desc())
        .limit(MEASURES_MAX)
    )
    rows = (await session.execute(query)).mappings()
    return tuple(_measure(row, known, zone) for row in rows if _value_of(row) is not None)


def _measure(row: Mapping[Any, Any], known: Marks, zone: Zone) -> Measure:
    items = items_of({"items": row["items"]}) if row["template"] is not None else []
    item: Mapping[str, Any] = next((one for one in items if one["key"] == row["item_key"]), {"key": row["item_key"]})
    return Measure(
        id=row["id"],
        visit_id=row["intervention_id"],
        key=row["item_key"],
        label=str(item.get("label") or row["item_key"]),
        unit=str(item.get("unit") or ""),
        value=_value_of(row),
        judgement=judge(item, row),
        answered_at=local_time(row["answered_at"], zone),
        mark=known.mark_of(ChecklistAnswer, row["id"]),
    )


def _value_of(row: Mapping[Any, Any]) -> AnswerValue:
    """The answer, in whichever column it stands."""
    return next((row[name] for name in _ANSWERS if row[name] is not None), None)


async def _visits(session: ReplicaSession, equipment: UUID, known: Marks, zone: Zone) -> tuple[OnVisit, ...]:
    e, v = columns_of(InterventionEquipment), columns_of(Intervention)
    query = (
        select_columns(
            InterventionEquipment,
            *pick(InterventionEquipment, "id", "intervention_id", "serial_number", "replaced_by_serial"),
            *pick(Intervention, "title", "number", "status", "scheduled_start"),
        )
        .join(Intervention, e.intervention_id == v.id)
        .where(e.equipment_id == equipment)
        .order_by(v.scheduled_start.desc(), e.id.desc())
        .limit(VISITS_MAX)
    )
    return tuple(
        OnVisit(
            id=row["id"],
            visit_id=row["intervention_id"],
            visit=row["title"] or row["number"] or "",
            status=row["status"],
            start=local_time(row["scheduled_start"], zone),
            serial_number=row["serial_number"] or "",
            replaced_by_serial=row["replaced_by_serial"] or "",
            mark=known.mark_of(InterventionEquipment, row["id"]),
        )
        for row in (await session.execute(query)).mappings()
    )
