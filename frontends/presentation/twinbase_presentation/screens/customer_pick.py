"""The customers that something can be made for: found by words, or by how near they are to where somebody works."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Customer360, Equipment, find_customers, nearby_sites
from twinbase_mobile.tables.kinds import ActiveState
from twinbase_presentation.fields import FieldChoice
from twinbase_presentation.languages import Language
from twinbase_presentation.screens.customers import WITHIN_M
from twinbase_presentation.screens.known_position import find_position
from twinbase_presentation.words import say_word
from twinbase_presentation.workday import Workday


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """A customer in the list. `site`: the one that is near; `figure`: how far it is."""

    customer: UUID
    site: UUID | None
    name: str
    where: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class PickedCustomer:
    """Who was chosen. `warning`: that he is blocked, say; `sites` and `equipment`: what else is chosen of him."""

    id: UUID
    name: str
    where: str
    warning: str
    sites: tuple[FieldChoice, ...]
    equipment: tuple[FieldChoice, ...]


@dataclass(frozen=True, slots=True)
class CustomerList:
    """`has_near`: it is known from where to measure; `nothing`: no customer fits."""

    rows: tuple[CustomerChoice, ...]
    has_near: bool
    nothing: str


async def read_customers(
    session: ReplicaSession, workday: Workday, text: str, now: datetime, *, is_near: bool
) -> CustomerList:
    """Those whose words these are; or those near the visit on which somebody works, the nearest first."""
    language = workday.language
    here = await find_position(session, workday, now)
    found = await find_customers(session, text, now=now, zone=workday.zone)
    if not is_near or here is None:
        rows = tuple(
            CustomerChoice(one.id, None, one.name or one.code, _join(f"{one.zip_code} {one.city}".strip(), one.code))
            for one in found.customers
        )
        return CustomerList(rows, here is not None, "" if rows else language.say("No customer of this device matches."))
    near = await nearby_sites(session, float(here.lat), float(here.lon), within_m=WITHIN_M)
    rows = tuple(
        CustomerChoice(
            one.customer_id,
            one.site_id,
            one.customer,
            _join(one.address, f"{one.zip_code} {one.city}".strip()),
            language.format_distance(one.metres),
        )
        for one in near
    )
    nothing = language.count(
        "No customer within 20 km among the {n} on this device.",
        "No customer within 20 km among the {n} on this device.",
        found.on_device,
    )
    return CustomerList(rows, True, "" if rows else nothing)


def make_picked(customer: Customer360, language: Language) -> PickedCustomer:
    """A customer as he is chosen."""
    main = next(iter(customer.sites), None)
    state = "" if customer.state == ActiveState.ACTIVE else say_word(language, customer.state)
    sites = tuple(FieldChoice(str(one.id), _join(one.label, *one.address[:1], one.city)) for one in customer.sites)
    return PickedCustomer(
        id=customer.id,
        name=customer.name or customer.code,
        where=_join(*main.address[:2], f"{main.zip_code} {main.city}".strip()) if main else "",
        warning=state,
        sites=sites,
        equipment=tuple(_appliances(customer)),
    )


def _appliances(customer: Customer360) -> Iterator[FieldChoice]:
    """Those of all sites; with more than one site, each says where it stands."""
    for site in customer.sites:
        where = _join(site.label, site.city) if len(customer.sites) > 1 else ""
        yield from _choices(site.equipment, where)
    yield from _choices(customer.elsewhere, "")


def _choices(equipment: Iterable[Equipment], where: str) -> Iterator[FieldChoice]:
    for one in equipment:
        yield FieldChoice(str(one.id), _join(one.caption, one.serial_number, one.location_in_site, where))


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
