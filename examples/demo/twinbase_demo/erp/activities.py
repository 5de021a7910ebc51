"""The CRM journal: calls, mails and notes about customers, some of them about a visit."""

from collections.abc import Iterator
from datetime import timedelta

from twinbase_demo.erp import codes, texts
from twinbase_demo.erp.agenda import visits
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_VISIT_SHARE = 0.25
_CATEGORIES = (0, 1, 2, 2, 3, 3, 3, 5, 8)  # task, appointment, call, mail, note, document: assumed


def activities(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("Activity")
    done = [visit for visit in world.once(visits) if visit.customer and visit.state == codes.DONE]
    colleagues = world.colleagues
    for key in world.keys("Activity"):
        visit = chance.pick(done) if done and chance.often(_VISIT_SHARE) else None
        customer = visit.customer if visit and visit.customer else chance.pick(world.customers)
        contact_key, contact = chance.pick(customer.contacts)
        start = visit.appointment.start if visit else world.past(chance)
        author = visit.appointment.technician if visit else chance.pick(colleagues)
        note = texts.written(chance, texts.NOTES)
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
            "DealId": chance.pick(deals) if deals and chance.often(0.3) else None,
            "NotesClear": note,
            "Notes": texts.rich(note),
            **world.audit(chance, start),
        }


def event_products(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """The appliances that visits are about: of the latest visits first."""
    chance = world.chance("ScheduleEventCustomerProduct")
    equipped = [visit for visit in world.once(visits) if visit.product and visit.customer]
    equipped.sort(key=lambda visit: (abs(visit.appointment.start - world.now), visit.key))
    for number, key in enumerate(world.keys("ScheduleEventCustomerProduct")):
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
            "PartsCoverType": chance.between(0, 2),
            "LabourCoverType": chance.between(0, 2),
            "TravelCoverType": chance.between(0, 2),
            "ContractHoursNumberDecremented": 0,
            **world.audit(chance, visit.appointment.start),
        }


def expected_resources(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("ScheduleEventExpectedResource")
    parents = world.keys("ScheduleEvent")
    for key in world.keys("ScheduleEventExpectedResource"):
        yield {
            "Id": key,
            "ParentId": chance.pick(parents),
            "QuantityToSchedule": 1,
            "ScheduledQuantity": 1,
            **world.audit(chance, world.past(chance)),
        }


def event_types(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.chance("ScheduleEventType")
    for kind in codes.EVENT_TYPES:
        yield {
            "Id": codes.event_type_id(kind),
            "Caption": kind.caption,
            "Color": kind.color,
            "DisplayType": 0,
            **world.audit(chance, world.past(chance, 3000)),
        }
