"""The agendas: about 119 events for each technician, half of them within thirty days of today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from twinbase_demo.erp import codes, texts
from twinbase_demo.erp.chance import Chance
from twinbase_demo.erp.codes import EventType
from twinbase_demo.erp.customers import address_fields, contact_fields
from twinbase_demo.erp.people import GeneratedPerson
from twinbase_demo.erp.world import (
    GeneratedColleague,
    GeneratedCustomer,
    GeneratedProduct,
    GeneratedRow,
    GeneratedSite,
    GeneratedWorld,
)

_SLOTS = ((8, 0, 120), (10, 15, 90), (13, 30, 105), (15, 30, 90))  # hour, minute, minutes of work
_NEAR_DAYS, _WINDOW_DAYS = 7, 30
_NEAR_SHARE, _FAR_SHARE, _WINDOW_SHARE_MAX = 0.6, 0.2, 0.6
_AHEAD_SHARE = 0.12  # of what the window leaves
_FIELD_KINDS = (codes.REPAIR, codes.UPKEEP, codes.INSTALLATION, codes.START_UP, codes.SURVEY)
_FIELD_WEIGHTS = (42, 30, 12, 6, 10)
_ADDRESS_COLUMNS = tuple(
    f"Address_{part}"
    for part in ("Address1", "Address2", "ZipCode", "City", "CountryIsoCode", "Description", "Latitude", "Longitude")
)
_CONTACT_COLUMNS = tuple(
    f"Contact_{part}" for part in ("Civility", "Name", "FirstName", "Phone", "CellPhone", "Email", "Function")
)
_PAST_STATES = ((0.91, codes.DONE), (0.96, codes.CANCELLED), (0.98, codes.PLANNED), (1.0, codes.PENDING))
_ON_CALL = 3  # so many technicians have worked in the nights when the clocks change


@dataclass(frozen=True, slots=True)
class Appointment:
    technician: GeneratedColleague
    start: datetime
    minutes: int
    kind: EventType


@dataclass(frozen=True, slots=True)
class GeneratedVisit:
    """An appointment with its key, number and state; and, for field work, who is visited, where and about what."""

    key: str
    number: str
    appointment: Appointment
    state: int
    customer: GeneratedCustomer | None
    site: GeneratedSite | None
    product: GeneratedProduct | None


def make_visits(world: GeneratedWorld) -> list[GeneratedVisit]:
    """All events in the order of their start, so that numbers rise with time."""
    total, crew = world.rows["ScheduleEvent"], world.technicians
    quotas = [total // len(crew) + (1 if rank < total % len(crew) else 0) for rank in range(len(crew))]
    planned = [
        appointment
        for rank, (technician, quota) in enumerate(zip(crew, quotas, strict=True))
        for appointment in _agenda(world, technician, quota, on_call=rank < _ON_CALL)
    ]
    planned.sort(key=lambda appointment: (appointment.start, appointment.technician.key))
    chance = world.make_chance("visits")
    return [
        _visit(world, chance, key, f"EV{number:08d}", appointment)
        for number, (key, appointment) in enumerate(zip(world.keys_of("ScheduleEvent"), planned, strict=True), start=1)
    ]


def _agenda(world: GeneratedWorld, technician: GeneratedColleague, quota: int, *, on_call: bool) -> list[Appointment]:
    chance = world.make_chance("agenda", technician.key)
    nights = clock_changes(world.today) if on_call else ()
    appointments = [Appointment(technician, night, 60, codes.REPAIR) for night in nights]
    window = _window(world, chance, technician)[: int(quota * _WINDOW_SHARE_MAX)]
    taken: set[tuple[date, int]] = set()
    left = quota - len(appointments) - len(window)
    while len(taken) < left:
        ahead = chance.happens(_AHEAD_SHARE)
        distance = (
            _WINDOW_DAYS + 1 + (chance.draw_between(0, 89) if ahead else min(int(chance.expovariate(1 / 250)), 1400))
        )
        day = world.today + timedelta(days=distance if ahead else -distance)
        if day.weekday() < 5:
            taken.add((day, chance.draw_between(0, len(_SLOTS) - 1)))
    far = [_appointment(chance, technician, day, slot) for day, slot in sorted(taken)]
    return [*appointments, *window, *far]


def _window(world: GeneratedWorld, chance: Chance, technician: GeneratedColleague) -> list[Appointment]:
    """Thirty days back and ahead: full days round today, lighter ones further away, meetings, now and then leave."""
    days_off = range(0)
    if chance.happens(0.15):
        first = chance.pick([*range(-_WINDOW_DAYS, -_NEAR_DAYS), *range(_NEAR_DAYS, _WINDOW_DAYS - 4)])
        days_off = range(first, first + 5)
    made: list[Appointment] = []
    # The days nearest to today come first: what exceeds the quota is cut at the edges.
    for offset in sorted(range(-_WINDOW_DAYS, _WINDOW_DAYS + 1), key=abs):
        day = world.today + timedelta(days=offset)
        if day.weekday() >= 5:
            continue
        if offset in days_off:
            made.append(Appointment(technician, datetime.combine(day, time(8)), 570, codes.ABSENCE))
            continue
        share = _NEAR_SHARE if abs(offset) <= _NEAR_DAYS else _FAR_SHARE
        meeting = day.weekday() == 0 and chance.happens(0.4)
        if meeting:
            made.append(Appointment(technician, datetime.combine(day, time(8)), 45, codes.MEETING))
        slots = [slot for slot in range(1 if meeting else 0, len(_SLOTS)) if chance.happens(share)]
        made.extend(_appointment(chance, technician, day, slot) for slot in slots)
    return made


def _appointment(chance: Chance, technician: GeneratedColleague, day: date, slot: int) -> Appointment:
    hour, minute, minutes = _SLOTS[slot]
    (kind,) = chance.choices(_FIELD_KINDS, _FIELD_WEIGHTS) if chance.happens(0.985) else (codes.TRAINING,)
    start = datetime.combine(day, time(hour, minute)) + timedelta(minutes=15 * chance.draw_between(0, 1))
    return Appointment(technician, start, minutes - 15 * chance.draw_between(0, 3), kind)


def clock_changes(today: date) -> tuple[datetime, datetime]:
    """Half past two in the last nights, up to a month from now, when clocks went forward and back.

    EBP's times are local and name no zone: the first of these does not exist, the second exists twice.
    """
    limit = today + timedelta(days=_WINDOW_DAYS)
    spring, autumn = (
        max(night for year in (limit.year - 1, limit.year) if (night := _last_sunday(year, month)) <= limit)
        for month in (3, 10)
    )
    return datetime.combine(spring, time(2, 30)), datetime.combine(autumn, time(2, 30))


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _visit(world: GeneratedWorld, chance: Chance, key: str, number: str, appointment: Appointment) -> GeneratedVisit:
    state = _state(world, chance, appointment)
    if not appointment.kind.is_field_work:
        return GeneratedVisit(key, number, appointment, state, None, None, None)
    nearby = world.customers_of[appointment.technician.sector.code] or world.customers
    equipped = [customer for customer in (chance.pick(nearby) for _ in range(3)) if customer.key in world.products_of]
    customer = equipped[0] if equipped else chance.pick(nearby)
    product = chance.pick(world.products_of[customer.key]) if equipped and chance.happens(0.85) else None
    site = product.site if product else chance.pick(customer.sites)
    return GeneratedVisit(key, number, appointment, state, customer, site, product)


def _state(world: GeneratedWorld, chance: Chance, appointment: Appointment) -> int:
    end = appointment.start + timedelta(minutes=appointment.minutes)
    draw = chance.random()
    if end < world.now:
        # A few of the past were never closed: a device shows them as long as they are open.
        return next(state for share, state in _PAST_STATES if draw < share)
    if appointment.start <= world.now:
        return codes.IN_PROGRESS
    return codes.CANCELLED if draw < 0.02 else codes.PLANNED


def make_schedule_events(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("ScheduleEvent")
    for visit in world.make_once(make_visits):
        yield make_schedule_event(world, chance, visit)


def make_schedule_event(world: GeneratedWorld, chance: Chance, visit: GeneratedVisit) -> GeneratedRow:
    """The row of one event. Absences and meetings have nobody to visit, but the same columns."""
    appointment, customer, product = visit.appointment, visit.customer, visit.product
    end = appointment.start + timedelta(minutes=appointment.minutes)
    hours, done = round(appointment.minutes / 60, 2), visit.state == codes.DONE
    trade = appointment.technician.trade or "chauffage"
    instructions = texts.fill_template(chance, texts.INSTRUCTIONS[trade]) if customer else None
    report = texts.fill_template(chance, texts.REPORTS[trade]) if customer and done and chance.happens(0.8) else None
    worked = round(hours * chance.uniform(0.6, 1.5), 2) if done else 0.0
    deals = world.deals_of.get(customer.key, []) if customer else []
    contracts = world.contracts_of.get(customer.key, []) if customer else []
    contact = chance.pick(customer.contacts) if customer else None
    deal = chance.pick(deals) if deals and (appointment.kind is codes.INSTALLATION or chance.happens(0.15)) else None
    made_on = appointment.start - timedelta(days=chance.draw_between(1, 25), minutes=chance.draw_between(0, 300))
    return {
        "Id": visit.key,
        "ScheduleEventNumber": visit.number,
        "Caption": _caption(appointment.kind, customer),
        "StartDateTime": appointment.start,
        "EndDateTime": end,
        "EventState": visit.state,
        "EventType": codes.event_type_id(appointment.kind),
        "ColleagueId": appointment.technician.key,
        "CreatorColleagueId": chance.pick(world.office).key,
        "CustomerId": customer.key if customer else None,
        "AddressId": visit.site.key if visit.site else None,
        "ContactId": contact[0] if contact else None,
        "DealId": deal,
        "ItemId": product.item.code if product else None,
        "Maintenance_CustomerProductId": product.key if product else None,
        "Maintenance_ContractId": chance.pick(contracts) if contracts and appointment.kind is codes.UPKEEP else None,
        "Maintenance_Reference": f"BT-{chance.make_digits(6)}" if customer and chance.happens(0.3) else None,
        "Maintenance_InterventionDescription": texts.format_rich(instructions) if instructions else None,
        "Maintenance_InterventionDescriptionClear": instructions,
        "Maintenance_InterventionReport": texts.format_rich(report) if report else None,
        "Maintenance_InterventionReportClear": report,
        "Maintenance_TravelDuration": round(chance.uniform(0.1, 1.1), 2) if customer and done else None,
        "Maintenance_NextEventToForesee": bool(customer) and done and chance.happens(0.1),
        "NotesClear": texts.fill_template(chance, texts.NOTES) if customer and chance.happens(0.25) else None,
        "ExpectedDuration_DurationInHours": hours,
        "AchievedDuration_DurationInHours": worked if done else None,
        "PlannedHours": hours,
        "WorkedHours": worked,
        "HourlyCostPrice": 38,
        "GlobalPercentComplete": 100 if done else 50 if visit.state == codes.IN_PROGRESS else 0,
        "ToInvoice": bool(customer) and done and chance.happens(0.7),
        "xx_URGENT": appointment.kind is codes.REPAIR and chance.happens(0.2),
        **_where(visit.site),
        **_whom(contact[1] if contact else None),
        **world.audit_columns(chance, made_on, end + timedelta(minutes=chance.draw_between(5, 900)) if done else None),
    }


def _caption(kind: EventType, customer: GeneratedCustomer | None) -> str:
    return f"{kind.caption} - {customer.name}"[:80] if customer else kind.caption


def _where(site: GeneratedSite | None) -> GeneratedRow:
    if site:
        return address_fields("Address_", site.address, site.label)
    return dict.fromkeys(_ADDRESS_COLUMNS)


def _whom(person: GeneratedPerson | None) -> GeneratedRow:
    return contact_fields("Contact_", person) if person else dict.fromkeys(_CONTACT_COLUMNS)
