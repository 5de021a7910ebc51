"""Deals (affaires), who they are for and who works on them, and construction sites."""

from collections.abc import Iterator
from datetime import timedelta

from twinbase_demo.erp import codes, texts
from twinbase_demo.erp.customers import address_fields
from twinbase_demo.erp.world import GeneratedRow, GeneratedWorld

_STATES = (
    codes.DEAL_IN_STUDY,
    codes.DEAL_ACCEPTED,
    codes.DEAL_IN_PROGRESS,
    codes.DEAL_RECEIVED,
    codes.DEAL_FINISHED,
    codes.DEAL_CANCELLED,
)
_STATE_WEIGHTS = (12, 10, 18, 8, 45, 7)


def make_deals(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("Deal")
    for key, customer in zip(world.keys_of("Deal"), world.deal_customers, strict=True):
        opened = world.past_moment(chance)
        predicted = chance.draw_between(4, 160)
        (state,) = chance.choices(_STATES, _STATE_WEIGHTS)
        note = texts.fill_template(chance, texts.NOTES) if chance.happens(0.3) else None
        yield {
            "Id": key,
            "Caption": f"{chance.pick(texts.DEALS)} - {customer.name}"[:80],
            "DealDate": opened.replace(hour=0, minute=0, second=0),
            "DealState": state,
            "PredictedDuration": predicted,
            "AccomplishedDuration": round(predicted * chance.uniform(0.7, 1.3)) if state == codes.DEAL_FINISHED else 0,
            "NotesClear": note,
            "xx_Client": customer.key,
            **world.audit_columns(chance, opened),
        }


def make_deal_customers(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """One row for each deal, then second parties (an owner and a tenant) of some."""
    chance = world.make_chance("DealCustomer")
    owners = list(zip(world.keys_of("Deal"), world.deal_customers, strict=True))
    for number, key in enumerate(world.keys_of("DealCustomer")):
        deal, owner = owners[number % len(owners)]
        customer = owner if number < len(owners) else chance.pick(world.customers)
        yield {
            "Id": key,
            "DealId": deal,
            "ThirdId": customer.key,
            "Name": customer.name,
            **world.audit_columns(chance, world.past_moment(chance)),
        }


def make_deal_colleagues(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    """A technician of the customer's sector for nearly every deal."""
    chance = world.make_chance("DealColleague")
    owners = list(zip(world.keys_of("Deal"), world.deal_customers, strict=True))
    for number, key in enumerate(world.keys_of("DealColleague")):
        deal, owner = owners[number % len(owners)]
        near = [colleague for colleague in world.technicians if colleague.sector == owner.sector]
        colleague = chance.pick(near or world.technicians)
        yield {
            "Id": key,
            "DealId": deal,
            "ColleagueId": colleague.key,
            "LastName": colleague.person.last_name,
            "FirstName": colleague.person.first_name,
            **world.audit_columns(chance, world.past_moment(chance)),
        }


def make_construction_sites(world: GeneratedWorld) -> Iterator[GeneratedRow]:
    chance = world.make_chance("ConstructionSite")
    owners = list(zip(world.keys_of("Deal"), world.deal_customers, strict=True))
    for key in world.keys_of("ConstructionSite"):
        deal, customer = chance.pick(owners)
        site = chance.pick(customer.sites)
        start = world.past_moment(chance, 1200).replace(hour=0, minute=0, second=0)
        predicted = chance.draw_between(20, 400)
        text = f"Chantier : {chance.pick(texts.DEALS).lower()} chez {customer.name}."
        yield {
            "Id": key,
            "Caption": f"Chantier {site.address.commune.name} - {customer.name}"[:80],
            "CustomerId": customer.key,
            "DealId": deal,
            "StartDate": start,
            "EndDate": start + timedelta(days=chance.draw_between(5, 200)),
            "Status": chance.draw_between(0, 3),
            "PredictedDuration": predicted,
            "AccomplishedDuration": round(predicted * chance.uniform(0.0, 1.2)),
            "DescriptionClear": text,
            "Description": texts.format_rich(text),
            "ConstructionSiteAddressId": site.key,
            "InvoicingAddress_City": customer.sites[0].address.commune.name,
            "InvoicingAddress_CountryIsoCode": "FR",
            **{
                name: value
                for name, value in address_fields("ConstructionSiteAddress_", site.address).items()
                if not name.endswith(("Address2", "Description"))
            },
            **world.audit_columns(chance, start),
        }
