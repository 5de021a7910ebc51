"""The CRM journal: calls, mails and notes about customers, some of them about a visit."""

from collections.abc import Iterator
from datetime import timedelta

from twinbase_demo.erp import codes, texts
from twinbase_demo.erp.agenda import make_visits
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_VISIT_SHARE = 0.25
_CATEGORIES = (0, 1, 2, 2, 3, 3, 3, 5, 8)  # task, appointment, call, mail, note, document: assumed


def make_activities(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Activity")
    done = [visit for visit in world.make_once(make_visits) if visit.customer and visit.state == codes.DONE]
    colleagues = world.colleagues
    for key in world.keys_of("Activity"):
        visit = chance.pick(done) if done and chance.happens(_VISIT_SHARE) else None
        customer = visit.customer if visit and visit.customer else chance.pick(world.customers)
        contact_key, contact = chance.pick(customer.contacts)
        start = visit.appointment.start if visit else world.past_moment(chance)
        author = visit.appointment.technician if visit else chance.pick(colleagues)
        note = texts.fill_template(chance, texts.NOTES)
        deals = world.deals_of.get(customer.key)
        yield {
            "Id": key,
            "StartDateTime": start,
            "EndDateTime": start + timedelta(minutes=chance.pick((5, 10, 15, 30, 60))),
            "Caption": f"{chance.pick(texts.ACTIVITIES)} - {customer.name}",
            "ActivityCategory": chance.pick(_CATEGORIES),
            "EventState": codes.DONE,
            "CustomerId": customer.key,
            "CustomerName": customer.name,
            "ContactId": contact_key,
            "Contact_Civility": contact.civility,
            "Contact_Name": contact.last_name,
            "Contact_FirstName": contact.first_name,
            "Contact_Phone": contact.phone,
            "Contact_Email": contact.email,
            "ColleagueId": author.key,
            "CreatorColleagueId": author.key,
            "ScheduleEventId": visit.key if visit else None,
            "DealId": chance.pick(deals) if deals and chance.happens(0.3) else None,
            "NotesClear": note,
            "Notes": texts.format_rich(note),
            **world.audit_columns(chance, start),
        }


def make_event_products(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """The appliances that visits are about: of the latest visits first."""
    chance = world.make_chance("ScheduleEventCustomerProduct")
    equipped = [visit for visit in world.make_once(make_visits) if visit.product and visit.customer]
    equipped.sort(key=lambda visit: (abs(visit.appointment.start - world.now), visit.key))
    for number, key in enumerate(world.keys_of("ScheduleEventCustomerProduct")):
        visit = equipped[number % len(equipped)]
        if visit.product is None or visit.customer is None:
            continue
        siblings = world.products_of[visit.customer.key]
        product = visit.product if number < len(equipped) else chance.pick(siblings)
        yield {
            "Id": key,
            "ScheduleEventId": visit.key,
            "CustomerProductId": product.key,
            "ItemId": product.item.code,
            "Caption": product.item.caption,
            "TrackingNumber": product.serial,
            "PartsCoverType": chance.draw_between(0, 2),
            "LabourCoverType": chance.draw_between(0, 2),
            "TravelCoverType": chance.draw_between(0, 2),
            "ContractHoursNumberDecremented": 0,
            **world.audit_columns(chance, visit.appointment.start),
        }


def make_expected_resources(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("ScheduleEventExpectedResource")
    parents = world.keys_of("ScheduleEvent")
    for key in world.keys_of("ScheduleEventExpectedResource"):
        yield {
            "Id": key,
            "ParentId": chance.pick(parents),
            "QuantityToSchedule": 1,
            "ScheduledQuantity": 1,
            **world.audit_columns(chance, world.past_moment(chance)),
        }


def make_event_types(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("ScheduleEventType")
    for kind in codes.EVENT_TYPES:
        yield {
            "Id": codes.event_type_id(kind),
            "Caption": kind.caption,
            "Color": kind.color,
            "DisplayType": 0,
            **world.audit_columns(chance, world.past_moment(chance, 3000)),
        }
