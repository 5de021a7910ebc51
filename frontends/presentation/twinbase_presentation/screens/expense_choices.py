"""What an expense is chosen from: its kinds, rates of VAT, the visits of its day, and the ways between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from uuid import UUID

from sqlmodel import col, or_, select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reading import Visit, distance_metres
from twinbase_mobile.tables import Expense, Intervention, VatRate
from twinbase_mobile.tables.kinds import ExpenseKind
from twinbase_presentation.fields import FieldChoice
from twinbase_presentation.languages import Language

CENT = Decimal("0.01")
KINDS = (
    ExpenseKind.FUEL, ExpenseKind.MEAL, ExpenseKind.PARKING, ExpenseKind.TOLL, ExpenseKind.LODGING,
    ExpenseKind.MILEAGE, ExpenseKind.SUPPLIES, ExpenseKind.OTHER,
)  # fmt: skip
"""What is claimed most, first."""


@dataclass(frozen=True, slots=True)
class SuggestedWay:
    """From one visit of the day to the next: what is written of it, and how far it is at least."""

    label: str
    at_least: str
    visit: UUID


def compute_vat(amount: Decimal, rate: Decimal) -> Decimal:
    """The tax that is in an amount, to the cent."""
    return (amount * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)


async def read_rates(session: ReplicaSession, known: Expense | None) -> Mapping[UUID, Decimal]:
    """The highest first, of two that are the same one; and that of the expense, though it is used no more."""
    own = known.vat_rate_id if known else None
    wanted = or_(col(VatRate.inactive).is_(False), col(VatRate.id) == own)
    query = select(VatRate).where(wanted, col(VatRate.rate) > 0).order_by(col(VatRate.rate).desc())
    found = (await session.exec(query)).all()
    rates = {one.rate: one.id for one in sorted(found, key=lambda one: one.id == own)}
    return {id_: rate for rate, id_ in sorted(rates.items(), reverse=True) if rate is not None}


async def list_visits(
    session: ReplicaSession, visits: Sequence[Visit], known: Expense | None
) -> tuple[FieldChoice, ...]:
    """Those of its day; and the one that it was for, though that was on another."""
    choices = [FieldChoice(str(one.id), _name(one.customer, one.title)) for one in visits]
    own = known.intervention_id if known else None
    if own is not None and own not in [one.id for one in visits]:
        visit = await session.get(Intervention, own)
        choices.append(FieldChoice(str(own), _name("", (visit.title or visit.number or "") if visit else "") or "–"))  # noqa: RUF001
    return tuple(choices)


def list_ways(visits: Sequence[Visit], language: Language) -> Iterator[SuggestedWay]:
    """Between two visits of the day that are in different places."""
    for one, other in pairwise(visit for visit in visits if visit.place.city):
        if one.place.site_id == other.place.site_id:
            continue
        places = (one.place.lat, one.place.lon, other.place.lat, other.place.lon)
        far = [float(place) for place in places if place is not None]
        at_least = ""
        if len(far) == len(places):
            distance = language.format_distance(distance_metres(*far))
            at_least = language.say("{distance} as the crow flies", distance=distance)
        yield SuggestedWay(f"{one.place.city} \u2013 {other.place.city}", at_least, other.id)


def _name(customer: str, title: str) -> str:
    return "\u00a0· ".join(part for part in (customer, title) if part)
